import { autoincrementSequence } from "../../../../local/account/sql/dml/target.ts";
import { physicalTable } from "../../../../local/account/storage/storage.ts";
import { Harness } from "./harness.ts";

async function core(): Promise<Harness> {
  const account = await Harness.open();
  await account.all("create database core", "create schema crm");
  return account;
}

describe("CREATE TABLE", () => {
  test("columns as the provider sends them are read back by DESCRIBE", async () => {
    const account = await core();
    await account.run(
      `CREATE TABLE "CORE"."CRM"."ACCOUNT" ("ID" VARCHAR(16777216) NOT NULL COMMENT 'key', "N" NUMBER(38,0) DEFAULT 1, "AMOUNT" NUMBER(18, 2),
         "AT" TIMESTAMP_NTZ(9), "LTZ" TIMESTAMP_LTZ(9), "RECORD" VARIANT, "kind" VARCHAR(10) COLLATE 'en-ci' DEFAULT 'it''s',
         CONSTRAINT "PK" PRIMARY KEY ("ID")) CLUSTER BY (TO_DATE("AT"), N) DATA_RETENTION_TIME_IN_DAYS = 3 CHANGE_TRACKING = true COMMENT = 'accounts'`,
    );
    expect(await account.run("describe table account")).toMatchObject([
      {
        name: "ID",
        type: "VARCHAR(16777216)",
        "null?": "N",
        "primary key": "Y",
        comment: "key",
        kind: "COLUMN",
      },
      { name: "N", type: "NUMBER(38,0)", "null?": "Y", default: "1" },
      { name: "AMOUNT", type: "NUMBER(18,2)" },
      { name: "AT", type: "TIMESTAMP_NTZ(9)" },
      { name: "LTZ", type: "TIMESTAMP_LTZ(9)" },
      { name: "RECORD", type: "VARIANT" },
      { name: "kind", type: "VARCHAR(10) COLLATE 'en-ci'", default: "'it''s'" },
    ]);
    expect(await account.one('SHOW TABLES LIKE \'ACCOUNT\' IN SCHEMA "CORE"."CRM"')).toMatchObject({
      kind: "TABLE",
      cluster_by: 'LINEAR(TO_DATE("AT"), N)',
      rows: 0,
      retention_time: "3",
      change_tracking: "ON",
      automatic_clustering: "ON",
      comment: "accounts",
    });
    expect(await account.run("show primary keys in table account")).toMatchObject([
      { column_name: "ID", constraint_name: "PK", key_sequence: 1 },
    ]);
    expect(await account.run("show columns like 'A%' in table account")).toMatchObject([
      { column_name: "AMOUNT", data_type: '{"type":"FIXED","precision":18,"scale":2,"nullable":true}' },
      { column_name: "AT" },
    ]);
  });

  test("mistakes", async () => {
    const account = await core();
    expect(await account.error("create table t (a int, a int)")).toContain("duplicate column name 'A'");
    expect(await account.error("create table t (a intt)")).toMatch(/INTT/);
    expect(await account.error("create table t (a int) foo = 1")).toBe(
      "001003: SQL compilation error:\nsyntax error line 1 at position 23 unexpected 'foo'.",
    );
    expect(await account.error("create table t (a int, primary key (b))")).toContain(
      "invalid identifier 'B'",
    );
    expect(await account.error("create transient table t (a int) data_retention_time_in_days = 7")).toContain(
      "[7]",
    );
    expect(await account.error("create external table t (a int)")).toContain("Unsupported feature");
  });

  test("IDENTITY, LIKE, CLONE with rows, temporary tables of one session", async () => {
    const account = await core();
    await account.run("create table t (id int identity (10, 5), v varchar)");
    const table = account.services.catalog.listAll("TABLE")[0]!;
    const connection = await account.services.storage.connect();
    await connection.run(
      `INSERT INTO ${physicalTable(table.id)} VALUES (nextval('${autoincrementSequence(table.id, "ID")}'), 'a', 0, NULL, NULL)`,
    );
    await account.all(
      "create table l like t",
      "create table c clone t",
      "create temporary table tmp (a int)",
    );
    expect(await account.one("show tables like 'c'")).toMatchObject({ rows: 1 });
    expect(await account.one("show tables like 'l'")).toMatchObject({ rows: 0 });
    expect(await account.one("describe table t")).toMatchObject({
      default: "IDENTITY START 10 INCREMENT 5 NOORDER",
    });
    expect(await account.one("show tables like 'tmp'")).toMatchObject({ kind: "TEMPORARY" });
    Object.assign(account.session, { id: "2" });
    expect(await account.error("describe table tmp")).toMatch(/^002003/);
  });

  test("drop, undrop, replace, swap", async () => {
    const account = await core();
    await account.all(
      "create table t (a int)",
      "create or replace table t (b int)",
      "drop table t",
      "undrop table t",
    );
    expect(await account.one("describe table t")).toMatchObject({ name: "B" });
    await account.all("create table u (c int)", "alter table t swap with u");
    expect(await account.one("describe table t")).toMatchObject({ name: "C" });
    expect((await account.run("show tables history like 't'")).length).toBe(2);
    expect(await account.error("undrop table t")).toMatch(/already exists/);
  });
});

describe("ALTER TABLE", () => {
  test("columns are added, renamed, widened, dropped with their rows", async () => {
    const account = await core();
    await account.run("create table t (a number(10,0), b varchar(10))");
    const table = account.services.catalog.listAll("TABLE")[0]!;
    const connection = await account.services.storage.connect();
    await connection.run(`INSERT INTO ${physicalTable(table.id)} VALUES (1, 'x', 0, NULL, NULL)`);
    await account.all(
      `ALTER TABLE "CORE"."CRM"."T" ADD COLUMN "C" VARCHAR(16777216) DEFAULT 'new' COMMENT 'n'`,
      "alter table t add column d int, e boolean",
      "alter table t rename column b to bb",
      `ALTER TABLE t ALTER COLUMN "A" SET DATA TYPE NUMBER(38,0)`,
      "alter table t modify column bb type varchar(20), column c comment 'changed'",
      "alter table t drop column d, e",
      "alter table t add constraint pk primary key (a)",
      "alter table t set comment = 'x', data_retention_time_in_days = 5",
      "alter table t cluster by (a)",
      "alter table t alter column c drop default",
    );
    expect(await account.run("describe table t")).toMatchObject([
      { name: "A", type: "NUMBER(38,0)", "null?": "N", "primary key": "Y" },
      { name: "BB", type: "VARCHAR(20)" },
      { name: "C", default: null, comment: "changed" },
    ]);
    const rows = await connection.runAndReadAll(`SELECT "A", "BB", "C" FROM ${physicalTable(table.id)}`);
    expect(rows.getRows()).toEqual([[1n, "x", "new"]]);
    expect(await account.error("alter table t alter column bb type number")).toContain(
      "cannot change column BB from type VARCHAR(20) to NUMBER(38,0)",
    );
    expect(await account.error("alter table t add column z int not null")).toContain("non-empty table");
    expect(await account.error("alter table t drop column nope")).toContain("invalid identifier 'NOPE'");
    await account.all(
      "alter table t drop primary key",
      "alter table t drop clustering key",
      "alter table t unset comment",
    );
    expect(await account.one("show tables like 't'")).toMatchObject({
      cluster_by: "",
      comment: "",
      retention_time: "5",
    });
  });
});
