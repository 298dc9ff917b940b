/**
 * Rows in bulk through an official driver against DuckDB alone on the same files, in alternating order: COPY INTO of
 * Parquet, CSV and JSON, an aggregate, and a large result as JSON (snowflake-sdk) and Arrow (Python connector), with
 * both processes' peak memory. `node bench/rows.ts [rows loaded] [rows fetched]`
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import snowflake, { type Connection, type ConnectionOptions } from "snowflake-sdk";
import { pythonClient, runProgram } from "../tests/local/account/clients/python.ts";

const ROWS = Number(process.argv[2] ?? 10_000_000);
const FETCHED = Math.min(Number(process.argv[3] ?? 1_000_000), ROWS);
const FILES = 8;
const PASSWORD = "bench";
snowflake.configure({ logLevel: "OFF", additionalLogToConsole: false });

const folder = mkdtempSync(join(process.env["FIRN_BENCH_DIR"] ?? tmpdir(), "firn-bench-"));
const FORMATS = {
  parquet: { write: "FORMAT parquet", read: (files: string) => `read_parquet('${files}')` },
  csv: {
    write: "FORMAT csv, HEADER false, COMPRESSION gzip",
    read: (files: string) =>
      `read_csv('${files}', header = false, auto_detect = false, columns = {'id': 'BIGINT', 'k': 'INTEGER', 'amount': 'DECIMAL(18,2)', 'name': 'VARCHAR', 'day': 'TIMESTAMP'})`,
  },
  json: {
    write: "FORMAT json, COMPRESSION gzip",
    read: (files: string) =>
      `read_json('${files}', format = 'newline_delimited', auto_detect = false, columns = {'id': 'BIGINT', 'k': 'INTEGER', 'amount': 'DECIMAL(18,2)', 'name': 'VARCHAR', 'day': 'TIMESTAMP'})`,
  },
};
type Format = keyof typeof FORMATS;
const EXTENSION: Record<Format, string> = { parquet: "parquet", csv: "csv.gz", json: "json.gz" };
const filesOf = (format: Format) => join(folder, "files", format);

const COLUMNS = "id NUMBER(18,0), k NUMBER(9,0), amount NUMBER(18,2), name VARCHAR, day TIMESTAMP_NTZ";
const COPY: Record<Format, string> = {
  parquet: "FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE",
  csv: "FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"')",
  json: "FILE_FORMAT = (TYPE = JSON) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE",
};
const AGGREGATE = `SELECT k, COUNT(*) AS n, SUM(amount) AS total, COUNT(DISTINCT name) AS names, MAX(day) AS last
  FROM TABLE_NAME GROUP BY k ORDER BY total DESC LIMIT 100`;

/** The peak of a process's memory in megabytes, from the last `reset`. */
const peak = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
const reset = (pid: number) => writeFileSync(`/proc/${pid}/clear_refs`, "5");

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function startAccount(): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(
    process.execPath,
    [resolve(import.meta.dirname, "../local/account/main.ts"), "--data", join(folder, "account")],
    { env: { ...process.env, FIRN_ACCOUNT_PASSWORD: PASSWORD }, stdio: ["ignore", "pipe", "inherit"] },
  );
  return new Promise((done, fail) => {
    child.stdout!.once("data", (line) => done({ child, port: JSON.parse(String(line)).port as number }));
    child.once("exit", (code) => fail(new Error(`the account ended with ${code}`)));
  });
}

const connect = (port: number) =>
  new Promise<Connection>((done, fail) => {
    const connection = snowflake.createConnection({
      account: "FIRNLOCAL",
      accessUrl: `http://127.0.0.1:${port}`,
      username: "ADMIN",
      password: PASSWORD,
    } as ConnectionOptions);
    connection.connect((error) => (error ? fail(error) : done(connection)));
  });

const execute = (connection: Connection, sqlText: string) =>
  new Promise<Record<string, unknown>[]>((done, fail) => {
    connection.execute({
      sqlText,
      complete: (error, _, rows) => (error ? fail(error) : done((rows ?? []) as Record<string, unknown>[])),
    });
  });

/** Rows that the driver streams, without keeping them. */
const streamed = (connection: Connection, sqlText: string) =>
  new Promise<number>((done, fail) => {
    connection.execute({
      sqlText,
      streamResult: true,
      complete: (error, statement) => {
        if (error) return fail(error);
        let rows = 0;
        statement
          .streamRows()
          .on("data", () => {
            rows++;
          })
          .on("error", fail)
          .on("end", () => done(rows));
      },
    });
  });

const print = (what: string, ours: number, alone: number, memory: [number, number]) =>
  console.log(
    `${what.padEnd(38)} ${ours.toFixed(2).padStart(7)} s   DuckDB ${alone.toFixed(2).padStart(6)} s   ${(ours / alone).toFixed(2).padStart(5)} ×   memory ${Math.round(memory[0])} MB, DuckDB ${Math.round(memory[1])} MB`,
  );

