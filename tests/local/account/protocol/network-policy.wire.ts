import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { makeKeyPair } from "../key-pair.ts";
import { connect, execute } from "../sdk.ts";

// Source: "Controlling network traffic with network policies".
let server: AccountServer;
const ADMIN = { username: "ADMIN", password: "x" };
const ROBOT = { username: "ROBOT", password: "Long-enough-1" };
let admin: Awaited<ReturnType<typeof connect>>;

beforeEach(async () => {
  server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "x" });
  admin = await connect(server, ADMIN);
  for (const statement of [
    "CREATE DATABASE d",
    "CREATE NETWORK RULE d.public.office TYPE = IPV4 MODE = INGRESS VALUE_LIST = ('10.0.0.0/8')",
    "CREATE NETWORK RULE d.public.here TYPE = IPV4 MODE = INGRESS VALUE_LIST = ('127.0.0.0/8')",
    "CREATE NETWORK RULE d.public.stage TYPE = IPV4 MODE = INTERNAL_STAGE VALUE_LIST = ('127.0.0.1')",
    "CREATE USER robot PASSWORD = 'Long-enough-1' TYPE = LEGACY_SERVICE",
    "CREATE NETWORK POLICY office ALLOWED_NETWORK_RULE_LIST = ('d.public.office')",
    "CREATE NETWORK POLICY here ALLOWED_NETWORK_RULE_LIST = ('d.public.here')",
  ])
    await execute(admin, statement);
});
afterEach(() => server.stop());

const refused = expect.objectContaining({
  message: expect.stringMatching(
    /^Incoming request with IP\/Token 127\.0\.0\.1 is not allowed to access Snowflake\./,
  ),
});

test("a user logs in from the addresses of its policy alone", async () => {
  await execute(admin, "ALTER USER robot SET NETWORK_POLICY = office");
  await expect(connect(server, ROBOT)).rejects.toEqual(refused);
  await execute(admin, "ALTER NETWORK RULE d.public.office SET VALUE_LIST = ('10.0.0.0/8', '127.0.0.1')");
  expect(await execute(await connect(server, ROBOT), "SELECT CURRENT_USER() AS U")).toEqual([{ U: "ROBOT" }]);
});

test("the account's policy holds for users that have none, and a user's own goes before it", async () => {
  await execute(admin, "ALTER USER admin SET NETWORK_POLICY = here");
  await execute(admin, "ALTER ACCOUNT SET NETWORK_POLICY = office");
  await expect(connect(server, ROBOT)).rejects.toEqual(refused);
  await execute(admin, "ALTER USER robot SET NETWORK_POLICY = here");
  await connect(server, ROBOT);
});

test("a blocked address is refused though it is allowed too", async () => {
  await execute(admin, "ALTER NETWORK POLICY here SET BLOCKED_IP_LIST = ('127.0.0.1')");
  await execute(admin, "ALTER USER robot SET NETWORK_POLICY = here");
  await expect(connect(server, ROBOT)).rejects.toEqual(refused);
});

test("a rule for internal stages admits nobody to the service", async () => {
  await execute(admin, "CREATE NETWORK POLICY stage ALLOWED_NETWORK_RULE_LIST = ('d.public.stage')");
  await execute(admin, "ALTER USER robot SET NETWORK_POLICY = stage");
  await expect(connect(server, ROBOT)).rejects.toEqual(refused);
});

test("a session that is open is refused its next statement", async () => {
  const robot = await connect(server, ROBOT);
  await execute(robot, "SELECT 1");
  await execute(admin, "ALTER USER robot SET NETWORK_POLICY = office");
  await expect(execute(robot, "SELECT 1")).rejects.toEqual(refused);
});

test("an account that admits its own machine lets it pass every policy", async () => {
  await server.stop();
  server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: "x",
    admitLoopback: true,
  });
  admin = await connect(server, ADMIN);
  await execute(admin, "CREATE NETWORK POLICY office ALLOWED_IP_LIST = ('10.0.0.0/8')");
  await execute(admin, "ALTER USER admin SET NETWORK_POLICY = office");
  await connect(server, ADMIN);
});

test("the failed log-in is on record, with its address", async () => {
  await execute(admin, "ALTER USER robot SET NETWORK_POLICY = office");
  await expect(connect(server, ROBOT)).rejects.toEqual(refused);
  expect(
    await execute(
      admin,
      "SELECT user_name, client_ip, is_success, error_code FROM snowflake.account_usage.login_history WHERE is_success = 'NO'",
    ),
  ).toEqual([{ USER_NAME: "ROBOT", CLIENT_IP: "127.0.0.1", IS_SUCCESS: "NO", ERROR_CODE: 390422 }]);
});

test("streaming is refused as a log-in is", async () => {
  const keys = makeKeyPair(server.account.services.identity.name, "ROBOT");
  await execute(admin, `ALTER USER robot SET RSA_PUBLIC_KEY = '${keys.publicKey}' NETWORK_POLICY = office`);
  const answer = await fetch(`${server.url}/v2/streaming/databases/D/schemas/PUBLIC/pipes/P/channels/C`, {
    method: "PUT",
    body: "{}",
    headers: { Authorization: `Bearer ${keys.token()}` },
  });
  expect([answer.status, (await answer.json()) as object]).toEqual([
    401,
    expect.objectContaining({ code: "390422" }),
  ]);
});
