import { LocalError } from "../../supervisor/errors.ts";

export type ConverterName = "json" | "string" | "bytes";

/** What a connector's configuration means, with the defaults of Kafka Connect and of Snowflake's connector. */
export interface ConnectorConfig {
  name: string;
  topics: string[];
  /** Table of each topic, an identifier. */
  tables: Record<string, string>;
  url: string;
  user: string;
  privateKey: string;
  privateKeyPassphrase: string | undefined;
  role: string | undefined;
  database: string;
  schema: string;
  keyConverter: ConverterName;
  valueConverter: ConverterName;
  /** With schematization the keys of a record are columns; without it the record is RECORD_CONTENT. */
  schematization: boolean;
  /** What becomes of a record without a value. */
  onNull: "default" | "ignore";
  tolerance: "none" | "all";
  deadLetters: { topic: string; contextHeaders: boolean } | undefined;
  metadata:
    | { topic: boolean; offsetAndPartition: boolean; createTime: boolean; pushTime: boolean }
    | undefined;
  offsetReset: "earliest" | "latest";
}

const CONVERTERS: Record<string, ConverterName> = {
  "org.apache.kafka.connect.json.JsonConverter": "json",
  "org.apache.kafka.connect.storage.StringConverter": "string",
  "org.apache.kafka.connect.converters.ByteArrayConverter": "bytes",
};
const CLASSES = new Set([
  "com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector",
  "com.snowflake.kafka.connector.SnowflakeSinkConnector",
]);

/** Keys that are read here, and keys that change nothing of what is written. Any other is an error. */
const READ = new Set([
  ...["name", "topics", "connector.class", "key.converter", "value.converter"],
  ...["key.converter.schemas.enable", "value.converter.schemas.enable", "behavior.on.null.values"],
  ...["snowflake.topic2table.map", "snowflake.url.name", "snowflake.user.name", "snowflake.private.key"],
  ...["snowflake.private.key.passphrase", "snowflake.role.name", "snowflake.database.name"],
  ...["snowflake.schema.name", "snowflake.enable.schematization", "errors.tolerance"],
  ...["errors.deadletterqueue.topic.name", "errors.deadletterqueue.context.headers.enable"],
  ...["snowflake.metadata.all", "snowflake.metadata.topic", "snowflake.metadata.createtime"],
  ...["snowflake.metadata.offset.and.partition", "snowflake.streaming.metadata.connectorPushTime"],
  "consumer.override.auto.offset.reset",
]);
const WITHOUT_EFFECT = new Set([
  ...["tasks.max", "errors.log.enable", "errors.log.include.messages", "jmx", "enable.mdc.logging"],
  ...["errors.deadletterqueue.topic.replication.factor", "errors.retry.timeout", "errors.retry.delay.max.ms"],
  ...["snowflake.validation", "snowflake.streaming.max.client.lag", "snowflake.jdbc.map"],
  ...["snowflake.streaming.client.provider.override.map", "enable.task.fail.on.authorization.errors"],
  ...[
    "snowflake.cache.table.exists",
    "snowflake.cache.table.exists.expire.ms",
    "snowflake.cache.pipe.exists",
  ],
  ...["snowflake.cache.pipe.exists.expire.ms", "snowflake.streaming.validate.compatibility.with.classic"],
]);

/**
 * Reads a connector's configuration (documented keys of Snowflake's connector for Kafka, version 4, and of Kafka
 * Connect). Throws LocalError BAD_CONFIG that names the connector, the key, what was given and what is allowed.
 */
