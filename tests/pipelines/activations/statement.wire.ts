/** The block of an activation's task against a real account, with a CRM that is played: what arrives, and what is told. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "snowflake-sdk";
import { type AccountServer, startAccountServer } from "../../../local/account/server.ts";
import { activationStatement, type StatementInput } from "../../../pipelines/activations/statement.ts";
import { connect, execute } from "../../local/account/sdk.ts";

let dir: string;
let server: AccountServer;
let connection: Connection;
const run = (sql: string) => execute(connection, sql);
const column = async (sql: string) => (await run(sql)).map((row) => Object.values(row)[0]);

const object = (name: string) => ({ database: "D", schema: "S", name });
const INPUT: StatementInput = {
  key: "score",
  ledger: object("LEDGER"),
  model: object("MODEL"),
  returned: object("RETURNED"),
  stage: object("OUTBOUND"),
  column: "ID",
  externalId: "Key__c",
  version: "Version__c",
  fields: [
    { field: "Score__c", column: "SCORE", type: "NUMBER" },
    { field: "Note__c", column: "NOTE", type: "VARCHAR", whenNull: "none" },
    { field: "Day__c", column: "DAY", type: "DATE" },
  ],
  optOut: "OPTED_OUT",
  cleared: { Score__c: 0, Note__c: "gone" },
  maxRows: 3,
  resendAfterSeconds: 3_600,
  attempts: 2,
};
const send = (input: StatementInput = INPUT) => run(activationStatement(input));

/** Objects of the outbound stage, oldest first, as a flow would read them. */
function batches(): Record<string, unknown>[][] {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);
  return files.map((file) =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );
}

/** The export brings back what a batch wrote. */
async function exportBack(records: readonly Record<string, unknown>[], deleted = false): Promise<void> {
  for (const record of records) {
    await run(`DELETE FROM RETURNED WHERE external_id = '${record["Key__c"]}'`);
    await run(`INSERT INTO RETURNED VALUES ('${record["Key__c"]}', '${record["Version__c"]}', ${deleted})`);
  }
}

const statuses = async (id: string) =>
  column(
    `SELECT operation || ' ' || attempt || ' ' || status FROM LEDGER WHERE external_id = '${id}' ORDER BY claimed_at, attempt`,
  );
const age = (seconds: number) =>
  run(
    `UPDATE LEDGER SET sent_at = DATEADD(second, -${seconds}, sent_at), claimed_at = DATEADD(second, -${seconds}, claimed_at)`,
  );

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "firn-activation-"));
  server = await startAccountServer({ dataDir: dir, adminUser: "ADMIN", adminPassword: "x" });
  connection = await connect(server, { username: "ADMIN", password: "x" });
  for (const sql of ["CREATE WAREHOUSE W", "CREATE DATABASE D", "CREATE SCHEMA S"]) await run(sql);
});
beforeEach(async () => {
  for (const sql of [
    `CREATE OR REPLACE TABLE LEDGER (activation VARCHAR NOT NULL, external_id VARCHAR NOT NULL, operation VARCHAR NOT NULL,
      payload VARIANT NOT NULL, version VARCHAR NOT NULL, attempt NUMBER NOT NULL, batch_id VARCHAR NOT NULL,
      status VARCHAR NOT NULL, claimed_at TIMESTAMP_LTZ NOT NULL, sent_at TIMESTAMP_LTZ, settled_at TIMESTAMP_LTZ)`,
    "CREATE OR REPLACE TABLE MODEL (id VARCHAR, score NUMBER, note VARCHAR, day DATE, opted_out BOOLEAN)",
    "CREATE OR REPLACE TABLE RETURNED (external_id VARCHAR, version VARCHAR, is_deleted BOOLEAN)",
    "CREATE OR REPLACE STAGE OUTBOUND",
    "INSERT INTO MODEL VALUES ('a', 1, NULL, '2026-03-01', FALSE), ('b', 2, 'it''s', '2026-03-02', NULL)",
  ])
    await run(sql);
});
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const newest = () => batches().at(-1)!;

