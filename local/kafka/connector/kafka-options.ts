/** How to reach the broker, as SASL/PLAIN. */
export interface KafkaConnection {
  bootstrapServers: string;
  username: string;
  password: string;
}

/** The options that every client of the connector has. */
export function kafkaOptions({ bootstrapServers, username, password }: KafkaConnection) {
  return {
    clientId: "snowflake-connector",
    bootstrapBrokers: bootstrapServers.split(","),
    sasl: { mechanism: "PLAIN" as const, username, password },
    retries: 3,
    retryDelay: 200,
    connectTimeout: 5000,
  };
}
