import { Harness } from "./harness.ts";

async function orders(): Promise<Harness> {
  const account = await Harness.open();
  await account.all(
    "create database d",
    "create schema s",
    "create warehouse w",
    "create table orders (id int, customer varchar, amount int)",
    "create table other (id int)",
    "create view orders_view as select id from orders",
  );
  return account;
}

describe("materialized views", () => {
  test("as the provider creates, reads, changes and drops one", async () => {
    const account = await orders();
    expect(
      await account.status(
        `CREATE MATERIALIZED VIEW "D"."S"."MV" COMMENT = 'c' AS SELECT id, amount FROM orders WHERE amount > 1`,
      ),
    ).toBe("Materialized view MV successfully created.");
    expect(await account.one(`SHOW MATERIALIZED VIEWS LIKE 'MV' IN SCHEMA "D"."S"`)).toMatchObject({
      name: "MV",
      database_name: "D",
      schema_name: "S",
      source_database_name: "D",
      source_schema_name: "S",
      source_table_name: "ORDERS",
      invalid: "false",
      is_secure: "false",
      comment: "c",
      text: `CREATE MATERIALIZED VIEW "D"."S"."MV" COMMENT = 'c' AS SELECT id, amount FROM orders WHERE amount > 1`,
    });
    await account.all(
      `ALTER MATERIALIZED VIEW "D"."S"."MV" SET COMMENT = 'other'`,
      `ALTER MATERIALIZED VIEW "D"."S"."MV" SET SECURE`,
      `ALTER MATERIALIZED VIEW "D"."S"."MV" RENAME TO "D"."S"."MV2"`,
    );
    expect(await account.one("show materialized views")).toMatchObject({
      name: "MV2",
      comment: "other",
      is_secure: "true",
    });
    expect(await account.one("show views like 'mv2'")).toMatchObject({ is_materialized: "true" });
    expect(await account.run("describe materialized view mv2")).toMatchObject([
      { name: "ID", type: "NUMBER(38,0)", kind: "COLUMN" },
      { name: "AMOUNT" },
    ]);
    expect(await account.status("drop materialized view mv2")).toBe("MV2 successfully dropped.");
    expect(await account.run("show materialized views")).toEqual([]);
  });

  test("it may be clustered, and its columns named", async () => {
    const account = await orders();
    await account.run(
      "create secure materialized view mv (k comment 'key', total) cluster by (k) comment = 'c' as select customer, sum(amount) from orders group by customer",
    );
    expect(await account.one("show materialized views")).toMatchObject({ cluster_by: "LINEAR(k)" });
    await account.run("alter materialized view mv drop clustering key");
    expect(await account.one("show materialized views")).toMatchObject({ cluster_by: "" });
  });

  test.each([
    ["select o.id from orders o join other t on o.id = t.id", "More than one table referenced"],
    ["select id from orders union all select id from other", "More than one table referenced"],
    ["select id from orders_view", "'ORDERS_VIEW' should be a table."],
    ["select id from orders order by id", "ORDER BY is not allowed."],
    ["select id from orders limit 1", "LIMIT is not allowed."],
    ["with t as (select id from orders) select id from t", "Common table expressions are not allowed."],
    ["select id from (select id from orders)", "Subqueries are not allowed."],
    [
      "select row_number() over (order by id) as n from orders",
      "Window function [ROW_NUMBER] is not allowed.",
    ],
    ["select customer, median(amount) as m from orders group by customer", "Aggregate function [MEDIAN]"],
    ["select customer, count(distinct id) as c from orders group by customer", "DISTINCT cannot be combined"],
    ["select customer, sum(id) as s from orders group by customer having s > 1", "HAVING is not allowed."],
    [
      "select sum(id) as s from orders group by customer",
      "All GROUP BY keys must be part of the SELECT list.",
    ],
    ["select id, current_timestamp() as t from orders", "Function [CURRENT_TIMESTAMP] is not deterministic."],
    ["select id, f(id) as x from orders", "User-defined function [F] is not allowed."],
    ["select 1 as one", "A table must be referenced"],
  ])("%s: %s", async (query, reason) => {
    const account = await orders();
    const error = await account.error(`create materialized view mv as ${query}`);
    expect(error).toContain("Invalid materialized view definition.");
    expect(error).toContain(reason);
  });

  test("a grouped query may name its keys by position, alias or expression", async () => {
    const account = await orders();
    for (const keys of ["1", "who", "upper(customer)"])
      await account.run(
        `create or replace materialized view mv as select upper(customer) as who, count(*) as c, avg(amount) as a from orders group by ${keys}`,
      );
    await account.run(
      "create materialized view flat as select id, f.value as v from orders, lateral flatten(input => split(customer, ',')) f",
    );
    expect(await account.run("show materialized views")).toHaveLength(2);
  });

  test("creating one needs its privilege, and SELECT on the table", async () => {
    const account = await orders();
    await account.all(
      "create role r",
      "grant role r to user admin",
      "grant usage on database d to role r",
      "grant usage on schema s to role r",
      "grant usage on warehouse w to role r",
      "use role r",
      "use warehouse w",
    );
    const create = "create materialized view mv as select id from orders";
    expect(await account.error(create)).toContain("Object 'ORDERS' does not exist or not authorized.");
    const grant = (what: string) =>
      account.all("use role accountadmin", `grant ${what} to role r`, "use role r");
    await grant("select on table orders");
    expect(await account.error(create)).toContain("Insufficient privileges");
    await grant("create materialized view on schema s");
    await account.run(create);
  });
});
