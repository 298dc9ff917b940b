import type { Connection } from "snowflake-sdk";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

let server: AccountServer;
let connection: Connection;
const run = (sql: string) => execute(connection, sql);
const column = async (sql: string) => (await run(sql)).map((row) => Object.values(row)[0]);
const failure = (sql: string) =>
  run(sql).then(
    () => "no error",
    (error: Error) => error.message,
  );

beforeAll(async () => {
  server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "x" });
  connection = await connect(server, { username: "ADMIN", password: "x" });
  await run("CREATE WAREHOUSE w");
}, 60_000);
afterAll(() => server.stop());
beforeEach(async () => {
  for (const sql of [
    "CREATE OR REPLACE DATABASE d",
    "CREATE TABLE orders (id INT, name VARCHAR)",
    "CREATE TABLE customers (id INT, customer VARCHAR)",
    "CREATE VIEW v AS SELECT * FROM orders NATURAL JOIN customers",
    "INSERT INTO orders VALUES (1, 'order1')",
    "INSERT INTO customers VALUES (1, 'customer1')",
  ])
    await run(sql);
});

const changes = (stream = "s") =>
  column(
    `SELECT metadata$action || IFF(metadata$isupdate, '*', '') || ' ' || id || ' ' || name || ' ' || customer FROM ${stream} ORDER BY 1`,
  );

test("a join shows what changed on either side joined with the other, as documented", async () => {
  await run("CREATE STREAM s ON VIEW v");
  expect(await changes()).toEqual([]);
  expect(await column("SELECT SYSTEM$STREAM_HAS_DATA('s')")).toEqual([false]);
  await run("INSERT INTO orders VALUES (1, 'order2')");
  expect(await changes()).toEqual(["INSERT 1 order2 customer1"]);
  await run("INSERT INTO customers VALUES (1, 'customer2')");
  expect(await column("SELECT SYSTEM$STREAM_HAS_DATA('s')")).toEqual([true]);
  expect(await changes()).toEqual([
    "INSERT 1 order1 customer2",
    "INSERT 1 order2 customer1",
    "INSERT 1 order2 customer2",
  ]);
  await run("CREATE TABLE seen AS SELECT * FROM s");
  expect(await changes()).toEqual([]);
  expect(await column("SELECT SYSTEM$STREAM_HAS_DATA('s')")).toEqual([false]);
  await run("UPDATE customers SET customer = 'c' WHERE customer = 'customer1'");
  await run("DELETE FROM orders WHERE name = 'order2'");
  expect(await changes()).toEqual([
    "DELETE 1 order2 customer1",
    "DELETE 1 order2 customer2",
    "DELETE* 1 order1 customer1",
    "INSERT* 1 order1 c",
  ]);
});

test("an append-only stream shows inserts alone, one with initial rows begins with what is there", async () => {
  await run("CREATE STREAM s ON VIEW v APPEND_ONLY = TRUE");
  await run("CREATE STREAM first ON VIEW v SHOW_INITIAL_ROWS = TRUE");
  expect(await changes("first")).toEqual(["INSERT 1 order1 customer1"]);
  await run("INSERT INTO orders VALUES (1, 'order2')");
  await run("DELETE FROM orders");
  await run("UPDATE customers SET customer = 'c'");
  expect(await changes()).toEqual(["INSERT 1 order2 customer1"]);
  await run("CREATE TABLE seen AS SELECT * FROM first");
  await run("INSERT INTO orders VALUES (1, 'order3')");
  expect(await changes("first")).toEqual(["INSERT 1 order3 c"]);
});

test("a stream is read once by a transaction, also when another changes the tables meanwhile", async () => {
  await run("CREATE STREAM s ON VIEW v");
  await run("CREATE TABLE seen (name VARCHAR)");
  await run("INSERT INTO orders VALUES (1, 'order2')");
  const other = await connect(server, {
    username: "ADMIN",
    password: "x",
    database: "D",
    schema: "PUBLIC",
    warehouse: "W",
  });
  await run("BEGIN");
  await run("INSERT INTO seen SELECT name FROM s");
  await execute(other, "INSERT INTO orders VALUES (1, 'order3')");
  expect(await changes()).toEqual(["INSERT 1 order2 customer1"]);
  await run("COMMIT");
  expect(await changes()).toEqual(["INSERT 1 order3 customer1"]);
  await run("BEGIN");
  await run("INSERT INTO seen SELECT name FROM s");
  await run("ROLLBACK");
  expect(await changes()).toEqual(["INSERT 1 order3 customer1"]);
  expect(await column("SELECT name FROM seen")).toEqual(["order2"]);
});

