import { WholeAccount } from "./whole-account.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
});
afterAll(() => account.close());

// Source: "SYSTEM$GET_TAG_ON_CURRENT_COLUMN", "SYSTEM$GET_TAG_ON_CURRENT_TABLE".
test("a tag's masking policy asks for the tag's value on the column that it masks, and on its table", async () => {
  await account.all(
    "create tag accounting",
    "create masking policy mask as (val varchar) returns varchar -> case when system$get_tag_on_current_column('accounting') = 'visible' then val else '***' end",
    "alter tag accounting set masking policy mask",
    "create table finance (name varchar, number_ varchar, note varchar) with tag (accounting = 'hidden')",
    "alter table finance modify column name set tag accounting = 'visible'",
    "insert into finance values ('a', 'b', 'c')",
  );
  expect(await account.rows("select * from finance")).toEqual([["a", "***", "***"]]);
  await account.all(
    "create row access policy open_ as (v varchar) returns boolean -> system$get_tag_on_current_table('accounting') = 'hidden'",
    "alter table finance add row access policy open_ on (name)",
  );
  expect((await account.rows("select * from finance")).length).toBe(1);
  await account.all("alter table finance set tag accounting = 'other'");
  expect(await account.rows("select * from finance")).toEqual([]);
  expect(await account.error("select system$get_tag_on_current_table('accounting')")).toMatch(
    /outside of a policy on a table/,
  );
});

// Source: "TASK_DEPENDENTS".
test("TASK_DEPENDENTS lists a graph, or a task's own children", async () => {
  await account.all(
    "create task root_ warehouse = w schedule = '60 minutes' as select 1",
    "create task child warehouse = w after root_ as select 1",
    "create task grandchild warehouse = w after child as select 1",
  );
  const names = (rest: string) =>
    account.rows(`select name from table(information_schema.task_dependents(${rest})) order by 1`);
  expect(await names("task_name => 'd.s.root_'")).toEqual([["CHILD"], ["GRANDCHILD"], ["ROOT_"]]);
  expect(await names("task_name => 'd.s.root_', recursive => false")).toEqual([["CHILD"], ["ROOT_"]]);
  expect(
    await account.rows(
      "select state, schedule, created_on is not null from table(information_schema.task_dependents('root_')) where name = 'ROOT_'",
    ),
  ).toEqual([["suspended", "60 minutes", true]]);
});

// Source: "SYSTEM$LOG": nothing is written, since there is no event table.
test("a script logs with a function as a statement of its own", async () => {
  await account.all(
    "create procedure logs(x int) returns varchar as begin system$log_info('x is ' || x); system$log('warn', 'w'); return 'ok'; end",
  );
  expect(await account.one("call logs(1)")).toBe("ok");
  expect(await account.error("begin system$log_info(nope); end;")).toMatch(/NOPE/);
});

// Source: "Alert functions"; "Using SYSTEM$SEND_SNOWFLAKE_NOTIFICATION to send notifications".
test("functions of the SNOWFLAKE database: the times of an alert, and parts of notifications", async () => {
  expect(await account.one("select snowflake.notification.text_plain('A \"message\"')")).toBe(
    '{"text/plain":"A \\"message\\""}',
  );
  expect(
    JSON.parse(
      String(
        await account.one(
          "select snowflake.notification.email_integration_config('my_int', 'Subject', array_construct('a@example.com'))",
        ),
      ),
    ),
  ).toEqual({ my_int: { subject: "Subject", toAddress: ["a@example.com"] } });
  expect(await account.error("select snowflake.alert.scheduled_time()")).toMatch(/only from an alert/);
  await account.all(
    "create table seen (at_ timestamp_ltz)",
    "create alert al warehouse = w schedule = '1 minute' if (exists (select 1 where snowflake.alert.scheduled_time() is not null)) then insert into seen select snowflake.alert.scheduled_time()",
    "alter alert al resume",
    "call firn$advance_clock('2 minutes')",
  );
  expect(Number(await account.one("select count(*) from seen"))).toBeGreaterThan(0);
  expect(await account.error("select snowflake.alert.nothing()")).toMatch(/^002(003|140)/);
});
