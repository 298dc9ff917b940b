import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Connection } from "snowflake-sdk";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { type AwsEndpoint, startAws } from "../../../../local/aws/start.ts";
import { stopServices } from "../../../../local/supervisor/stop.ts";
import { connect, execute } from "../sdk.ts";

let dir: string;
let aws: AwsEndpoint;
let s3: S3Client;
let sqs: SQSClient;
let server: AccountServer;
let connection: Connection;
let queueArn: string;

const run = (sql: string) => execute(connection, sql);
const one = async (sql: string) => Object.values((await run(sql))[0]!)[0];

async function start(): Promise<void> {
  server = await startAccountServer({
    dataDir: join(dir, "account"),
    adminUser: "ADMIN",
    adminPassword: "x",
    aws: { endpoint: aws.endpoint, region: aws.region, credentials: aws },
  });
  connection = await connect(server, {
    username: "ADMIN",
    password: "x",
    warehouse: "W",
    database: "RAW",
    schema: "LANDING",
  });
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "firn-pipes-"));
  aws = await startAws({ dir: join(dir, "aws") });
  const config = { endpoint: aws.endpoint, region: aws.region, credentials: aws };
  s3 = new S3Client({ ...config, forcePathStyle: true });
  sqs = new SQSClient(config);
  await s3.send(new CreateBucketCommand({ Bucket: "landing" }));
  await start();
  for (const sql of [
    "CREATE WAREHOUSE W INITIALLY_SUSPENDED = TRUE",
    "CREATE DATABASE RAW",
    "CREATE SCHEMA LANDING",
    `CREATE STORAGE INTEGRATION INT TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE
     STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::123456789012:role/landing' STORAGE_ALLOWED_LOCATIONS = ('s3://landing/')`,
    "CREATE STAGE FILES URL = 's3://landing/' STORAGE_INTEGRATION = INT",
    `CREATE FILE FORMAT LINES TYPE = CSV FIELD_DELIMITER = NONE COMPRESSION = AUTO ESCAPE_UNENCLOSED_FIELD = NONE
     FIELD_OPTIONALLY_ENCLOSED_BY = NONE SKIP_BLANK_LINES = TRUE NULL_IF = () EMPTY_FIELD_AS_NULL = FALSE`,
    `CREATE TABLE ACCOUNT (RECORD VARIANT, LINE VARCHAR, FILE_NAME VARCHAR, FILE_ROW_NUMBER NUMBER(38,0),
     FILE_LAST_MODIFIED TIMESTAMP_NTZ, LOADED_AT TIMESTAMP_LTZ)`,
    `CREATE PIPE ACCOUNT AUTO_INGEST = TRUE AS
     COPY INTO "RAW"."LANDING"."ACCOUNT" ("RECORD", "LINE", "FILE_NAME", "FILE_ROW_NUMBER", "FILE_LAST_MODIFIED", "LOADED_AT")
     FROM (SELECT CASE WHEN CHECK_JSON($1) IS NULL THEN PARSE_JSON($1) END, $1, METADATA$FILENAME,
       METADATA$FILE_ROW_NUMBER, METADATA$FILE_LAST_MODIFIED, METADATA$START_SCAN_TIME
       FROM @"RAW"."LANDING"."FILES"/salesforce/account/)
     FILE_FORMAT = (FORMAT_NAME = '"RAW"."LANDING"."LINES"')`,
    "CREATE TABLE NUMBERS (N INT)",
    `CREATE PIPE NUMBERS AUTO_INGEST = TRUE AS COPY INTO NUMBERS FROM @FILES/numbers/
     FILE_FORMAT = (TYPE = CSV) ON_ERROR = CONTINUE`,
  ])
    await run(sql);
  const [pipe] = await run("SHOW PIPES");
  queueArn = String(pipe!["notification_channel"]);
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: "landing",
      NotificationConfiguration: {
        QueueConfigurations: [{ QueueArn: queueArn, Events: ["s3:ObjectCreated:*"] }],
      },
    }),
  );
}, 300_000);
afterAll(async () => {
  await server.stop();
  await stopServices(join(dir, "services"));
  rmSync(dir, { recursive: true, force: true });
});

const put = (key: string, body: string | Buffer) =>
  s3.send(new PutObjectCommand({ Bucket: "landing", Key: key, Body: body }));

/** Waits until the query yields the value; fails with what it yields after 20 seconds. */
async function eventually(sql: string, expected: unknown): Promise<void> {
  const until = Date.now() + 20_000;
  for (;;) {
    const value = await one(sql);
    if (value === expected) return;
    if (Date.now() > until)
      throw new Error(
        `${sql}: ${String(value)}, not ${String(expected)}; ${await one("SELECT SYSTEM$PIPE_STATUS('NUMBERS')")} ${await one("SELECT SYSTEM$PIPE_STATUS('ACCOUNT')")}`,
      );
    await new Promise((done) => setTimeout(done, 50));
  }
}

test("the channel is a queue of the account, the same for all pipes", async () => {
  expect(queueArn).toMatch(/^arn:aws:sqs:us-east-1:123456789012:sf-snowpipe-/);
  expect(new Set((await run("SHOW PIPES")).map((pipe) => pipe["notification_channel"])).size).toBe(1);
});

