import { SnowflakeClient } from "../../../../cli/snowflake-client.ts";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import {
  type AdoptableAccount,
  identifierParts,
  readDefinitions,
} from "../../../../pipelines/operations/adopt/read-definitions.ts";
import { takeInventory } from "../../../../pipelines/operations/inventory/look-up.ts";

// A real account over the wire, with what somebody made by hand.
const BY_HAND = [
  "CREATE RESOURCE MONITOR LEGACY_LIMIT WITH CREDIT_QUOTA = 50 FREQUENCY = MONTHLY START_TIMESTAMP = IMMEDIATELY TRIGGERS ON 75 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND",
  "CREATE RESOURCE MONITOR GUARD WITH CREDIT_QUOTA = 500",
  "ALTER ACCOUNT SET RESOURCE_MONITOR = GUARD",
  "CREATE WAREHOUSE LEGACY WAREHOUSE_SIZE = '2X-LARGE' AUTO_SUSPEND = 300 RESOURCE_MONITOR = LEGACY_LIMIT STATEMENT_TIMEOUT_IN_SECONDS = 3600 COMMENT = 'Old reports'",
  "CREATE DATABASE LEGACY DATA_RETENTION_TIME_IN_DAYS = 1 COMMENT = 'Before'",
  "CREATE SCHEMA LEGACY.FINANCE WITH MANAGED ACCESS",
  "CREATE TRANSIENT SCHEMA LEGACY.SCRATCH",
  "CREATE ROLE ANALYST COMMENT = 'Reads'",
  "GRANT USAGE, OPERATE ON WAREHOUSE LEGACY TO ROLE ANALYST",
  "GRANT USAGE ON SCHEMA LEGACY.FINANCE TO ROLE ANALYST",
  "GRANT MONITOR ON WAREHOUSE LEGACY TO ROLE ANALYST WITH GRANT OPTION",
  "CREATE ROLE LEAD",
  "GRANT ROLE ANALYST TO ROLE LEAD",
  "GRANT ROLE LEAD TO ROLE SYSADMIN",
  "CREATE USER BOB PASSWORD = 'Correct-Horse-1' EMAIL = 'bob@example.com' FIRST_NAME = 'Bob' DEFAULT_ROLE = ANALYST TIMEZONE = 'Europe/Berlin'",
  "CREATE USER ETL TYPE = SERVICE DISABLED = TRUE",
  "GRANT ROLE ANALYST TO USER BOB",
  "GRANT ROLE ACCOUNTADMIN TO USER BOB",
];

let server: AccountServer;
let client: SnowflakeClient;
let read: AdoptableAccount;
beforeAll(async () => {
  server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "x" });
  client = await SnowflakeClient.connect({
    accessUrl: `http://127.0.0.1:${server.port}`,
    account: "FIRN-LOCAL",
    username: "ADMIN",
    password: "x",
    role: "ACCOUNTADMIN",
  });
  for (const sql of BY_HAND) await client.query(sql);
  const { foreign } = await takeInventory([], client);
  read = await readDefinitions(foreign, "ADMIN", client, { report: () => undefined });
});
afterAll(async () => {
  await client?.close();
  await server?.stop();
});

test("warehouses and monitors are as they were found, with the parameters that are their own", () => {
  expect(read.definitions.warehouses).toEqual({
    LEGACY: {
      size: "XXLARGE",
      autoSuspend: 300,
      autoResume: true,
      minClusters: 1,
      maxClusters: 1,
      scalingPolicy: "STANDARD",
      monitor: "LEGACY_LIMIT",
      comment: "Old reports",
      parameters: { STATEMENT_TIMEOUT_IN_SECONDS: 3600 },
    },
  });
  expect(read.definitions.monitors).toEqual({
    LEGACY_LIMIT: { credits: 50, frequency: "MONTHLY", notify: [75], suspend: 100 },
  });
});

test("databases and schemas too; what every account has is not taken over", () => {
  expect(read.definitions.databases).toEqual({
    LEGACY: { transient: false, comment: "Before", parameters: { DATA_RETENTION_TIME_IN_DAYS: 1 } },
  });
  expect(read.definitions.schemas).toMatchObject({
    LEGACY: {
      FINANCE: { managedAccess: true, transient: false },
      PUBLIC: { managedAccess: false },
      SCRATCH: { transient: true },
    },
  });
  expect(Object.keys(read.definitions.schemas["LEGACY"]!)).not.toContain("INFORMATION_SCHEMA");
});

test("roles, who holds them, and users without what is personal or secret", () => {
  expect(read.definitions.roles).toEqual({
    ANALYST: {
      comment: "Reads",
      grantedTo: { roles: ["LEAD"], users: ["BOB"] },
      privileges: expect.arrayContaining([
        { on: "warehouse", object: ["LEGACY"], privileges: ["OPERATE", "USAGE"] },
        { on: "schema", object: ["LEGACY", "FINANCE"], privileges: ["USAGE"] },
      ]),
    },
    LEAD: { grantedTo: { roles: ["SYSADMIN"], users: [] }, privileges: [] },
  });
  expect(read.definitions.users).toEqual({
    BOB: {
      type: "PERSON",
      disabled: false,
      defaultRole: "ANALYST",
      parameters: { TIMEZONE: "Europe/Berlin" },
    },
    ETL: { type: "SERVICE", disabled: true, parameters: {} },
  });
});

test("what is left as it is, is told with the reason", () => {
  expect(read.left.map((one) => one.what)).toEqual([
    "resource monitor GUARD",
    "user ADMIN",
    "MONITOR on warehouse LEGACY of ANALYST",
    "ACCOUNTADMIN of BOB",
  ]);
});

test("names are taken apart as Snowflake writes them", () => {
  expect(identifierParts('A."b.c"."d""e"')).toEqual(["A", "b.c", 'd"e']);
});
