/** A small stack without the engine: real account and S3 over the wire, the project's own models, generated CRM files. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { runGraphs, waitForPipes } from "../../../../cli/embedded/settle.ts";
import { SnowflakeClient } from "../../../../cli/snowflake-client.ts";
import { quotedObject } from "../../../../infra/names.ts";
import type { Platform } from "../../../../infra/platform.ts";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { type AwsEndpoint, startAws } from "../../../../local/aws/start.ts";
import { createWorld } from "../../../../local/data/generate.ts";
import { createS3Sink } from "../../../../local/data/s3-sink.ts";
import { stopServices } from "../../../../local/supervisor/stop.ts";
import { platformStatements } from "./platform-sql.ts";

export interface TestStack {
  platform: Platform;
  client: SnowflakeClient;
  server: AccountServer;
  s3: S3Client;
  aws: AwsEndpoint;
  /** Lands a day, 1 is the first; resolves with the keys. */
  land(day: number): Promise<Set<string>>;
  /** Waits for pipes to have loaded the keys and runs the graphs until no stream holds rows. */
  settle(keys?: ReadonlySet<string>): Promise<void>;
  /** Rows and a digest of every table of the kinds, by logical name; columns that say when are left out. */
  digests(database: "raw" | "core" | "mart" | "ops"): Promise<Record<string, string>>;
  one(sql: string): Promise<unknown>;
  stop(): Promise<void>;
}

export const FIRST_DAY = "2026-03-01";
const quiet = { progress: () => undefined };

export async function startStack(platform: Platform): Promise<TestStack> {
  const dir = mkdtempSync(join(tmpdir(), "firn-operations-"));
  const aws = await startAws({ dir: join(dir, "aws") });
  const config = { endpoint: aws.endpoint, region: aws.region, credentials: aws };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const { bucket } = platform.landing!;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }),
  );
  const server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: "x",
    aws: config,
  });
  const client = await SnowflakeClient.connect({
    accessUrl: server.url,
    account: "FIRN-LOCAL",
    username: "ADMIN",
    password: "x",
    role: "ACCOUNTADMIN",
    warehouse: platform.warehouses[0]!.name,
  });
  for (const statement of platformStatements(platform)) await client.query(statement);
  await client.query(`USE WAREHOUSE "${platform.warehouses[0]!.name}"`);
  const [pipe] = await client.records("SHOW PIPES IN ACCOUNT");
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: {
        QueueConfigurations: [
          { QueueArn: String(pipe!["notification_channel"]), Events: ["s3:ObjectCreated:*"] },
        ],
      },
    }),
  );
  const world = createWorld({ seed: 5, startDay: FIRST_DAY, scale: 0.02, sources: [] });
  return {
    platform,
    client,
    server,
    s3,
    aws,
    async land(day) {
      const keys = new Set<string>();
      const sink = createS3Sink({ bucket, ...config });
      for (const file of world.day(day).exports()) {
        await sink.putObject(file.key, file.body());
        keys.add(file.key);
      }
      sink.close();
      return keys;
    },
    async settle(keys) {
      if (keys !== undefined) await waitForPipes(client, platform, keys, quiet);
      await runGraphs(client, platform, quiet);
    },
    async digests(database) {
      const found: Record<string, string> = {};
      // Tables without a model beyond RAW are logs of what ran.
      const isLog = (logical: string) =>
        database !== "raw" && !platform.models.some((model) => model.logical === logical);
      for (const table of platform.tables) {
        if (!table.logical.startsWith(`${database}.`) || isLog(table.logical)) continue;
        const columns = table.columns
          // The local account's pipes take a file's time from the notification, its queries from the bucket.
          .filter((column) => !["LOADED_AT", "FILE_LAST_MODIFIED"].includes(column.name))
          .map((column) => `"${column.name}"`);
        const { rows } = await client.query(
          `SELECT COUNT(*), HASH_AGG(${columns.join(", ")}) FROM ${quotedObject(table)}`,
        );
        found[table.logical] = rows[0]!.join(" ");
      }
      return found;
    },
    async one(sql) {
      return (await client.query(sql)).rows[0]?.[0];
    },
    async stop() {
      await client.close();
      await server.stop();
      s3.destroy();
      await stopServices(join(dir, "services"));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
