/**
 * A pipe's load of landed files: S3 events to rows of VARIANT, against DuckDB reading the same files from disk.
 * `node bench/pipe.ts [files] [rows a file]`
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { DuckDBInstance } from "@duckdb/node-api";
import { startAccountServer } from "../local/account/server.ts";
import { startAws } from "../local/aws/start.ts";
import { stopServices } from "../local/supervisor/stop.ts";

const FILES = Number(process.argv[2] ?? 20);
const ROWS = Number(process.argv[3] ?? 50_000);
const dir = mkdtempSync(join(tmpdir(), "firn-bench-"));
const aws = await startAws({ dir: join(dir, "aws") });
const server = await startAccountServer({
  dataDir: join(dir, "account"),
  adminUser: "ADMIN",
  adminPassword: "bench",
  aws: { endpoint: aws.endpoint, region: aws.region, credentials: aws },
});
const login = await fetch(`${server.url}/session/v1/login-request`, {
  method: "POST",
  body: JSON.stringify({ data: { LOGIN_NAME: "ADMIN", PASSWORD: "bench" } }),
});
const { token } = ((await login.json()) as { data: { token: string } }).data;
const query = async (sqlText: string) => {
  const answer = await fetch(`${server.url}/queries/v1/query-request?requestId=${crypto.randomUUID()}`, {
    method: "POST",
    headers: { authorization: `Snowflake Token="${token}"` },
    body: JSON.stringify({ sqlText }),
  });
  const body = (await answer.json()) as { success: boolean; message: string; data: { rowset: string[][] } };
  if (!body.success) throw new Error(body.message);
  return body.data.rowset;
};

const s3 = new S3Client({
  endpoint: aws.endpoint,
  region: aws.region,
  credentials: aws,
  forcePathStyle: true,
});
await s3.send(new CreateBucketCommand({ Bucket: "landing" }));
for (const sql of [
  "CREATE WAREHOUSE w",
  "CREATE DATABASE d",
  "CREATE STAGE files URL = 's3://landing/'",
  `CREATE FILE FORMAT lines TYPE = CSV FIELD_DELIMITER = NONE ESCAPE_UNENCLOSED_FIELD = NONE
   FIELD_OPTIONALLY_ENCLOSED_BY = NONE SKIP_BLANK_LINES = TRUE NULL_IF = () EMPTY_FIELD_AS_NULL = FALSE`,
  "CREATE TABLE account (record VARIANT, line VARCHAR, file_name VARCHAR, file_row_number NUMBER(38,0), loaded_at TIMESTAMP_LTZ)",
  `CREATE PIPE account AUTO_INGEST = TRUE AS COPY INTO account (record, line, file_name, file_row_number, loaded_at)
   FROM (SELECT CASE WHEN CHECK_JSON($1) IS NULL THEN PARSE_JSON($1) END, $1, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER,
     METADATA$START_SCAN_TIME FROM @files/in/) FILE_FORMAT = (FORMAT_NAME = 'lines')`,
])
  await query(sql);
const arn = (await query("SHOW PIPES"))[0]!.find((cell) => cell?.startsWith("arn:aws:sqs:"))!;

const row = (n: number) =>
  JSON.stringify({
    Id: `001${n}`,
    Name: `Company ${n % 1000}`,
    Industry: "Software",
    Website: `https://company-${n % 1000}.example`,
    AnnualRevenue: n * 10,
    LastModifiedDate: "2026-01-02T03:04:05.000Z",
  });
const local = join(dir, "files");
mkdirSync(local);
let bytes = 0;
for (let file = 0; file < FILES; file++) {
  const text = Array.from({ length: ROWS }, (_, i) => row(file * ROWS + i)).join("\n");
  bytes += text.length;
  const body = gzipSync(text, { level: 1 });
  writeFileSync(join(local, `part-${file}.jsonl.gz`), body);
  await s3.send(new PutObjectCommand({ Bucket: "landing", Key: `in/part-${file}.jsonl.gz`, Body: body }));
}

const duckdb = await (await DuckDBInstance.create(join(dir, "raw.duckdb"))).connect();
let start = performance.now();
await duckdb.run(
  `CREATE TABLE account AS SELECT CASE WHEN json_valid(line) THEN line::JSON END AS record, line, filename
   FROM read_csv('${local}/*.gz', columns = {'line': 'VARCHAR'}, delim = '', quote = '', escape = '', header = false, filename = true, auto_detect = false)`,
);
const alone = (performance.now() - start) / 1000;

start = performance.now();
await s3.send(
  new PutBucketNotificationConfigurationCommand({
    Bucket: "landing",
    NotificationConfiguration: { QueueConfigurations: [{ QueueArn: arn, Events: ["s3:ObjectCreated:*"] }] },
  }),
);
await query("ALTER PIPE account REFRESH");
const total = FILES * ROWS;
while (Number((await query("SELECT COUNT(*) FROM account"))[0]![0]) < total)
  await new Promise((done) => setTimeout(done, 100));
const piped = (performance.now() - start) / 1000;
const rate = (seconds: number) =>
  `${Math.round(total / seconds)} rows/s, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
console.log(`DuckDB alone, files on disk   ${rate(alone)}`);
console.log(`pipe, files in S3             ${rate(piped)}   ${(piped / alone).toFixed(2)} × DuckDB's time`);
await server.stop();
await stopServices(join(dir, "services"));
rmSync(dir, { recursive: true, force: true });
process.exit(0);
