import { parseConnectorConfig } from "../../../../local/kafka/connector/config.ts";

const given = {
  "connector.class": "com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector",
  topics: "events, other.topic",
  "snowflake.topic2table.map": "events:EVENTS",
  "snowflake.url.name": "http://127.0.0.1:1",
  "snowflake.user.name": "LOADER",
  "snowflake.private.key": "abc",
  "snowflake.database.name": "RAW",
  "snowflake.schema.name": "PRODUCT",
  "value.converter": "org.apache.kafka.connect.json.JsonConverter",
  "value.converter.schemas.enable": "false",
};

test("a configuration is read with the defaults of Kafka Connect and of the connector", () => {
  expect(parseConnectorConfig("c", given)).toMatchObject({
    topics: ["events", "other.topic"],
    tables: { events: "EVENTS", "other.topic": "OTHER_TOPIC" },
    keyConverter: "string",
    valueConverter: "json",
    schematization: true,
    tolerance: "none",
    onNull: "default",
    deadLetters: undefined,
    metadata: { topic: true, offsetAndPartition: true, createTime: true, pushTime: true },
    offsetReset: "earliest",
  });
});

test.each([
  [
    "a key that nobody knows",
    { "snowflake.tabel": "X" },
    "snowflake.tabel is not a key that the local run knows",
  ],
  ["a missing key", { "snowflake.user.name": "" }, "snowflake.user.name is missing"],
  [
    "a converter that is not done",
    { "value.converter": "io.confluent.AvroConverter" },
    "value.converter is io.confluent",
  ],
  [
    "records with a schema",
    { "value.converter.schemas.enable": "true" },
    "value.converter.schemas.enable is true",
  ],
  [
    "a queue without tolerance",
    { "errors.deadletterqueue.topic.name": "dlq" },
    "while errors.tolerance is none",
  ],
  ["another tolerance", { "errors.tolerance": "some" }, 'errors.tolerance is "some".\nAllowed: none, all.'],
  ["a map that is none", { "snowflake.topic2table.map": "events=EVENTS" }, "Write topic:TABLE"],
  ["another connector", { "connector.class": "FileSink" }, "connector.class is FileSink"],
])("%s is refused by its key", (_, change, message) => {
  expect(() => parseConnectorConfig("c", { ...given, ...change })).toThrow(message);
});

test("an error never shows the private key", () => {
  try {
    parseConnectorConfig("c", { ...given, "snowflake.private.key": "s3cret", "errors.tolerance": "x" });
    throw new Error("not refused");
  } catch (error) {
    expect(String(error)).not.toContain("s3cret");
  }
});
