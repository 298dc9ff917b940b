import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { commands } from "../../../../local/account/commands/index.ts";
import { SnowflakeError } from "../../../../local/account/errors.ts";
import { Harness } from "./harness.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");

test("every command that is supported names a test that is there", () => {
  const missing = commands.all.filter((c) => c.status !== "not yet" && !existsSync(join(root, c.test)));
  expect(missing.map((c) => `${c.verb} ${c.words}: ${c.test}`)).toEqual([]);
});

test("no two commands have the same words", () => {
  const names = commands.all.map((c) => `${c.verb} ${c.words}`);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test("what Snowflake has and the account has not is refused by name", async () => {
  const account = await Harness.open();
  expect(await account.error("create hybrid table t (a int)")).toBe(
    "002040: SQL compilation error:\nUnsupported feature 'CREATE HYBRID TABLE'.",
  );
  expect(await account.error("create nonsense x")).toBe(
    "001003: SQL compilation error:\nsyntax error line 1 at position 7 unexpected 'nonsense'.",
  );
  expect(await account.error("show tables like")).toMatch(/unexpected '<EOF>'/);
});

/** Words of the grammar, names that exist, and noise. */
const WORDS = [
  ...new Set(commands.all.flatMap((c) => [c.verb, ...c.words.split(" ")]).filter(Boolean)),
  ..."OR REPLACE IF NOT EXISTS IN LIKE TO FROM ON SET UNSET TAG AS WITH ALL FUTURE PRIVILEGES OWNERSHIP OPTION ADD COLUMN RENAME".split(
    " ",
  ),
  ..."COMMENT VALUE_LIST WAREHOUSE_SIZE AUTO_SUSPEND TYPE URL AFTER WHEN SCHEDULE START INCREMENT RETURNS LANGUAGE EXECUTE CLONE AT".split(
    " ",
  ),
  ...'d s t d.s.t d..t w r "" "q""x" \'a\' \'\' 1 -1 0.5 ( ) , = => . ; $1 $$ $$x$$ @st @~/x % * -> :: NULL TRUE {} [ ] :x ?'.split(
    " ",
  ),
  "'unterminated",
  "--",
  "/*",
  "é",
  "\u0000",
];

test("any sequence of words ends in an answer or in an error of Snowflake's form", async () => {
  const account = await Harness.open();
  await account.all(
    "create database d",
    "create schema s",
    "create table t (a int)",
    "create role r",
    "create warehouse w",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        "CREATE",
        "ALTER",
        "DROP",
        "SHOW",
        "DESCRIBE",
        "GRANT",
        "REVOKE",
        "USE",
        "COMMENT",
        "EXECUTE",
        "UNDROP",
      ),
      fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }),
      async (verb, words) => {
        try {
          await account.outcome([verb, ...words].join(" "));
        } catch (error) {
          if (!(error instanceof SnowflakeError)) throw error;
          expect(error.message).not.toMatch(/undefined|\[object/);
        }
      },
    ),
    { numRuns: 4000, seed: 7 },
  );
}, 120_000);

test("a broken statement of a real one ends in an error of Snowflake's form or does what it says", async () => {
  const account = await Harness.open();
  await account.all("create database d", "create schema s", "create table t (a int)", "create role r");
  const statements = [
    "create table if not exists u (a number(10,2) not null default 1 comment 'x', b varchar collate 'en', primary key (a)) cluster by (a) comment = 'c'",
    "create task k warehouse = w schedule = '1 MINUTE' after d.s.x when system$stream_has_data('x') as select 1",
    "grant select, insert on future tables in schema d.s to role r with grant option",
    "create user u password = 'p' default_secondary_roles = ('ALL') type = person",
    "create stage st url = 's3://b/' file_format = (type = csv field_delimiter = '|') copy_options = (on_error = continue)",
    "create masking policy m as (v varchar) returns varchar -> case when true then v else 'x' end comment = 'c'",
    "create stream st on table d.s.t at (offset => -60) append_only = true",
    "create network policy n allowed_ip_list = ('127.0.0.1') blocked_network_rule_list = (d.s.x)",
    "alter table t add column if not exists z int default 5, y varchar",
    "create resource monitor m with credit_quota = 1 triggers on 10 percent do notify",
    "create alert a schedule = '1 MINUTE' if (exists (select 1)) then select 2",
    "create function f(a int default 1) returns table (b int) as 'select 1 as b'",
  ].map((text) => text.split(" "));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...statements),
      fc.nat(40),
      fc.constantFrom("drop", "double", "swap", "word"),
      fc.constantFrom(...WORDS),
      async (words, at, how, word) => {
        const i = at % words.length;
        const next = [...words];
        if (how === "drop") next.splice(i, 1);
        else if (how === "double") next.splice(i, 0, words[i]!);
        else if (how === "swap")
          [next[i], next[(i + 1) % next.length]] = [next[(i + 1) % next.length]!, next[i]!];
        else next[i] = word;
        try {
          await account.outcome(next.join(" "));
        } catch (error) {
          if (!(error instanceof SnowflakeError)) throw error;
        }
      },
    ),
    { numRuns: 4000, seed: 11 },
  );
}, 120_000);