export function parseConnectorConfig(name: string, given: Readonly<Record<string, string>>): ConnectorConfig {
  const fail = (key: string, problem: string, hint: string): never => {
    throw new LocalError("BAD_CONFIG", `Connector ${name}: ${key} ${problem}.`, hint);
  };
  const text = (key: string): string | undefined => given[key]?.trim() || undefined;
  const required = (key: string): string =>
    text(key) ?? fail(key, "is missing", "Give it in the connector's configuration.");
  const flag = (key: string, otherwise: boolean): boolean => {
    const value = text(key)?.toLowerCase();
    if (value === undefined) return otherwise;
    return value === "true" || value === "false"
      ? value === "true"
      : fail(key, `is ${JSON.stringify(given[key])}`, "Allowed: true, false.");
  };
  const choice = <T extends string>(key: string, allowed: readonly T[], otherwise: T): T => {
    const value = text(key)?.toLowerCase() ?? otherwise;
    return (
      allowed.find((one) => one === value) ??
      fail(key, `is ${JSON.stringify(given[key])}`, `Allowed: ${allowed.join(", ")}.`)
    );
  };
  const converter = (key: string, otherwise: ConverterName): ConverterName => {
    const value = text(key);
    if (value === undefined) return otherwise;
    return (
      CONVERTERS[value] ?? fail(key, `is ${value}`, `Done locally: ${Object.keys(CONVERTERS).join(", ")}.`)
    );
  };

  for (const key of Object.keys(given)) {
    if (READ.has(key) || WITHOUT_EFFECT.has(key)) continue;
    fail(key, "is not a key that the local run knows", `Known: ${[...READ].sort().join(", ")}.`);
  }
  const type = text("connector.class");
  if (type !== undefined && !CLASSES.has(type))
    fail("connector.class", `is ${type}`, `Done locally: ${[...CLASSES].join(", ")}.`);
  for (const side of ["key", "value"] as const) {
    if (converter(`${side}.converter`, "string") === "json" && flag(`${side}.converter.schemas.enable`, true))
      fail(
        `${side}.converter.schemas.enable`,
        "is true",
        "Set it to false: records with a schema are not done locally.",
      );
  }
  const topics = required("topics")
    .split(",")
    .map((topic) => topic.trim())
    .filter(Boolean);
  const deadLetterTopic = text("errors.deadletterqueue.topic.name");
  const tolerance = choice("errors.tolerance", ["none", "all"], "none");
  if (deadLetterTopic && tolerance === "none")
    fail(
      "errors.deadletterqueue.topic.name",
      "has no effect while errors.tolerance is none",
      "Set errors.tolerance to all.",
    );
  return {
    name,
    topics,
    tables: tablesOf(topics, text("snowflake.topic2table.map"), fail),
    url: required("snowflake.url.name"),
    user: required("snowflake.user.name"),
    privateKey: required("snowflake.private.key"),
    privateKeyPassphrase: text("snowflake.private.key.passphrase"),
    role: text("snowflake.role.name"),
    database: required("snowflake.database.name"),
    schema: required("snowflake.schema.name"),
    keyConverter: converter("key.converter", "string"),
    valueConverter: converter("value.converter", "json"),
    schematization: flag("snowflake.enable.schematization", true),
    onNull: choice("behavior.on.null.values", ["default", "ignore"], "default"),
    tolerance,
    deadLetters: deadLetterTopic
      ? {
          topic: deadLetterTopic,
          contextHeaders: flag("errors.deadletterqueue.context.headers.enable", false),
        }
      : undefined,
    metadata: flag("snowflake.metadata.all", true)
      ? {
          topic: flag("snowflake.metadata.topic", true),
          offsetAndPartition: flag("snowflake.metadata.offset.and.partition", true),
          createTime: flag("snowflake.metadata.createtime", true),
          pushTime: flag("snowflake.streaming.metadata.connectorPushTime", true),
        }
      : undefined,
    offsetReset: choice("consumer.override.auto.offset.reset", ["earliest", "latest"], "earliest"),
  };
}

/** `topic:table,…`; a topic that is not in the map goes to the table of its own name, as an identifier. */
function tablesOf(
  topics: string[],
  map: string | undefined,
  fail: (key: string, problem: string, hint: string) => never,
): Record<string, string> {
  const tables: Record<string, string> = {};
  for (const pair of map?.split(",") ?? []) {
    const match = /^\s*([^:\s]+)\s*:\s*(\S+)\s*$/.exec(pair);
    if (!match)
      fail(
        "snowflake.topic2table.map",
        `has ${JSON.stringify(pair)}`,
        "Write topic:TABLE, with commas between.",
      );
    else tables[match[1]!] = match[2]!;
  }
  for (const topic of topics) tables[topic] ??= topic.replace(/[^A-Za-z0-9_$]/g, "_").toUpperCase();
  return tables;
}
