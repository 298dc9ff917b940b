/**
 * One connection for each role that the deployment assumes, each used only for what needs that role (README.md).
 * Where the account is and who logs in comes from the provider's own environment variables.
 */
import { Provider as KafkaProvider } from "@pulumi/kafka/provider.js";
import { all, type CustomResource, type Input, type Output, RunError } from "@pulumi/pulumi";
import { Provider } from "@pulumi/snowflake/provider.js";

/** Resource types that this version of the provider calls preview features. */
const PREVIEW_FEATURES = [
  "snowflake_alert_resource",
  "snowflake_email_notification_integration_resource",
  "snowflake_file_format_resource",
  "snowflake_network_rule_resource",
  "snowflake_notification_integration_resource",
  "snowflake_pipe_resource",
  "snowflake_stage_resource",
  "snowflake_storage_integration_resource",
  "snowflake_table_resource",
];

/**
 * The SDK copies these into the provider's inputs, and so into the state, where a password does not belong and a
 * host would be a change. The provider's process reads them from its environment itself.
 */
const ENVIRONMENT = [
  "SNOWFLAKE_HOST",
  "SNOWFLAKE_PASSWORD",
  "SNOWFLAKE_PORT",
  "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
  "SNOWFLAKE_PROTOCOL",
  "SNOWFLAKE_ROLE",
  "SNOWFLAKE_WAREHOUSE",
];

export class Connections {
  private readonly byRole = new Map<string, Provider>();

  /** The connection of a role that exists in every account, e.g. SYSADMIN. */
  of(role: string): Provider {
    const known = this.byRole.get(role);
    if (known !== undefined) return known;
    const provider = connect(role.toLowerCase(), role);
    this.byRole.set(role, provider);
    return provider;
  }

  /**
   * The connection of a role of our own. It opens only when the role and all its grants exist: until the first `up`
   * they have no id, so a preview does not try to log in with a role that is not there yet.
   */
  whenGranted(role: string, granted: readonly CustomResource[]): Provider {
    const ready: Output<string> = all(granted.map((resource) => resource.id)).apply(() => role);
    return connect(role.toLowerCase(), ready);
  }
}

function connect(name: string, role: Input<string>): Provider {
  const kept = ENVIRONMENT.map((variable) => [variable, process.env[variable]] as const);
  for (const [variable] of kept) delete process.env[variable];
  try {
    return new Provider(name, { role, previewFeaturesEnabled: PREVIEW_FEATURES });
  } finally {
    for (const [variable, value] of kept) if (value !== undefined) process.env[variable] = value;
  }
}

/**
 * The connection to Kafka. Its provider knows no variable for the brokers, and its SDK cannot be told by the variable
 * that TLS is off; user and password it reads from KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD itself.
 */
export function connectKafka(environment: NodeJS.ProcessEnv = process.env): KafkaProvider {
  const brokers = environment["KAFKA_BOOTSTRAP_SERVERS"];
  if (brokers === undefined || brokers === "")
    throw new RunError("KAFKA_BOOTSTRAP_SERVERS is not set: the brokers, as host:port, separated by commas.");
  return new KafkaProvider("kafka", {
    bootstrapServers: brokers.split(",").map((broker) => broker.trim()),
    tlsEnabled: environment["KAFKA_ENABLE_TLS"] !== "false",
  });
}
