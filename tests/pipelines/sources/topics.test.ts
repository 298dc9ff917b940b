import type { Platform } from "../../../infra/platform.ts";
import { compileSample, sampleText, stackConfig } from "../../infra/sample.ts";

let platform: Platform;
beforeAll(() => {
  platform = compileSample([]);
});
const ofProduct = (name: string) =>
  name === "product.events" || name === "product.events.dlq" || name.startsWith("connect-");

test("each principal reaches its own topics and groups, by name", () => {
  const acls = platform.acls.filter(
    (acl) => ofProduct(acl.resourceName) && acl.resourceName.includes("product"),
  );
  expect(
    acls.map((acl) => `${acl.principal} ${acl.operation} ${acl.resourceType} ${acl.resourceName}`).sort(),
  ).toEqual([
    "User:product-service Describe Topic product.events",
    "User:product-service Write Topic product.events",
    "User:snowflake-connector Describe Topic product.events",
    "User:snowflake-connector Describe Topic product.events.dlq",
    "User:snowflake-connector Read Group connect-firn-local-product-events",
    "User:snowflake-connector Read Group connect-firn-local-product-events-dlq",
    "User:snowflake-connector Read Topic product.events",
    "User:snowflake-connector Read Topic product.events.dlq",
    "User:snowflake-connector Write Topic product.events.dlq",
  ]);
  expect(
    platform.acls.filter((acl) => acl.resourceName.includes("*") || acl.principal.includes("*")),
  ).toEqual([]);
});

test("the connector stores records as they are, and sends what is not JSON to the dead letters", () => {
  const connector = platform.connectors.find((one) => one.key === "product.events")!;
  expect(connector.config).toMatchObject({
    "connector.class": "com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector",
    topics: "product.events",
    "snowflake.topic2table.map": "product.events:EVENTS",
    "snowflake.database.name": "RAW",
    "snowflake.schema.name": "PRODUCT",
    "snowflake.role.name": "KAFKA_LOADER",
    "snowflake.enable.schematization": "false",
    "errors.tolerance": "all",
    "errors.deadletterqueue.topic.name": "product.events.dlq",
    "errors.deadletterqueue.context.headers.enable": "true",
  });
  expect(connector.suppliedByRunner).toContain("snowflake.private.key");
  expect(Object.keys(connector.config)).not.toContain("snowflake.private.key");
});

test("what a connector tolerates it keeps: no topic is sunk without dead letters and without stopping", () => {
  for (const { config } of platform.connectors)
    expect(
      config["errors.tolerance"] === "none" || config["errors.deadletterqueue.topic.name"] !== undefined,
    ).toBe(true);
});

test("without Kafka there is no topic, connector or user of theirs, and the tables stay", () => {
  const config = stackConfig(sampleText().replace("kafka: { enabled: true", "kafka: { enabled: false"));
  const without = compileSample([], config);
  expect([without.topics, without.acls, without.connectors]).toEqual([[], [], []]);
  expect(without.users.map((user) => user.key)).not.toContain("kafka_loader");
  expect(without.tables.map((table) => table.logical)).toContain("raw.product.events");
});