test("a batch holds each record once, as JSON lines with the external id, the fields and the version", async () => {
  await send();
  expect(newest()).toEqual([
    {
      Key__c: "a",
      Score__c: 1,
      Note__c: "none",
      Day__c: "2026-03-01",
      Version__c: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
    {
      Key__c: "b",
      Score__c: 2,
      Note__c: "it's",
      Day__c: "2026-03-02",
      Version__c: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
  expect(await statuses("a")).toEqual(["upsert 1 sent"]);
});

test("nothing is sent twice, and what came back is confirmed; then only what changed is sent", async () => {
  const before = batches().length;
  await send();
  await send();
  expect(batches()).toHaveLength(before + 1);
  await exportBack(newest());
  await run("UPDATE MODEL SET score = 5 WHERE id = 'b'");
  await send();
  expect(newest()).toEqual([expect.objectContaining({ Key__c: "b", Score__c: 5 })]);
  expect(await statuses("a")).toEqual(["upsert 1 confirmed"]);
  expect(await statuses("b")).toEqual(["upsert 1 confirmed", "upsert 1 sent"]);
});

test("a record that is on its way waits: no second version can overtake the first", async () => {
  await send();
  await run("UPDATE MODEL SET score = 6 WHERE id = 'a'");
  await send();
  expect(await statuses("a")).toEqual(["upsert 1 sent"]);
  await exportBack(newest());
  await send();
  expect(newest()).toEqual([expect.objectContaining({ Key__c: "a", Score__c: 6 })]);
});

test("a run that is killed after the claim writes the same batch to the same file", async () => {
  await run("DROP STAGE OUTBOUND");
  await expect(send()).rejects.toThrow();
  const [claimed] = await run(
    "SELECT MIN(batch_id) AS id, COUNT(*) AS n FROM LEDGER WHERE status = 'claimed'",
  );
  expect(claimed!["N"]).toBe(2);
  await run("UPDATE MODEL SET score = 9 WHERE id = 'a'");
  await run("CREATE STAGE OUTBOUND");
  await send();
  expect(newest().map((record) => record["Score__c"])).toEqual([1, 2]);
  expect(await column("SELECT DISTINCT batch_id FROM LEDGER WHERE status = 'sent'")).toEqual([
    claimed!["ID"],
  ]);
});

test("a run that is killed after the file is complete repeats it byte for byte", async () => {
  await send();
  const [first, count] = [JSON.stringify(newest()), batches().length];
  await run("UPDATE LEDGER SET status = 'claimed', sent_at = NULL");
  await send();
  expect(batches()).toHaveLength(count);
  expect(JSON.stringify(newest())).toBe(first);
  expect(await statuses("a")).toEqual(["upsert 1 sent"]);
});

test("a send that no export acknowledges is repeated as often as is allowed, then only when it changes", async () => {
  await send();
  await age(7_200);
  await send();
  expect(await statuses("a")).toEqual(["upsert 1 expired", "upsert 2 sent"]);
  await age(7_200);
  await send();
  await send();
  expect(await statuses("a")).toEqual(["upsert 1 expired", "upsert 2 failed"]);
  await run("UPDATE MODEL SET score = 7 WHERE id = 'a'");
  await send();
  expect((await statuses("a")).at(-1)).toBe("upsert 1 sent");
  expect(await statuses("b")).toHaveLength(2);
});

test("a row that is gone or opts out is cleared once, and comes back when it is there again", async () => {
  await send();
  await exportBack(newest());
  await run("DELETE FROM MODEL WHERE id = 'a'");
  await run("UPDATE MODEL SET opted_out = TRUE WHERE id = 'b'");
  await send();
  const cleared = newest();
  expect(cleared.map(({ Version__c, ...rest }) => rest)).toEqual([
    { Key__c: "a", Score__c: 0, Note__c: "gone" },
    { Key__c: "b", Score__c: 0, Note__c: "gone" },
  ]);
  await exportBack(cleared);
  await send();
  expect(await statuses("a")).toEqual(["upsert 1 confirmed", "clear 1 confirmed"]);
  await run("UPDATE MODEL SET opted_out = FALSE WHERE id = 'b'");
  await send();
  expect(newest()).toEqual([expect.objectContaining({ Key__c: "b", Score__c: 2 })]);
});

test("one that opted out before it was ever sent is never sent", async () => {
  await run("UPDATE MODEL SET opted_out = TRUE");
  const before = batches().length;
  await send();
  expect(batches()).toHaveLength(before);
  expect(await run("SELECT * FROM LEDGER")).toEqual([]);
});

test("what the CRM's users deleted is not made again", async () => {
  await send();
  await exportBack(newest(), true);
  await run("UPDATE MODEL SET score = 100");
  const before = batches().length;
  await send();
  expect(batches()).toHaveLength(before);
});

test("a batch is no longer than allowed; withdrawals go first, the rest follows", async () => {
  await send();
  await exportBack(newest());
  await run(
    "INSERT INTO MODEL SELECT 'n' || SEQ4(), 1, 'x', '2026-03-03', FALSE FROM TABLE(GENERATOR(ROWCOUNT => 4))",
  );
  await run("DELETE FROM MODEL WHERE id = 'b'");
  await send();
  expect(newest().map((record) => record["Key__c"])).toEqual(["b", "n0", "n1"]);
  await send();
  expect(newest().map((record) => record["Key__c"])).toEqual(["n2", "n3"]);
});
