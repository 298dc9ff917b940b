/**
 * What the SQL layer of the local account costs over DuckDB alone: one trivial statement, and ten million rows inserted
 * and aggregated. Run: `node bench/sql-overhead.ts [rows]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testAccount } from "../tests/local/account/support.ts";

const rows = Number(process.argv[2] ?? 10_000_000);
const folder = mkdtempSync(join(tmpdir(), "firn-bench-"));
const account = await testAccount({ path: join(folder, "account.duckdb") });
const raw = await account.services.storage.connect();

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function each(count: number, work: (i: number) => Promise<unknown>): Promise<number> {
  for (let i = 0; i < 50; i++) await work(-i);
  return (
    (await time(async () => {
      for (let i = 0; i < count; i++) await work(i);
    })) / count
  );
}

const print = (what: string, ours: number, theirs: number) =>
  console.log(
    `${what.padEnd(52)} ${ours.toFixed(2).padStart(9)} ms   DuckDB ${theirs.toFixed(2).padStart(9)} ms   ratio ${(ours / theirs).toFixed(2)}`,
  );

try {
  const direct = await each(500, async () => (await raw.runAndReadAll("SELECT 1")).getRows());
  print("SELECT 1, the same text", await each(500, () => account.run("SELECT 1")), direct);
  print("SELECT i, a new text each time", await each(500, (i) => account.run(`SELECT ${i}`)), direct);
  await account.table("SMALL", "A NUMBER, B VARCHAR");
  await account.run("INSERT INTO small VALUES (1, 'x')");
  await raw.run("CREATE TABLE raw_small AS SELECT 1 AS a, 'x' AS b");
  print(
    "SELECT … WHERE on a small table",
    await each(300, (i) => account.run(`SELECT b FROM small WHERE a = ${i}`)),
    await each(300, async (i) =>
      (await raw.runAndReadAll(`SELECT b FROM raw_small WHERE a = ${i}`)).getRows(),
    ),
  );

  await account.table("SRC", "ID NUMBER(18,0), K NUMBER(18,0), AMOUNT NUMBER(18,2), NAME VARCHAR");
  const generate = `SELECT seq8() AS id, MOD(seq8(), 1000) AS k, (MOD(seq8(), 100000) / 100)::NUMBER(18,2) AS amount, 'name ' || MOD(seq8(), 5000) AS name FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`;
  await account.run(`INSERT INTO src ${generate}`);
  await raw.run(
    `CREATE TABLE raw_src AS SELECT "ID", "K", "AMOUNT", "NAME" FROM data.t${account.services.catalog.find("TABLE", account.schemaId, "SRC")!.id}`,
  );
  await account.table("DST", "ID NUMBER(18,0), K NUMBER(18,0), AMOUNT NUMBER(18,2), NAME VARCHAR");
  await raw.run("CREATE TABLE raw_dst (id BIGINT, k BIGINT, amount DECIMAL(18,2), name VARCHAR)");
  print(
    `INSERT … SELECT of ${rows} rows`,
    await time(() => account.run("INSERT INTO dst SELECT * FROM src")),
    await time(() => raw.run("INSERT INTO raw_dst SELECT * FROM raw_src")),
  );
  const aggregate = (table: string) =>
    `SELECT k, count(*), sum(amount), max(name) FROM ${table} WHERE id > 1000 GROUP BY k ORDER BY k`;
  await account.run(aggregate("dst"));
  await raw.runAndReadAll(aggregate("raw_dst"));
  print(
    "… and aggregated by 1000 keys",
    await time(() => account.run(aggregate("dst"))),
    await time(async () => (await raw.runAndReadAll(aggregate("raw_dst"))).getRows()),
  );
  const merge =
    "MERGE INTO dst USING (SELECT id * 3 AS id, 'm' AS name FROM src WHERE id < 1000) s ON dst.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)";
  print(
    "MERGE of 1000 rows into them",
    await time(() => account.run(merge)),
    await time(() =>
      raw.run("UPDATE raw_dst SET name = 'm' WHERE id IN (SELECT id * 3 FROM raw_src WHERE id < 1000)"),
    ),
  );
} finally {
  raw.closeSync();
  account.close();
  rmSync(folder, { recursive: true, force: true });
}