test("filters, UNION ALL, nested views and subqueries in FROM", async () => {
  for (const sql of [
    "CREATE VIEW inner_v AS SELECT id, UPPER(name) AS name FROM orders WHERE id < 10",
    "CREATE VIEW outer_v (id, name, customer) AS SELECT * FROM inner_v JOIN (SELECT customer FROM customers WHERE customer <> 'x') ON TRUE UNION ALL SELECT o.id, o.name, 'none' FROM orders o",
    "CREATE STREAM s ON VIEW outer_v",
    "INSERT INTO orders VALUES (20, 'far')",
    "UPDATE orders SET name = 'one' WHERE id = 1",
  ])
    await run(sql);
  expect(await changes()).toEqual([
    "DELETE* 1 ORDER1 customer1",
    "DELETE* 1 order1 none",
    "INSERT 20 far none",
    "INSERT* 1 ONE customer1",
    "INSERT* 1 one none",
  ]);
  await run("UPDATE orders SET id = 11 WHERE id = 1");
  expect(await changes()).toEqual([
    "DELETE 1 ORDER1 customer1",
    "DELETE* 1 order1 none",
    "INSERT 20 far none",
    "INSERT* 11 one none",
  ]);
});

test.each([
  ["SELECT id, COUNT(*) AS c FROM orders GROUP BY id", "'GROUP BY'"],
  ["SELECT COUNT(*) AS c FROM orders", "'aggregates'"],
  ["SELECT DISTINCT id FROM orders", "'DISTINCT'"],
  ["SELECT id FROM orders LIMIT 1", "'LIMIT'"],
  ["SELECT o.id FROM orders o LEFT JOIN customers c ON o.id = c.id", "joins of type '[LEFT_OUTER_JOIN]'"],
  ["SELECT id FROM orders WHERE id IN (SELECT id FROM customers)", "'subqueries outside of the FROM clause'"],
  ["SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM customers)", "'subqueries outside of the FROM clause'"],
  ["SELECT id FROM orders QUALIFY ROW_NUMBER() OVER (ORDER BY id) = 1", "'QUALIFY'"],
  ["SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n FROM orders", "'window functions'"],
  ["SELECT id FROM orders UNION SELECT id FROM customers", "'UNION'"],
  ["SELECT id, CURRENT_TIMESTAMP() AS t FROM orders", "the non-deterministic function 'CURRENT_TIMESTAMP'"],
  ["SELECT f.value FROM orders, LATERAL FLATTEN(SPLIT(name, 'r')) f", "'table functions'"],
])("not on a view that is %s", async (query, what) => {
  await run(`CREATE VIEW bad AS ${query}`);
  expect(await failure("CREATE STREAM s ON VIEW bad")).toContain(
    `Change tracking is not supported on queries with ${what}.`,
  );
});

test("it is shown with its tables, and stale once one of these is made anew", async () => {
  await run("CREATE STREAM s ON VIEW v COMMENT = 'c'");
  expect((await run("SHOW STREAMS"))[0]).toMatchObject({
    name: "S",
    table_name: "D.PUBLIC.V",
    source_type: "View",
    base_tables: "D.PUBLIC.ORDERS, D.PUBLIC.CUSTOMERS",
    mode: "DEFAULT",
    stale: "false",
  });
  expect((await run("SHOW VIEWS LIKE 'v'"))[0]).toMatchObject({ change_tracking: "ON" });
  expect((await run("SHOW TABLES LIKE 'orders'"))[0]).toMatchObject({ change_tracking: "ON" });
  expect(await column("SELECT GET_DDL('stream', 's')")).toEqual([
    "create or replace stream S on view D.PUBLIC.V COMMENT='c';",
  ]);
  await run("CREATE STREAM copy CLONE s");
  await run("INSERT INTO orders VALUES (1, 'order2')");
  expect(await changes("copy")).toEqual(["INSERT 1 order2 customer1"]);
  await run("CREATE SCHEMA other CLONE public");
  await run("INSERT INTO other.orders VALUES (1, 'order3')");
  expect(await changes("other.s")).toEqual(["INSERT 1 order3 customer1"]);
  await run("CREATE OR REPLACE TABLE d.public.orders (id INT, name VARCHAR)");
  expect((await run("SHOW STREAMS LIKE 's' IN SCHEMA d.public"))[0]).toMatchObject({ stale: "true" });
  expect(await failure("SELECT * FROM d.public.s")).toContain("dropped, cannot read from stream");
});

