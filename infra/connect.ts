/**
 * The connectors on MSK Connect: the configuration that is run locally too, with what only the environment knows. The
 * key is a reference, which the workers resolve in Secrets Manager when a connector starts.
 */
import type { StackConfig } from "./config/schema.ts";
import { iamRoleArn, type Names } from "./names.ts";
import type { Connect, ConnectedConnector, Connector } from "./platform.ts";

type Settings = NonNullable<StackConfig["kafka"]["connect"]>;

/** Undefined where the stack has connectors run elsewhere. */
export function planConnect(
  connectors: readonly Connector[],
  config: StackConfig,
  names: Names,
): Connect | undefined {
  const settings = config.kafka.connect;
  if (settings === undefined || connectors.length === 0) return undefined;
  const region = config.region.split(".")[1]!;
  return {
    kafkaConnectVersion: settings.version,
    bootstrapServers: settings.bootstrapServers,
    securityGroups: settings.securityGroups,
    subnets: settings.subnets,
    plugin: settings.plugin,
    mcu: settings.mcu,
    workers: settings.workers,
    ...(settings.logGroup === undefined ? {} : { logGroup: settings.logGroup }),
    workerConfiguration: { name: names.workerConfiguration(), properties: workerProperties(region) },
    connectors: connectors.map((connector) =>
      connected(connector, settings, config.landing.awsAccountId, region, names),
    ),
  };
}

/** Amazon MSK Developer Guide, Externalizing sensitive information using config providers. */
const workerProperties = (region: string): string =>
  [
    "key.converter=org.apache.kafka.connect.storage.StringConverter",
    "value.converter=org.apache.kafka.connect.storage.StringConverter",
    "config.providers=secretsmanager",
    "config.providers.secretsmanager.class=com.amazonaws.kafka.config.providers.SecretsManagerConfigProvider",
    `config.providers.secretsmanager.param.region=${region}`,
  ].join("\n");

function connected(
  connector: Connector,
  settings: Settings,
  accountId: string,
  region: string,
  names: Names,
): ConnectedConnector {
  const role = names.connectRole(connector.name);
  const part = (kind: "topic" | "group", name: string): string =>
    `${settings.clusterArn.replace(":cluster/", `:${kind}/`)}/${name}`;
  const letters = connector.config["errors.deadletterqueue.topic.name"];
  return {
    key: connector.key,
    name: connector.name,
    role,
    roleArn: iamRoleArn(accountId, role),
    sourceArn: `arn:aws:kafkaconnect:${region}:${accountId}:connector/${connector.name}/*`,
    awsAccountId: accountId,
    config: {
      ...connector.config,
      "snowflake.url.name": settings.snowflakeUrl,
      "snowflake.private.key": `\${secretsmanager:${settings.secret}:private_key}`,
      // Otherwise MSK Connect restarts a connector again and again that uses a provider (same guide).
      "config.action.reload": "none",
    },
    access: {
      cluster: settings.clusterArn,
      reads: [part("topic", connector.topic)],
      writes: letters === undefined ? [] : [part("topic", letters)],
      groups: [part("group", connector.group), part("group", "__amazon_msk_connect_*")],
      own: [part("topic", "__amazon_msk_connect_*")],
      // Secrets Manager puts six characters of its own after a secret's name.
      secret: `arn:aws:secretsmanager:${region}:${accountId}:secret:${settings.secret}-??????`,
    },
  };
}
