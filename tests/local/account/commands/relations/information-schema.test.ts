import { WholeAccount } from "../whole-account.ts";

let account: WholeAccount;
beforeEach(async () => {
  account = await WholeAccount.open();
  await account.all(
    "create table t (id number(10,0) not null, name varchar(20) default 'x' comment 'n', primary key (id)) comment = 'c'",
    "insert into t values (1, 'a'), (2, 'b')",
    "create view v as select id from t",
    "create role r",
    "grant role r to user admin",
    "grant usage on database d to role r",
    "grant usage on schema s to role r",
    "grant select on view v to role r",
    "grant usage on warehouse w to role r",
  );
});
afterEach(() => account.close());

test("tables, columns, constraints, privileges of a database", async () => {
  expect(
    await account.rows(
      "select table_name, table_type, row_count, comment from information_schema.tables where table_schema = 'S' order by 1",
    ),
  ).toEqual([
    ["T", "BASE TABLE", "2", "c"],
    ["V", "VIEW", null, null],
  ]);
  expect(
    await account.rows(
      "select column_name, ordinal_position, data_type, character_maximum_length, numeric_precision, is_nullable, column_default from d.information_schema.columns where table_name = 'T' order by 2",
    ),
  ).toEqual([
    ["ID", "1", "NUMBER", null, "10", "NO", null],
    ["NAME", "2", "TEXT", "20", null, "YES", "'x'"],
  ]);
  expect(await account.rows("select constraint_type from information_schema.table_constraints")).toEqual([
    ["PRIMARY KEY"],
  ]);
  expect(
    await account.rows(
      "select grantee, privilege_type from information_schema.table_privileges where table_name = 'V' order by 1",
    ),
  ).toEqual([
    ["ACCOUNTADMIN", "OWNERSHIP"],
    ["R", "SELECT"],
  ]);
});

test("show only what the role may see", async () => {
  await account.all("use role r");
  expect(await account.rows("select table_name from information_schema.tables")).toEqual([["V"]]);
  expect(await account.rows("select distinct table_name from information_schema.columns")).toEqual([["V"]]);
  expect(await account.error("select * from snowflake.account_usage.users")).toMatch(/^002003/);
});

test("ACCOUNT_USAGE lists users, roles and grants", async () => {
  expect(await account.rows("select name from snowflake.account_usage.roles where name = 'R'")).toEqual([
    ["R"],
  ]);
  expect(
    await account.rows(
      "select privilege, granted_on, name from snowflake.account_usage.grants_to_roles where grantee_name = 'R' order by 1, 2",
    ),
  ).toEqual([
    ["SELECT", "VIEW", "V"],
    ["USAGE", "DATABASE", "D"],
    ["USAGE", "SCHEMA", "S"],
    ["USAGE", "WAREHOUSE", "W"],
  ]);
  expect(
    await account.rows("select role from snowflake.account_usage.grants_to_users where role = 'R'"),
  ).toEqual([["R"]]);
});

test("GET_DDL makes the object again", async () => {
  const ddl = String(await account.one("select get_ddl('table', 'd.s.t', true)"));
  expect(ddl).toBe(
    "create or replace TABLE D.S.T (\n\tID NUMBER(10,0) NOT NULL,\n\tNAME VARCHAR(20) DEFAULT 'x' COMMENT 'n',\n\tprimary key (ID)\n) COMMENT='c';",
  );
  await account.all(ddl);
  expect(await account.one("select get_ddl('table', 't', true)")).toBe(ddl);
  const view = String(await account.one("select get_ddl('view', 'v')"));
  await account.all(view);
  expect(await account.one("select get_ddl('view', 'v')")).toBe(view);
  const schema = String(await account.one("select get_ddl('schema', 'd.s', true)"));
  expect(schema).toContain("create or replace SCHEMA D.S;");
  expect(schema).toContain("view D.S.V");
  expect(await account.error("select get_ddl('table', 'nope')")).toMatch(/^002003/);
});

test("foreign keys and the keys that they mean", async () => {
  await account.all(
    "create table orders (id int primary key, a int, b int, constraint pair unique (a, b))",
    "create table lines (o int, x int, y int, constraint of_order foreign key (o) references orders (id), constraint of_pair foreign key (x, y) references orders (a, b))",
  );
  const [key] = await account.rows(
    "select constraint_name from information_schema.table_constraints where table_name = 'ORDERS' and constraint_type = 'PRIMARY KEY'",
  );
  expect(
    await account.rows(
      "select constraint_name, unique_constraint_schema, unique_constraint_name, match_option, update_rule, delete_rule from information_schema.referential_constraints order by 1",
    ),
  ).toEqual([
    ["OF_ORDER", "S", key![0], "FULL", "NO ACTION", "NO ACTION"],
    ["OF_PAIR", "S", "PAIR", "FULL", "NO ACTION", "NO ACTION"],
  ]);
});