test("a landed file is loaded line by line, broken JSON too, with its name and row numbers", async () => {
  await put(
    "salesforce/account/dt=2026-01-01/account-0.jsonl.gz",
    gzipSync('{"Id":"1"}\n{broken\n{"Id":"3"}\n'),
  );
  await eventually("SELECT COUNT(*) FROM ACCOUNT", 3);
  expect(
    await run(
      "SELECT RECORD:Id::VARCHAR AS ID, LINE, FILE_NAME, FILE_ROW_NUMBER AS N FROM ACCOUNT ORDER BY N",
    ),
  ).toEqual([
    { ID: "1", LINE: '{"Id":"1"}', FILE_NAME: "salesforce/account/dt=2026-01-01/account-0.jsonl.gz", N: 1 },
    { ID: null, LINE: "{broken", FILE_NAME: "salesforce/account/dt=2026-01-01/account-0.jsonl.gz", N: 2 },
    { ID: "3", LINE: '{"Id":"3"}', FILE_NAME: "salesforce/account/dt=2026-01-01/account-0.jsonl.gz", N: 3 },
  ]);
});

test("a file that is announced twice, or written again, is loaded once", async () => {
  await put("numbers/a.csv", "1\n2\n");
  await eventually("SELECT COUNT(*) FROM NUMBERS", 2);
  const record = {
    eventName: "ObjectCreated:Put",
    eventTime: new Date().toISOString(),
    s3: { bucket: { name: "landing" }, object: { key: "numbers/a.csv", size: 4, eTag: "x" } },
  };
  const queue = queueArn.split(":").at(-1);
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: `${aws.endpoint}/123456789012/${queue}`,
      MessageBody: JSON.stringify({ Records: [record, record] }),
    }),
  );
  await put("numbers/a.csv", "3\n4\n");
  await put("numbers/b.csv", "5\n");
  await eventually("SELECT COUNT(*) FROM NUMBERS", 3);
  expect(await one("SELECT SUM(N) FROM NUMBERS")).toBe(8);
});

test("records that do not fit are left out and counted", async () => {
  await put("numbers/bad.csv", "10\nnot a number\n20\n");
  await eventually("SELECT COUNT(*) FROM NUMBERS WHERE N IN (10, 20)", 2);
  const history = await run(
    `SELECT FILE_NAME, ROW_COUNT, ROW_PARSED, ERROR_COUNT, STATUS, PIPE_NAME
     FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 'NUMBERS', START_TIME => DATEADD('hour', -1, CURRENT_TIMESTAMP())))
     WHERE FILE_NAME LIKE '%bad.csv'`,
  );
  expect(history).toEqual([
    {
      FILE_NAME: "numbers/bad.csv",
      ROW_COUNT: 2,
      ROW_PARSED: 3,
      ERROR_COUNT: 1,
      STATUS: "Partially loaded",
      PIPE_NAME: "NUMBERS",
    },
  ]);
});

test("a paused pipe keeps its files, also over a restart, and loads them when it is resumed", async () => {
  await run("ALTER PIPE NUMBERS SET PIPE_EXECUTION_PAUSED = TRUE");
  await put("numbers/later.csv", "100\n");
  const pending = async () =>
    JSON.parse(String(await one("SELECT SYSTEM$PIPE_STATUS('NUMBERS')"))) as Record<string, unknown>;
  const until = Date.now() + 20_000;
  while ((await pending())["pendingFileCount"] !== 1 && Date.now() < until)
    await new Promise((done) => setTimeout(done, 50));
  expect(await pending()).toMatchObject({ executionState: "PAUSED", pendingFileCount: 1 });
  await server.stop();
  await start();
  expect(await one("SELECT COUNT(*) FROM NUMBERS WHERE N = 100")).toBe(0);
  await run("ALTER PIPE NUMBERS SET PIPE_EXECUTION_PAUSED = FALSE");
  await eventually("SELECT COUNT(*) FROM NUMBERS WHERE N = 100", 1);
});

test("the owner's privileges count; what failed is tried again", async () => {
  await run("CREATE ROLE LOADER");
  await run("GRANT USAGE ON DATABASE RAW TO ROLE LOADER");
  await run("GRANT USAGE ON SCHEMA LANDING TO ROLE LOADER");
  await run("GRANT USAGE ON STAGE FILES TO ROLE LOADER");
  await run("GRANT OWNERSHIP ON PIPE NUMBERS TO ROLE LOADER COPY CURRENT GRANTS");
  await run("GRANT ROLE LOADER TO ROLE ACCOUNTADMIN");
  // A transfer of ownership pauses a pipe.
  await run("ALTER PIPE NUMBERS SET PIPE_EXECUTION_PAUSED = FALSE");
  await put("numbers/owned.csv", "500\n");
  const until = Date.now() + 20_000;
  const error = async () =>
    String(JSON.parse(String(await one("SELECT SYSTEM$PIPE_STATUS('NUMBERS')"))).error ?? "");
  while ((await error()) === "" && Date.now() < until) await new Promise((done) => setTimeout(done, 50));
  expect(await error()).toMatch(/does not exist or not authorized|Insufficient privileges/);
  await run("GRANT INSERT, SELECT ON TABLE NUMBERS TO ROLE LOADER");
  await eventually("SELECT COUNT(*) FROM NUMBERS WHERE N = 500", 1);
});

test("REFRESH sends what was landed before the pipe and skips what is loaded", async () => {
  await run("CREATE TABLE OLD (N INT)");
  await run(
    "CREATE PIPE OLD AS COPY INTO OLD FROM @FILES/numbers/ PATTERN = '.*/?[ab].csv' FILE_FORMAT = (TYPE = CSV)",
  );
  const first = await run("ALTER PIPE OLD REFRESH");
  expect(first.map((row) => Object.values(row)[1])).toEqual(["SENT", "SENT"]);
  await eventually("SELECT COUNT(*) FROM OLD", 3);
  expect((await run("ALTER PIPE OLD REFRESH")).map((row) => Object.values(row)[1])).toEqual([
    "SKIPPED",
    "SKIPPED",
  ]);
  expect(
    Number(await one("SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.PIPE_USAGE_HISTORY")),
  ).toBeGreaterThan(0);
});
