/**
 * Topics, permissions, tables and connectors of a topic source. The configuration has the documented keys of
 * Snowflake's connector for Kafka, version 4, which stores records as they are (RECORD_CONTENT, RECORD_METADATA).
 */
import type { StackConfig } from "../../infra/config/schema.ts";
import type { Names, ObjectName } from "../../infra/names.ts";
import type { Acl, Column, Connector, Table, Topic } from "../../infra/platform.ts";
import { personalRecord } from "./contract.ts";
import type { TopicSource } from "./source.ts";

/** Kafka principal of every sink connector. */
export const CONNECTOR_PRINCIPAL = "snowflake-connector";
export const deadLetterTopic = (source: TopicSource): string => `${source.topic}.dlq`;

const CONTENT: Column[] = [
  {
    name: "RECORD_CONTENT",
    type: "VARIANT",
    nullable: true,
    description: "The record's value; for dead letters its text.",
    tags: [],
  },
  {
    name: "RECORD_METADATA",
    type: "VARIANT",
    nullable: true,
    description: "Topic, partition, offset, CreateTime, key and headers of the record.",
    tags: [],
  },
];

export function topicTables(source: TopicSource, names: Names): Table[] {
  // What was not read as JSON has no fields: it is personal as a whole.
  const content = (column: Column, name: string): Column => {
    const { personalFields, ...whole } = personalRecord(column, source.contract);
    return name === source.table ? { ...whole, personalFields } : whole;
  };
  const table = (name: string, comment: string): Table => ({
    key: `raw.${source.key}.${name}`,
    logical: `raw.${source.key}.${name}`,
    ...names.object({ database: "raw", schema: source.key, name }),
    columns: CONTENT.map((one) => (one.name === "RECORD_CONTENT" ? content(one, name) : one)),
    clusterBy: [],
    comment,
    insertOnly: true,
  });
  return [
    table(source.table, source.description),
    table(source.deadLetters, `Records of ${source.topic} that are not JSON, with their origin.`),
  ];
}

export function topicsOf(source: TopicSource, config: StackConfig["kafka"]): Topic[] {
  const topic = (name: string): Topic => ({
    key: name,
    name,
    partitions: config.partitions,
    replicationFactor: config.replicationFactor,
    config: {
      "cleanup.policy": "delete",
      "retention.ms": String(config.retention * 1_000),
      // A record counts as written when all but one replica hold it.
      "min.insync.replicas": String(Math.max(1, config.replicationFactor - 1)),
    },
  });
  return [topic(source.topic), { ...topic(deadLetterTopic(source)), partitions: 1 }];
}

/** No wildcard: each principal reaches exactly its topics and groups. */
export function aclsOf(source: TopicSource, connectors: readonly Connector[]): Acl[] {
  const acl = (
    principal: string,
    operation: Acl["operation"],
    resourceType: Acl["resourceType"],
    name: string,
  ): Acl => ({
    key: `${principal}:${operation.toLowerCase()}:${name}`,
    principal: `User:${principal}`,
    operation,
    resourceType,
    resourceName: name,
  });
  const dlq = deadLetterTopic(source);
  return [
    acl(source.producer, "Write", "Topic", source.topic),
    acl(source.producer, "Describe", "Topic", source.topic),
    ...[source.topic, dlq].flatMap((name) => [
      acl(CONNECTOR_PRINCIPAL, "Read", "Topic", name),
      acl(CONNECTOR_PRINCIPAL, "Describe", "Topic", name),
    ]),
    acl(CONNECTOR_PRINCIPAL, "Write", "Topic", dlq),
    ...connectors.map((connector) => acl(CONNECTOR_PRINCIPAL, "Read", "Group", connector.group)),
  ];
}

export function connectorsOf(
  source: TopicSource,
  login: { user: string; role: string },
  names: Names,
): Connector[] {
  const dlq = deadLetterTopic(source);
  const [records, letters] = topicTables(source, names);
  const connector = (
    topic: string,
    table: ObjectName,
    tasks: number,
    special: Record<string, string>,
  ): Connector => {
    const name = names.connector(topic);
    return {
      key: topic,
      name,
      group: `connect-${name}`,
      topic,
      table: { database: table.database, schema: table.schema, name: table.name },
      principal: `User:${CONNECTOR_PRINCIPAL}`,
      ...login,
      config: {
        "connector.class": "com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector",
        topics: topic,
        "tasks.max": String(tasks),
        "snowflake.topic2table.map": `${topic}:${table.name}`,
        "snowflake.database.name": table.database,
        "snowflake.schema.name": table.schema,
        "snowflake.user.name": login.user,
        "snowflake.role.name": login.role,
        "snowflake.enable.schematization": "false",
        "snowflake.validation": "client_side",
        "snowflake.metadata.all": "true",
        "snowflake.streaming.validate.compatibility.with.classic": "false",
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        ...special,
      },
      suppliedByRunner: ["snowflake.url.name", "snowflake.private.key"],
    };
  };
  return [
    connector(source.topic, records!, 1, {
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "false",
      "errors.tolerance": "all",
      "errors.log.enable": "true",
      "errors.deadletterqueue.topic.name": dlq,
      "errors.deadletterqueue.context.headers.enable": "true",
    }),
    connector(dlq, letters!, 1, {
      "value.converter": "org.apache.kafka.connect.storage.StringConverter",
      "errors.tolerance": "none",
    }),
  ];
}