test("who reads it needs SELECT on it and on its view; change tracking needs the owner", async () => {
  for (const sql of [
    "CREATE STREAM s ON VIEW v",
    "CREATE ROLE IF NOT EXISTS r",
    "GRANT ROLE r TO USER admin",
    "GRANT USAGE ON DATABASE d TO ROLE r",
    "GRANT USAGE, CREATE STREAM ON SCHEMA d.public TO ROLE r",
    "GRANT USAGE ON WAREHOUSE w TO ROLE r",
    "GRANT SELECT ON STREAM s TO ROLE r",
    "CREATE VIEW untracked AS SELECT id FROM orders",
    "GRANT SELECT ON VIEW untracked TO ROLE r",
    "INSERT INTO orders VALUES (1, 'order2')",
    "USE ROLE r",
    "USE SECONDARY ROLES NONE",
  ])
    await run(sql);
  try {
    expect(await failure("SELECT * FROM s")).toContain("'D.PUBLIC.V' does not exist or not authorized");
    expect(await failure("CREATE STREAM own ON VIEW untracked")).toContain(
      "Change tracking is not enabled on view 'D.PUBLIC.UNTRACKED'",
    );
    expect(await column("SELECT SYSTEM$STREAM_HAS_DATA('s')")).toEqual([true]);
    await run("USE ROLE accountadmin");
    await run("GRANT SELECT ON VIEW v TO ROLE r");
    await run("USE ROLE r");
    expect(await changes()).toEqual(["INSERT 1 order2 customer1"]);
  } finally {
    await run("USE ROLE accountadmin");
    await run("USE SECONDARY ROLES ALL");
  }
});

test("policies of the tables and of the view apply", async () => {
  for (const sql of [
    "CREATE MASKING POLICY m AS (val VARCHAR) RETURNS VARCHAR -> '***'",
    "CREATE ROW ACCESS POLICY p AS (c VARCHAR) RETURNS BOOLEAN -> c <> (SELECT MIN(customer) FROM customers)",
    "ALTER TABLE orders MODIFY COLUMN name SET MASKING POLICY m",
    "CREATE STREAM s ON VIEW v",
    "INSERT INTO orders VALUES (1, 'order2')",
  ])
    await run(sql);
  expect(await changes()).toEqual(["INSERT 1 *** customer1"]);
  await run("ALTER VIEW v ADD ROW ACCESS POLICY p ON (customer)");
  await run("INSERT INTO customers VALUES (1, 'z')");
  expect(await changes()).toEqual(["INSERT 1 *** z", "INSERT 1 *** z"]);
});

test("whatever is done to the tables, the changes applied to the view as it was give the view as it is", async () => {
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % n;
  };
  await run(
    "CREATE VIEW mixed AS SELECT o.id, o.name, c.customer FROM orders o JOIN customers c ON o.id = c.id WHERE o.name <> 'n0' UNION ALL SELECT id, customer, 'only' FROM customers WHERE id > 1",
  );
  await run("CREATE STREAM s ON VIEW mixed");
  const rows = "SELECT id, name, customer FROM";
  for (let round = 0; round < 12; round++) {
    await run(`CREATE OR REPLACE TABLE before AS ${rows} mixed`);
    for (let step = 0; step <= random(4); step++) {
      const table = random(2) === 0 ? "orders" : "customers";
      const value = table === "orders" ? "name" : "customer";
      const statements = [
        `INSERT INTO ${table} VALUES (${random(4)}, 'n${random(4)}'), (${random(4)}, 'n${random(4)}')`,
        `UPDATE ${table} SET ${value} = 'n${random(4)}' WHERE id = ${random(4)}`,
        `UPDATE ${table} SET id = ${random(4)} WHERE ${value} = 'n${random(4)}'`,
        `DELETE FROM ${table} WHERE id = ${random(4)} AND ${value} = 'n${random(4)}'`,
      ];
      await run(statements[random(4)]!);
    }
    await run("CREATE OR REPLACE TABLE delta AS SELECT * FROM s");
    const difference = await run(
      `SELECT id, name, customer, SUM(n) AS off_by FROM (
         SELECT *, 1 AS n FROM before
         UNION ALL ${rows.replace("FROM", ", IFF(metadata$action = 'INSERT', 1, -1) FROM")} delta
         UNION ALL SELECT *, -1 FROM (${rows} mixed))
       GROUP BY id, name, customer HAVING SUM(n) <> 0`,
    );
    expect(difference).toEqual([]);
    expect(
      await column(
        "SELECT COUNT(*) FROM (SELECT 1 FROM delta GROUP BY metadata$row_id, metadata$action HAVING COUNT(*) > 1)",
      ),
    ).toEqual([0]);
  }
}, 60_000);
