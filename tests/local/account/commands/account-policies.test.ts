import { WholeAccount } from "./whole-account.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
  await account.all("create user u", "create user v");
});
afterAll(() => account.close());

const setting = async (policy: string, property: string) =>
  (await account.rows(`describe ${policy}`)).find(([name]) => name === property)?.[1];
const names = async (show: string) => (await account.rows(show)).map((row) => row[1]);

test("password, session and authentication policies keep what was set and show their defaults", async () => {
  await account.all(
    "create password policy pp password_min_length = 12",
    "create or alter password policy pp password_history = 3 comment = 'c'",
    "create session policy sp session_idle_timeout_mins = 30 allowed_secondary_roles = ('ALL')",
    "alter session policy sp set session_ui_idle_timeout_mins = 20",
    "alter session policy sp unset session_idle_timeout_mins",
    `create authentication policy ap authentication_methods = ('SAML', 'PASSWORD') client_types = ('SNOWFLAKE_UI')
     mfa_enrollment = REQUIRED mfa_policy = (allowed_methods = ('TOTP')) comment = 'web'`,
  );
  expect(await setting("password policy pp", "PASSWORD_MIN_LENGTH")).toBe("14");
  expect(await setting("password policy pp", "PASSWORD_HISTORY")).toBe("3");
  expect(await setting("session policy sp", "SESSION_IDLE_TIMEOUT_MINS")).toBe("240");
  expect(await setting("session policy sp", "SESSION_UI_IDLE_TIMEOUT_MINS")).toBe("20");
  expect(await setting("authentication policy ap", "AUTHENTICATION_METHODS")).toBe("[SAML, PASSWORD]");
  expect(await setting("authentication policy ap", "SECURITY_INTEGRATIONS")).toBe("[ALL]");
  expect(await setting("authentication policy ap", "MFA_POLICY")).toBe("(allowed_methods = ('TOTP'))");
  expect(await names("show authentication policies like 'a%' in schema d.s")).toEqual(["AP"]);
  expect(await account.error("create session policy bad session_idle_timeout_mins = 1")).toMatch(/\[1\]/);
});

// Source: "ALTER ACCOUNT", "ALTER USER", "POLICY_REFERENCES".
test("one policy of a kind on the account and on a user; it is not dropped while it is set", async () => {
  await account.all(
    "create password policy other",
    "alter account set password policy pp",
    "alter user u set password policy pp",
    "alter user u set authentication policy d.s.ap",
  );
  expect(await account.error("alter user u set password policy other")).toMatch(
    /already has a PASSWORD_POLICY. Only one PASSWORD_POLICY is allowed at a time/,
  );
  await account.all("alter user u set password policy other force");
  expect(await names("show password policies on user u")).toEqual(["OTHER"]);
  expect(await names("show password policies on account")).toEqual(["PP"]);
  const references = await account.rows(
    "select policy_name, policy_kind, ref_entity_domain from table(information_schema.policy_references(ref_entity_name => 'U', ref_entity_domain => 'USER')) order by 1",
  );
  expect(references).toEqual([
    ["AP", "AUTHENTICATION_POLICY", "USER"],
    ["OTHER", "PASSWORD_POLICY", "USER"],
  ]);
  expect(
    await account.rows(
      "select ref_entity_domain from table(information_schema.policy_references(policy_name => 'd.s.pp'))",
    ),
  ).toEqual([["ACCOUNT"]]);
  expect(await account.error("drop password policy pp")).toMatch(/cannot be dropped\/replaced/);
  await account.all("alter account unset password policy", "drop password policy pp");
  await account.all("drop user u", "drop password policy other");
});

test("setting one takes the right to apply it, and the holder's ownership", async () => {
  await account.all(
    "create role r",
    "grant role r to user admin",
    "grant usage on database d to role r",
    "grant usage on schema d.s to role r",
    "grant ownership on user v to role r copy current grants",
    "use secondary roles none",
    "use role r",
  );
  expect(await account.error("alter user v set session policy d.s.sp")).toMatch(/^00(2003|3001)/);
  await account.all("use role accountadmin", "grant apply on session policy d.s.sp to role r", "use role r");
  await account.all("alter user v set session policy d.s.sp", "alter user v unset session policy");
  expect(await account.error("alter account set session policy d.s.sp")).toMatch(/^003001/);
  await account.all("use role accountadmin");
});
