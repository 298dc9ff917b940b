import type { Connection } from "snowflake-sdk";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

// Source: Snowflake documentation, "ACCESS_HISTORY view": direct objects are those that a query names, with the columns
// that it names or that a star stands for; base objects are the tables behind them, never views.
let server: AccountServer;
let connection: Connection;
const run = (sql: string) => execute(connection, sql) as Promise<Record<string, unknown>[]>;

beforeAll(async () => {
  server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "x" });
  connection = await connect(server, { username: "ADMIN", password: "x" });
  for (const sql of [
    "CREATE WAREHOUSE W",
    "CREATE DATABASE D",
    "CREATE TABLE D.PUBLIC.PERSON (ID NUMBER, MAIL VARCHAR, CITY VARCHAR)",
    "CREATE TABLE D.PUBLIC.PLACE (CITY VARCHAR, COUNTRY VARCHAR)",
    "CREATE VIEW D.PUBLIC.ABROAD AS SELECT P.ID, L.COUNTRY FROM D.PUBLIC.PERSON P JOIN D.PUBLIC.PLACE L ON L.CITY = P.CITY",
  ])
    await run(sql);
});
afterAll(() => server.stop());

interface Entry {
  objectDomain: string;
  objectName: string;
  columns?: { columnName: string }[];
}

/** What the last statement with the text read: object → its columns, in order. */
async function accessed(sql: string) {
  await run(sql);
  const [row] = await run(
    `SELECT A.DIRECT_OBJECTS_ACCESSED AS DIRECT, A.BASE_OBJECTS_ACCESSED AS BASE
     FROM SNOWFLAKE.ACCOUNT_USAGE.ACCESS_HISTORY A JOIN SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY Q ON Q.QUERY_ID = A.QUERY_ID
     WHERE Q.QUERY_TEXT = $$${sql}$$ ORDER BY Q.START_TIME DESC LIMIT 1`,
  );
  const shown = (entries: Entry[]) =>
    Object.fromEntries(
      entries.map((entry) => [
        `${entry.objectDomain} ${entry.objectName}`,
        (entry.columns ?? []).map((column) => column.columnName).sort(),
      ]),
    );
  return { direct: shown(row!["DIRECT"] as Entry[]), base: shown(row!["BASE"] as Entry[]) };
}

test("the columns that are named, wherever in the query", async () => {
  const { direct, base } = await accessed("SELECT P.ID FROM D.PUBLIC.PERSON P WHERE P.MAIL LIKE '%@x.com'");
  expect(direct).toEqual({ "Table D.PUBLIC.PERSON": ["ID", "MAIL"] });
  expect(base).toEqual(direct);
});

test("a star stands for all columns, without those that it excludes", async () => {
  const { direct } = await accessed("SELECT * EXCLUDE (CITY) FROM D.PUBLIC.PERSON");
  expect(direct).toEqual({ "Table D.PUBLIC.PERSON": ["ID", "MAIL"] });
});

test("through a subquery that renames them", async () => {
  const { direct } = await accessed("SELECT X.M FROM (SELECT MAIL AS M FROM D.PUBLIC.PERSON) X");
  expect(direct).toEqual({ "Table D.PUBLIC.PERSON": ["MAIL"] });
});

test("a view is what the query names, its tables are the base", async () => {
  const { direct, base } = await accessed("SELECT COUNTRY FROM D.PUBLIC.ABROAD");
  expect(direct).toEqual({ "View D.PUBLIC.ABROAD": ["COUNTRY"] });
  expect(base).toEqual({
    "Table D.PUBLIC.PERSON": ["CITY", "ID"],
    "Table D.PUBLIC.PLACE": ["CITY", "COUNTRY"],
  });
});
