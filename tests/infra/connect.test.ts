import type { Platform } from "../../infra/platform.ts";
import { loadProject } from "./sample.ts";

let managed: Platform;
beforeAll(() => {
  managed = loadProject("managed");
});

test("MSK Connect runs the configuration that is run locally, with the account's address and a reference to the key", () => {
  for (const connector of managed.connectors) {
    const connected = managed.connect!.connectors.find((one) => one.key === connector.key)!;
    const { "config.action.reload": _, ...config } = connected.config;
    const added = Object.fromEntries(connector.suppliedByRunner.map((key) => [key, config[key]]));
    expect(config).toEqual({ ...connector.config, ...added });
    expect(added).toEqual({
      "snowflake.url.name": "https://example.snowflakecomputing.com",
      "snowflake.private.key": `$${"{secretsmanager:firn-managed/kafka-loader:private_key}"}`,
    });
  }
  expect(managed.connect!.workerConfiguration.properties).toContain("config.providers=secretsmanager");
});

test("each connector's role reaches its own topics and group, and the one secret", () => {
  const [events] = managed.connect!.connectors.filter((one) => one.key === "product.events");
  const base = "arn:aws:kafka:us-east-1:000000000000:topic/events/00000000-0000-0000-0000-000000000000-1";
  expect(events!.access).toMatchObject({
    reads: [`${base}/product.events`],
    writes: [`${base}/product.events.dlq`],
    secret: `arn:aws:secretsmanager:us-east-1:${managed.landing!.awsAccountId}:secret:firn-managed/kafka-loader-??????`,
  });
  expect(events!.access.groups[0]).toBe(
    base.replace(":topic/", ":group/").concat("/connect-firn-managed-product-events"),
  );
  const roles = managed.connect!.connectors.map((one) => one.role);
  expect(new Set(roles).size).toBe(roles.length);
  for (const role of roles) expect(role.length).toBeLessThanOrEqual(64);
});

test("a stack that does not say so has its connectors run by something else", () => {
  expect(loadProject("local").connect).toBeUndefined();
});

test("production has the managed loader: its user by key pair, schema, warehouse, role and budget", () => {
  const { users, warehouses, monitors, schemas, grants } = loadProject("prod");
  expect(users.map((user) => user.key)).toContain("fivetran");
  expect(schemas.map((schema) => schema.key)).toContain("raw.customer_success");
  expect(warehouses.find((one) => one.key === "loading")!.monitor).toBe("FIRN_LOADING");
  expect(monitors.find((one) => one.key === "loading")!.credits).toBe(100);
  const own = grants.filter((grant) => grant.role === "FIRN_FIVETRAN");
  expect(own.flatMap((grant) => grant.privileges).sort()).toEqual([
    "CREATE TABLE",
    "USAGE",
    "USAGE",
    "USAGE",
  ]);
});
