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
import { startAws } from "../../../../local/aws/start.ts";
import { stopServices } from "../../../../local/supervisor/stop.ts";
import { HttpClient } from "../http-client.ts";
import { PASSWORD, random, startAccount } from "./account-process.ts";

const KILLS = Number(process.env["FIRN_KILLS"] ?? 6);

test(`files land while the account is killed ${KILLS} times: each row is there once`, async () => {
  const dir = mkdtempSync(join(tmpdir(), "firn-kill-pipes-"));
  const next = random(Number(process.env["FIRN_SEED"] ?? 5));
  const aws = await startAws({ dir: join(dir, "aws") });
  const env = {
    FIRN_AWS_ENDPOINT: aws.endpoint,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: aws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
  };
  const data = join(dir, "account");
  let server = await startAccount(data, env);
  const s3 = new S3Client({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: aws,
    forcePathStyle: true,
  });
  try {
    const login = async () => {
      const client = new HttpClient(server.url);
      await client.login("ADMIN", PASSWORD);
      return client;
    };
    await s3.send(new CreateBucketCommand({ Bucket: "landing" }));
    const setup = await login();
    for (const sql of [
      "CREATE WAREHOUSE w",
      "CREATE DATABASE d",
      "CREATE STAGE files URL = 's3://landing/'",
      "CREATE TABLE lines (n INT)",
      "CREATE PIPE lines AUTO_INGEST = TRUE AS COPY INTO lines FROM @files/in/ FILE_FORMAT = (TYPE = CSV)",
    ])
      await setup.query(sql);
    const [arn] = (await setup.query("SHOW PIPES"))[0]!.filter((cell) => cell?.startsWith("arn:aws:sqs:"));
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: "landing",
        NotificationConfiguration: {
          QueueConfigurations: [{ QueueArn: arn!, Events: ["s3:ObjectCreated:*"] }],
        },
      }),
    );
    let rows = 0;
    let files = 0;
    const land = async () => {
      const count = 1 + Math.floor(next() * 200);
      const body = Array.from({ length: count }, (_, i) => rows + i).join("\n");
      await s3.send(
        new PutObjectCommand({ Bucket: "landing", Key: `in/part-${files++}.csv.gz`, Body: gzipSync(body) }),
      );
      rows += count;
    };
    for (let kill = 0; kill < KILLS; kill++) {
      for (let file = 0; file < 4; file++) await land();
      await new Promise((done) => setTimeout(done, next() * 300));
      server.process.kill("SIGKILL");
      await server.ended;
      await land();
      server = await startAccount(data, env);
    }
    await land();
    const reader = await login();
    await reader.query("USE WAREHOUSE w");
    const sums = async () =>
      (
        await reader.query("SELECT COUNT(*), COUNT(DISTINCT n), COALESCE(MAX(n), 0) FROM d.public.lines")
      )[0]!.map(Number);
    // Messages that a killed consumer held come again after their visibility time-out.
    const until = Date.now() + 60_000;
    while ((await sums())[0]! < rows && Date.now() < until)
      await new Promise((done) => setTimeout(done, 200));
    expect(await sums()).toEqual([rows, rows, rows - 1]);
    const loaded = await reader.query(
      "SELECT COUNT(*), COUNT(DISTINCT file_name) FROM TABLE(d.information_schema.copy_history(table_name => 'D.PUBLIC.LINES', start_time => DATEADD('day', -1, CURRENT_TIMESTAMP())))",
    );
    expect(loaded[0]!.map(Number)).toEqual([files, files]);
  } finally {
    server.process.kill("SIGTERM");
    await server.ended;
    await stopServices(join(dir, "services"));
    rmSync(dir, { recursive: true, force: true });
  }
}, 600_000);
