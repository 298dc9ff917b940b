import { WholeAccount } from "./whole-account.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
});
afterAll(() => account.close());

// Source: "USE SECONDARY ROLES".
test("USE SECONDARY ROLES of a list: roles that the user has", async () => {
  await account.all(
    "create table t (a int)",
    "create role r1",
    "create role r2",
    "grant role r1 to user admin",
    "grant role r2 to user admin",
    "grant usage on database d to role r2",
    "grant usage on schema d.s to role r2",
    "grant select on table t to role r2",
    "create role stranger",
    "use role public",
    "use secondary roles r1",
  );
  expect(await account.error("select * from d.s.t")).toMatch(/^002003/);
  await account.all("use secondary roles r1, r2");
  expect(await account.rows("select * from d.s.t")).toEqual([]);
  expect(JSON.parse(String(await account.one("select current_secondary_roles()")))).toEqual({
    roles: "R1,R2",
    value: "",
  });
  await account.all("use role accountadmin", "use secondary roles none", "revoke role r2 from user admin");
  await account.all("use secondary roles r1", "drop role r1");
  expect(await account.error("use secondary roles nobody")).toMatch(/NOBODY/);
  await account.all("use secondary roles none");
});

// Source: "ALTER TABLE", constraint actions; "SHOW PRIMARY KEYS".
test("constraints are renamed, relied on and seen from both sides", async () => {
  await account.all(
    "create table parent (id int, constraint pk primary key (id) rely)",
    "create table child (id int constraint fk references parent (id))",
    "alter table parent rename constraint pk to pk2",
    "alter table child modify constraint fk rely",
  );
  const [key] = await account.rows("show primary keys in table parent");
  expect(key?.slice(6, 8)).toEqual(["PK2", "true"]);
  const exported = await account.rows("show exported keys in table parent");
  expect(exported).toEqual(await account.rows("show imported keys in table child"));
  expect(exported[0]?.slice(3, 9)).toEqual(["PARENT", "ID", "D", "S", "CHILD", "ID"]);
  expect(exported[0]?.[15]).toBe("true");
  expect(await account.rows("show exported keys in table child")).toEqual([]);
  await account.all("alter table parent alter constraint pk2 norely");
  expect((await account.rows("show primary keys in table parent"))[0]?.[7]).toBe("false");
  expect(await account.error("alter table parent rename constraint pk to x")).toMatch(
    /Constraint does not exist/,
  );
});

// Source: "CREATE <object> … CLONE".
test("sequences, file formats, external stages and alerts are cloned", async () => {
  await account.all(
    "create sequence q start 10 increment 5",
    "select q.nextval",
    "create sequence q2 clone q",
  );
  expect(await account.one("select q2.nextval")).toBe("15");
  await account.all(
    "create file format f type = csv field_delimiter = '|' comment = 'bars'",
    "create file format f2 clone f",
    "create stage st url = 's3://bucket/files/' comment = 'c'",
    "create stage st2 clone st",
    "create stage inner_",
    "create alert al warehouse = w schedule = '1 minute' if (exists (select 1)) then select 1",
    "alter alert al resume",
    "create alert al2 clone al",
  );
  expect((await account.rows("show file formats like 'f2'"))[0]?.[6]).toBe("bars");
  expect((await account.rows("show stages like 'st2'"))[0]?.[4]).toBe("s3://bucket/files/");
  expect((await account.rows("show alerts like 'al2'"))[0]?.slice(6, 9)).toEqual([
    "W",
    "1 minute",
    "suspended",
  ]);
  expect(await account.error("create stage x clone inner_")).toMatch(/CLONE of an internal stage/);
  await account.all("alter alert al suspend");
});

test("SHOW GRANTS … LIMIT; tags on the account", async () => {
  await account.all(
    "create role g",
    "grant select, insert, update on table t to role g",
    "create tag place",
    "alter account set tag place = 'here'",
  );
  expect((await account.rows("show grants to role g limit 2")).length).toBe(2);
  expect((await account.rows("show grants to role g")).length).toBe(3);
  expect(await account.one("select system$get_tag('place', 't', 'table')")).toBe("here");
  await account.all("alter account unset tag place");
  expect(await account.one("select system$get_tag('place', 't', 'table')")).toBeNull();
});

// Source: "EXECUTE TASK".
test("EXECUTE TASK … USING CONFIG: the run's keys win over the task's", async () => {
  await account.all(
    "create table seen (v varchar)",
    `create task k warehouse = w schedule = '60 minutes' config = '{"a": 1, "b": 2}' as
       insert into seen select system$get_task_graph_config('a') || '/' || system$get_task_graph_config('b')`,
    `execute task k using config = $${"$"}{"b": 3}$${"$"}`,
  );
  await account.all(
    "call firn$advance_clock('1 minute')",
    "execute task k",
    "call firn$advance_clock('1 minute')",
  );
  expect(await account.rows("select v from seen order by v")).toEqual([["1/2"], ["1/3"]]);
  expect(await account.error("execute task k using config = 'no json'")).toMatch(/no json/);
});

// Source: "CREATE RESOURCE MONITOR", "ALTER MATERIALIZED VIEW".
test("a resource monitor begins at a time with a named zone; SET SECURE with a comment", async () => {
  await account.all(
    "create resource monitor limiter with credit_quota = 2000 frequency = weekly start_timestamp = '2026-03-04 00:00 PST' triggers on 100 percent do suspend",
    "create materialized view mv as select a from t",
    "alter materialized view mv set secure comment = 'kept'",
  );
  const [monitor] = await account.rows("show resource monitors like 'limiter'");
  expect(monitor!.map(String)).toContain(String(Date.UTC(2026, 2, 4, 8) * 1_000_000));
  expect(await account.rows("select count(*) from mv")).toEqual([["0"]]);
  expect((await account.rows("show materialized views"))[0]).toEqual(
    expect.arrayContaining(["kept", "true"]),
  );
});
