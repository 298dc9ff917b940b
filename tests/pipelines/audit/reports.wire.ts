// The audit's reports on a real account over the wire: the views as the project compiles them, what people really did.
import type { Connection } from "snowflake-sdk";
import { quotedObject } from "../../../infra/names.ts";
import { type AccountServer, startAccountServer } from "../../../local/account/server.ts";
import { loadProject } from "../../infra/sample.ts";
import { connect, execute } from "../../local/account/sdk.ts";

const platform = loadProject("local");
const reports = platform.views.filter((view) => view.asAccount === true);

let server: AccountServer;
let admin: Connection;
let auditor: Connection;
const run = (sql: string) => execute(admin, sql) as Promise<Record<string, unknown>[]>;
const audited = (sql: string) => execute(auditor, sql) as Promise<Record<string, unknown>[]>;

beforeAll(async () => {
  server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "x" });
  admin = await connect(server, { username: "ADMIN", password: "x" });
  for (const sql of [
    "CREATE WAREHOUSE BI",
    "CREATE DATABASE OPS",
    "CREATE SCHEMA OPS.GOVERNANCE",
    "CREATE SCHEMA OPS.AUDIT",
    "CREATE TAG OPS.GOVERNANCE.PERSONAL",
    "CREATE DATABASE CORE",
    "CREATE TABLE CORE.PUBLIC.CONTACT (ID NUMBER, EMAIL VARCHAR, CITY VARCHAR)",
    "ALTER TABLE CORE.PUBLIC.CONTACT MODIFY COLUMN EMAIL SET TAG OPS.GOVERNANCE.PERSONAL = 'personal'",
    "CREATE VIEW CORE.PUBLIC.ADDRESS AS SELECT EMAIL FROM CORE.PUBLIC.CONTACT",
    ...reports.map((view) => `CREATE VIEW ${quotedObject(view)} AS ${view.statement}`),
    "CREATE ROLE READER",
    "GRANT USAGE ON WAREHOUSE BI TO ROLE READER",
    "GRANT USAGE ON DATABASE CORE TO ROLE READER",
    "GRANT USAGE ON SCHEMA CORE.PUBLIC TO ROLE READER",
    "GRANT SELECT ON ALL TABLES IN SCHEMA CORE.PUBLIC TO ROLE READER",
    "GRANT SELECT ON ALL VIEWS IN SCHEMA CORE.PUBLIC TO ROLE READER",
    "CREATE ROLE AUDITOR",
    "GRANT USAGE ON WAREHOUSE BI TO ROLE AUDITOR",
    "GRANT USAGE ON DATABASE OPS TO ROLE AUDITOR",
    "GRANT USAGE ON SCHEMA OPS.AUDIT TO ROLE AUDITOR",
    "GRANT SELECT ON ALL VIEWS IN SCHEMA OPS.AUDIT TO ROLE AUDITOR",
    "CREATE USER ANN PASSWORD = 'p' DEFAULT_ROLE = READER DEFAULT_WAREHOUSE = BI",
    "CREATE USER EVE PASSWORD = 'p' DEFAULT_ROLE = AUDITOR DEFAULT_WAREHOUSE = BI",
    "GRANT ROLE READER TO USER ANN",
    "GRANT ROLE AUDITOR TO USER EVE",
  ])
    await run(sql);
  const ann = await connect(server, { username: "ANN", password: "p" });
  await execute(ann, "SELECT ID, CITY FROM CORE.PUBLIC.CONTACT");
  await execute(ann, "SELECT C.ID FROM CORE.PUBLIC.CONTACT C WHERE C.EMAIL = 'a@b.c'");
  await execute(ann, "SELECT * FROM CORE.PUBLIC.ADDRESS");
  await expect(connect(server, { username: "ANN", password: "wrong" })).rejects.toThrow();
  auditor = await connect(server, { username: "EVE", password: "p" });
});
afterAll(() => server.stop());

test("the project has the three reports, made by the account role", () => {
  expect(reports.map((view) => view.logical).sort()).toEqual([
    "ops.audit.access_change",
    "ops.audit.log_in",
    "ops.audit.personal_read",
  ]);
});

test("who read which personal column, also in a condition and through a view; other columns are not told", async () => {
  const rows = await audited(
    "SELECT USER_NAME, ROLE_NAME, OBJECT_NAME, COLUMN_NAME, WAREHOUSE_NAME FROM OPS.AUDIT.PERSONAL_READ WHERE USER_NAME = 'ANN' ORDER BY READ_AT",
  );
  const read = {
    USER_NAME: "ANN",
    ROLE_NAME: "READER",
    OBJECT_NAME: "CORE.PUBLIC.CONTACT",
    COLUMN_NAME: "EMAIL",
    WAREHOUSE_NAME: "BI",
  };
  expect(rows).toEqual([read, read]);
});

test("who changed access, with the statement", async () => {
  const rows = await audited(
    "SELECT USER_NAME, CHANGE, STATEMENT FROM OPS.AUDIT.ACCESS_CHANGE ORDER BY CHANGED_AT",
  );
  expect(rows).toContainEqual({
    USER_NAME: "ADMIN",
    CHANGE: "GRANT",
    STATEMENT: "GRANT ROLE READER TO USER ANN",
  });
  expect(rows.map((row) => row["CHANGE"])).toEqual(
    expect.arrayContaining(["CREATE_ROLE", "CREATE_USER", "GRANT"]),
  );
  expect(rows.every((row) => !/CREATE (TABLE|VIEW|DATABASE)/.test(String(row["STATEMENT"])))).toBe(true);
});

test("who logged in, and who failed to", async () => {
  const rows = await audited(
    "SELECT USER_NAME, SUCCEEDED, REASON FROM OPS.AUDIT.LOG_IN WHERE USER_NAME = 'ANN' ORDER BY ATTEMPTED_AT",
  );
  expect(rows).toMatchObject([
    { USER_NAME: "ANN", SUCCEEDED: true },
    { USER_NAME: "ANN", SUCCEEDED: false, REASON: "INCORRECT_USERNAME_PASSWORD" },
  ]);
});

test("the auditor sees the reports and not what they are made of", async () => {
  await expect(audited("SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.LOGIN_HISTORY")).rejects.toThrow(
    /does not exist or not authorized/,
  );
  await expect(audited("SELECT * FROM CORE.PUBLIC.CONTACT")).rejects.toThrow(
    /does not exist or not authorized/,
  );
});
