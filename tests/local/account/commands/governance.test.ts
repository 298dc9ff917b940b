import { WholeAccount } from "./whole-account.ts";

let account: WholeAccount;
beforeEach(async () => {
  account = await WholeAccount.open();
});
afterEach(() => account.close());

describe("tags", () => {
  test("are set, inherited, limited to their values and found by references", async () => {
    await account.all(
      "create tag cost allowed_values 'a', 'b' comment = 'c'",
      "create tag pii",
      "create table t (email varchar with tag (pii = 'email'))",
      "alter schema s set tag d.s.cost = 'a'",
    );
    expect(await account.one("select system$get_tag('d.s.cost', 'd.s.t', 'table')")).toBe("a");
    await account.all("alter table t set tag cost = 'b'");
    expect(await account.one("select system$get_tag('cost', 't', 'table')")).toBe("b");
    expect(await account.one("select system$get_tag('pii', 't.email', 'column')")).toBe("email");
    expect(
      await account.rows(
        "select tag_name, tag_value, level from table(information_schema.tag_references('t', 'table'))",
      ),
    ).toEqual([["COST", "b", "TABLE"]]);
    expect(await account.error("alter table t set tag cost = 'z'")).toMatch(/not in the allowed list/);
    expect(await account.error("alter tag cost drop allowed_values 'b'")).toMatch(/in use/);
    await account.all("alter table t unset tag cost", "drop tag cost", "undrop tag cost");
    expect(
      await account.rows("select tag_name from snowflake.account_usage.tag_references order by 1"),
    ).toEqual([["COST"], ["PII"]]);
  });

  test("need APPLY", async () => {
    await account.all(
      "create tag x",
      "create role r",
      "grant role r to user admin",
      "grant usage on database d to role r",
      "grant usage, create table on schema s to role r",
      "use role r",
      "create table mine (a int)",
    );
    expect(await account.error("alter table mine set tag x = '1'")).toMatch(/^002003/);
    await account.all(
      "use role accountadmin",
      "grant apply on tag x to role r",
      "use role r",
      "alter table mine set tag x = '1'",
    );
  });
});

describe("policies", () => {
  test("mask and filter by role, are listed as references, cannot be dropped in use", async () => {
    await account.all(
      "create table t (email varchar, dept varchar)",
      "insert into t values ('a@x', 'SALES'), ('b@x', 'HR')",
      "create masking policy m as (v varchar) returns varchar -> case when current_role() = 'ACCOUNTADMIN' then v else '***' end comment = 'hide'",
      "create row access policy r as (d varchar) returns boolean -> current_role() = 'ACCOUNTADMIN' or d = 'SALES'",
      "alter table t modify column email set masking policy m",
      "alter table t add row access policy r on (dept)",
      "grant usage on database d to role public",
      "grant usage on schema s to role public",
      "grant select on table t to role public",
      "grant usage on warehouse w to role public",
    );
    expect(await account.rows("select email from t order by 1")).toEqual([["a@x"], ["b@x"]]);
    await account.all("use role public");
    expect(await account.rows("select email from t order by 1")).toEqual([["***"]]);
    await account.all("use role accountadmin");
    expect(
      await account.rows(
        "select policy_name, policy_kind, ref_column_name from table(information_schema.policy_references(ref_entity_name => 'd.s.t', ref_entity_domain => 'table')) order by 1",
      ),
    ).toEqual([
      ["M", "MASKING_POLICY", "EMAIL"],
      ["R", "ROW_ACCESS_POLICY", null],
    ]);
    expect((await account.rows("describe masking policy m"))[0]?.slice(1, 3)).toEqual([
      "(V VARCHAR)",
      "VARCHAR(16777216)",
    ]);
    expect(await account.error("drop masking policy m")).toMatch(/associated with one or more entities/);
    await account.all(
      "alter masking policy m set body -> '-'",
      "alter table t modify column email unset masking policy",
      "drop masking policy m",
      "alter table t drop all row access policies",
      "drop row access policy r",
    );
    expect(await account.error("create masking policy b as (v varchar) returns number -> 1")).toMatch(
      /^003583/,
    );
  });

  test("password policies keep what was set", async () => {
    await account.all(
      "create password policy p password_min_length = 12",
      "alter password policy p set password_history = 3",
    );
    const rows = await account.rows("describe password policy p");
    expect(rows.find((row) => row[0] === "PASSWORD_MIN_LENGTH")?.slice(1, 3)).toEqual(["12", "14"]);
    expect(await account.error("alter password policy p set password_min_length = 3")).toMatch(/\[3\]/);
  });
});

describe("network rules and policies", () => {
  test("are read back; a policy in use stays", async () => {
    await account.all(
      "create network rule office type = ipv4 mode = ingress value_list = ('10.0.0.0/8') comment = 'c'",
      `CREATE NETWORK POLICY "P" ALLOWED_NETWORK_RULE_LIST = ("D"."S"."OFFICE") ALLOWED_IP_LIST = ('127.0.0.1') BLOCKED_IP_LIST = ()`,
      "create user u network_policy = p",
    );
    expect(await account.rows("describe network policy p")).toEqual([
      ["ALLOWED_NETWORK_RULE_LIST", '[{"fullyQualifiedRuleName":"D.S.OFFICE"}]'],
      ["ALLOWED_IP_LIST", "127.0.0.1"],
    ]);
    expect(await account.error("drop network policy p")).toMatch(/^003551/);
    expect(await account.error("create network policy q allowed_ip_list = ('300.1.1.1')")).toMatch(
      /300\.1\.1\.1/,
    );
    await account.all(
      "alter user u unset network_policy",
      "drop network policy p",
      "drop network rule office",
    );
  });
});

test("secrets are named, never shown or kept", async () => {
  await account.all("create secret x type = generic_string secret_string = 'hush-hush' comment = 'c'");
  const shown = await account.rows("describe secret x");
  expect(
    JSON.stringify([shown, account.account.services.catalog.listAll("SECRET")], (_k, v) =>
      typeof v === "bigint" ? String(v) : v,
    ),
  ).not.toContain("hush");
  await account.all(
    "alter secret x set comment = null",
    "alter secret x set secret_string = 'new'",
    "drop secret x",
  );
  expect(await account.error("create secret y type = password username = 'u'")).toMatch(/PASSWORD/);
});
