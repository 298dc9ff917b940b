import type { KafkaConnection } from "./kafka-options.ts";

/** One connector as Kafka Connect takes it: a name and a flat configuration. */
export interface ConnectorDefinition {
  name: string;
  /** Consumer group; `connect-<name>` unless told, as Kafka Connect has it. */
  group?: string;
  config: Record<string, string>;
}

/** What the connector process reads; holds secrets, mode 0600. */
export interface WorkerFile {
  /** Account identifier that the key-pair tokens are for, e.g. ORG-NAME. */
  account: string;
  kafka: KafkaConnection;
  connectors: ConnectorDefinition[];
}
