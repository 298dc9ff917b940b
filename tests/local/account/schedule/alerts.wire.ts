import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Connection } from "snowflake-sdk";
import { VirtualClock } from "../../../../local/account/clock.ts";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

let server: AccountServer;
let connection: Connection;
const run = (sql: string) => execute(connection, sql);
const column = async (sql: string) => (await run(sql)).map((row) => Object.values(row)[0]);

beforeEach(async () => {
  server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: "x",
    clock: new VirtualClock(Date.UTC(2026, 0, 1)),
  });
  connection = await connect(server, { username: "ADMIN", password: "x" });
  for (const sql of [
    "CREATE DATABASE d",
    "CREATE WAREHOUSE w AUTO_SUSPEND = 60 INITIALLY_SUSPENDED = TRUE",
    "CREATE TABLE trials (id INT)",
    "CREATE TABLE told (n INT)",
    "CREATE NOTIFICATION INTEGRATION mail TYPE = EMAIL ENABLED = TRUE ALLOWED_RECIPIENTS = ('ops@example.com')",
  ])
    await run(sql);
});
afterEach(() => server.stop());

test("an alert runs its action when its condition has rows, as its owner, on its warehouse", async () => {
  await run(
    "CREATE ALERT many WAREHOUSE = w SCHEDULE = '1 MINUTE' IF (EXISTS (SELECT 1 FROM trials WHERE id > 1)) THEN INSERT INTO told SELECT COUNT(*) FROM trials",
  );
  await run("ALTER ALERT many RESUME");
  await run("CALL FIRN$ADVANCE_CLOCK('1 minute')");
  await run("INSERT INTO trials VALUES (1), (2)");
  await run("CALL FIRN$ADVANCE_CLOCK('1 minute')");
  expect(await column("SELECT n FROM told")).toEqual([2]);
  await run("ALTER ALERT many SUSPEND");
  await run("CALL FIRN$ADVANCE_CLOCK('5 minutes')");
  expect(
    await column("SELECT state FROM TABLE(information_schema.alert_history()) ORDER BY scheduled_time"),
  ).toEqual(["CONDITION_FALSE", "TRIGGERED"]);
});

test("EXECUTE ALERT evaluates a suspended alert once", async () => {
  await run(
    "CREATE ALERT once WAREHOUSE = w SCHEDULE = '60 MINUTES' IF (EXISTS (SELECT 1)) THEN INSERT INTO told VALUES (1)",
  );
  await run("EXECUTE ALERT once");
  await run("CALL FIRN$ADVANCE_CLOCK('1 second')");
  expect(await column("SELECT n FROM told")).toEqual([1]);
});

test("mail goes to the outbox; a recipient that is not allowed is an error of the action", async () => {
  for (const [name, to] of [
    ["good", "ops@example.com"],
    ["bad", "stranger@example.com"],
  ])
    await run(
      `CREATE ALERT ${name} WAREHOUSE = w SCHEDULE = 'USING CRON 0 9 * * * UTC' IF (EXISTS (SELECT 1)) THEN CALL SYSTEM$SEND_EMAIL('MAIL', '${to}', 'Trials', 'Too few')`,
    );
  for (const name of ["good", "bad"]) await run(`ALTER ALERT ${name} RESUME`);
  await run("CALL FIRN$ADVANCE_CLOCK('1 day')");
  expect(
    await run(
      "SELECT name, state, sql_error_code AS code FROM TABLE(information_schema.alert_history()) ORDER BY name",
    ),
  ).toEqual([
    { NAME: "BAD", STATE: "ACTION_FAILED", CODE: 394209 },
    { NAME: "GOOD", STATE: "TRIGGERED", CODE: null },
  ]);
  expect(await column("SELECT message FROM TABLE(information_schema.notification_history())")).toEqual([
    "Trials\nToo few",
  ]);
});

test("a webhook on this machine is called with the integration's body", async () => {
  const bodies: string[] = [];
  const hook = createServer((request, response) => {
    request.on("data", (part) => bodies.push(String(part)));
    request.on("end", () => response.end());
  });
  await new Promise<void>((done) => hook.listen(0, "127.0.0.1", done));
  try {
    const { port } = hook.address() as AddressInfo;
    await run(`CREATE NOTIFICATION INTEGRATION chat TYPE = WEBHOOK ENABLED = TRUE WEBHOOK_URL = 'http://127.0.0.1:${port}/hook'
      WEBHOOK_BODY_TEMPLATE = '{"text": "SNOWFLAKE_WEBHOOK_MESSAGE"}'`);
    await run(`CALL SYSTEM$SEND_SNOWFLAKE_NOTIFICATION('{"text/plain": "churn"}', '{"chat": {}}')`);
    expect(bodies).toEqual(['{"text": "churn"}']);
  } finally {
    hook.close();
  }
});