const maker = await (await DuckDBInstance.create(":memory:")).connect();
for (const format of Object.keys(FORMATS) as Format[]) {
  mkdirSync(filesOf(format), { recursive: true });
  for (let file = 0; file < FILES; file++)
    await maker.run(
      `COPY (SELECT i AS id, CAST(i % 1000 AS INTEGER) AS k, CAST((i * 7919) % 100000 / 100 AS DECIMAL(18,2)) AS amount,
         'customer ' || (i * 31 % 5000) AS name, TIMESTAMP '2026-01-01' + INTERVAL 1 SECOND * (i % 8640000) AS day
       FROM range(${Math.floor((ROWS * file) / FILES)}, ${Math.floor((ROWS * (file + 1)) / FILES)}) AS r(i))
       TO '${join(filesOf(format), `part-${file}.${EXTENSION[format]}`)}' (${FORMATS[format].write})`,
    );
}
maker.closeSync();

const { child, port } = await startAccount();
try {
  const account = child.pid!;
  const connection = await connect(port);
  for (const sql of ["CREATE WAREHOUSE w", "CREATE DATABASE d", "USE SCHEMA d.public", "CREATE STAGE files"])
    await execute(connection, sql);
  const raw = await (await DuckDBInstance.create(join(folder, "raw.duckdb"))).connect();
  /** Both, the other first each time. */
  let turn = 0;
  const both = async (what: string, ours: () => Promise<unknown>, alone: () => Promise<unknown>) => {
    const taken = { ours: 0, alone: 0 };
    const memory: [number, number] = [0, 0];
    const sides = [
      async () => {
        reset(account);
        taken.ours = await seconds(ours);
        memory[0] = peak(account);
      },
      async () => {
        reset(process.pid);
        taken.alone = await seconds(alone);
        memory[1] = peak(process.pid);
      },
    ];
    for (const side of turn++ % 2 === 0 ? sides : sides.reverse()) await side();
    print(what, taken.ours, taken.alone, memory);
  };

  for (const format of Object.keys(FORMATS) as Format[]) {
    const bytes = readdirSync(filesOf(format)).reduce(
      (sum, name) => sum + statSync(join(filesOf(format), name)).size,
      0,
    );
    await execute(connection, `PUT file://${filesOf(format)}/* @files/${format}/ AUTO_COMPRESS = FALSE`);
    await execute(connection, `CREATE TABLE t_${format} (${COLUMNS})`);
    await raw.run(
      `CREATE TABLE t_${format} (id BIGINT, k INTEGER, amount DECIMAL(18,2), name VARCHAR, day TIMESTAMP)`,
    );
    const glob = `${filesOf(format)}/*`;
    await both(
      `COPY ${ROWS} rows, ${format} (${(bytes / 1e6).toFixed(0)} MB)`,
      () => execute(connection, `COPY INTO t_${format} FROM @files/${format}/ ${COPY[format]}`),
      () =>
        raw.run(`INSERT INTO t_${format} SELECT id, k, amount, name, day FROM ${FORMATS[format].read(glob)}`),
    );
    const counted = await execute(connection, `SELECT COUNT(*) AS n, SUM(id) AS s FROM t_${format}`);
    if (Number(counted[0]!["N"]) !== ROWS) throw new Error(`${format}: ${JSON.stringify(counted)}`);
  }
  for (let again = 0; again < 2; again++)
    await both(
      `aggregate of ${ROWS} rows`,
      () => execute(connection, AGGREGATE.replace("TABLE_NAME", "t_parquet")),
      async () => (await raw.runAndReadAll(AGGREGATE.replace("TABLE_NAME", "t_parquet"))).getRows(),
    );

  const statement = `SELECT id, k, amount, name, day FROM t_parquet LIMIT ${FETCHED}`;
  const drained = async () => {
    const result = await raw.stream(statement);
    for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    )
      chunk.getRows();
  };
  await both(
    `${FETCHED} rows as JSON, snowflake-sdk`,
    async () => {
      const rows = await streamed(connection, statement);
      if (rows !== FETCHED) throw new Error(`${rows} rows`);
    },
    drained,
  );
  const python = pythonClient("snowflake-connector-python", "5.2.0", ["pandas==2.3.3", "pyarrow==21.0.0"]);
  if (python.missing) console.log(`without Arrow: ${python.missing}`);
  else {
    const script = join(import.meta.dirname, "rows", "fetch.py");
    reset(account);
    const told = await runProgram(join(python.bin, "python"), [script, "127.0.0.1", String(port), statement]);
    const fetched = JSON.parse(told) as { seconds: number; rows: number };
    if (fetched.rows !== FETCHED) throw new Error(`${fetched.rows} rows`);
    print(`${FETCHED} rows as Arrow, Python`, fetched.seconds, await seconds(drained), [
      peak(account),
      peak(process.pid),
    ]);
  }
} finally {
  child.kill("SIGTERM");
  await new Promise((done) => child.once("exit", done));
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
