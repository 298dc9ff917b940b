/** The account that the pipeline runs on: its services, its objects, and one batch's way through it. */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { startAccount } from "../../cli/embedded/account-service.ts";
import { PROJECT_ROOT, type Project } from "../../cli/project.ts";
import { SnowflakeClient } from "../../cli/snowflake-client.ts";
import { landingOf } from "../../infra/clone.ts";
import { quoted, quotedObject } from "../../infra/names.ts";
import type { Platform } from "../../infra/platform.ts";
import { startAws } from "../../local/aws/start.ts";
import type { ExportFile } from "../../local/data/generate.ts";
import { inspectServices } from "../../local/supervisor/service-record.ts";
import { usageOf } from "./process-usage.ts";
import { declareSlice, EVENT_MODEL, EVENT_PIPE, eventKey } from "./slice.ts";

const PASSWORD = "bench";

/** Where a run keeps what its services write. */
export const projectIn = (dir: string): Project => ({
  root: PROJECT_ROOT,
  stack: "small",
  stackFile: join(PROJECT_ROOT, "Pulumi.small.yaml"),
  dataDir: dir,
  servicesDir: join(dir, "services"),
});

/** Seconds of a part of the work, and of processor time in the account's process. */
export interface Part {
  seconds: number;
  cpu: number;
}

export interface GraphRun extends Part {
  /** Seconds by model; tasks run side by side. */
  tasks: Record<string, number>;
}

export class AccountSide {
  readonly client: SnowflakeClient;
  readonly endpoint: { host: string; port: number; account: string };
  readonly #platform: Platform;
  readonly #project: Project;
  readonly #s3: S3Client;
  /** Task runs that ended before are of no concern: those of a run that was killed have failed. */
  #seenUntil = "1970-01-01";

  private constructor(
    platform: Platform,
    project: Project,
    endpoint: AccountSide["endpoint"],
    client: SnowflakeClient,
    s3: S3Client,
  ) {
    this.#platform = platform;
    this.#project = project;
    this.endpoint = endpoint;
    this.client = client;
    this.#s3 = s3;
  }

  /** Starts the services under `dir`, or goes on with those that run, and makes the objects that are not there yet. */
  static async open(platform: Platform, dir: string): Promise<AccountSide> {
    const project = projectIn(dir);
    const aws = await startAws({ dir: join(dir, "aws"), servicesDir: project.servicesDir });
    const endpoint = await startAccount({
      project,
      secrets: { accountUser: "ADMIN", accountPassword: PASSWORD } as Parameters<
        typeof startAccount
      >[0]["secrets"],
      aws,
    });
    const client = await SnowflakeClient.connect({
      accessUrl: `http://${endpoint.host}:${endpoint.port}`,
      account: endpoint.account,
      username: "ADMIN",
      password: PASSWORD,
      role: "ACCOUNTADMIN",
    });
    const s3 = new S3Client({
      endpoint: aws.endpoint,
      region: aws.region,
      credentials: aws,
      forcePathStyle: true,
    });
    const side = new AccountSide(platform, project, endpoint, client, s3);
    await s3.send(new CreateBucketCommand({ Bucket: side.bucket }));
    for (const statement of declareSlice(platform)) await client.query(statement);
    await client.query(`USE WAREHOUSE ${quoted(platform.tasks[0]!.warehouse)}`);
    await side.#notify();
    side.#seenUntil = await side.#now();
    return side;
  }

  get bucket(): string {
    return landingOf(this.#platform).bucket;
  }

  get pid(): number {
    return inspectServices(this.#project.servicesDir).find((one) => one.name === "account")!.pid;
  }

  get #eventPipe(): string {
    const table = this.#platform.tables.find((one) => one.logical === "raw.product.events")!;
    return quoted(table.database, table.schema, EVENT_PIPE);
  }

  async #notify(): Promise<void> {
    const [row] = await this.client.records(`DESCRIBE PIPE ${this.#eventPipe}`);
    await this.#s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: this.bucket,
        NotificationConfiguration: {
          QueueConfigurations: [
            { QueueArn: String(row!["notification_channel"]), Events: ["s3:ObjectCreated:*"] },
          ],
        },
      }),
    );
  }

  /** Lands a day's CRM exports, waits for their pipes, and runs the graph. */
  async crm(files: Iterable<ExportFile>): Promise<GraphRun> {
    const keys = new Set<string>();
    for (const file of files) {
      if (
        !this.#platform.pipes.some((pipe) =>
          file.key.startsWith(`${pipe.key.split(".").slice(1).join("/")}/`),
        )
      )
        continue;
      await this.#s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: file.key, Body: file.body() }));
      keys.add(file.key);
    }
    const count = this.#platform.pipes
      .map((pipe) => `SELECT DISTINCT file_name FROM ${quotedObject(pipe)}`)
      .join(" UNION ALL ");
    await this.#until(async () => {
      const { rows } = await this.client.query(`SELECT file_name FROM (${count})`);
      const loaded = new Set(rows.map((row) => String(row[0])));
      return [...keys].every((key) => loaded.has(key));
    });
    return this.graph();
  }

  /** Loads files of events by their pipe; the time is from when the pipe knows of them all to when they are loaded. */
  async load(files: readonly string[], firstFile: number): Promise<Part> {
    await this.client.query(`ALTER PIPE ${this.#eventPipe} SET PIPE_EXECUTION_PAUSED = TRUE`);
    const keys = files.map((_, index) => eventKey(firstFile + index));
    for (const [index, path] of files.entries())
      await this.#s3.send(
        new PutObjectCommand({ Bucket: this.bucket, Key: keys[index]!, Body: readFileSync(path) }),
      );
    await this.#until(async () => (await this.#pending()) === files.length);
    const part = await this.timed(async () => {
      await this.client.query(`ALTER PIPE ${this.#eventPipe} SET PIPE_EXECUTION_PAUSED = FALSE`);
      await this.#until(async () => {
        const status = await this.#status();
        if (status["error"]) throw new Error(`The pipe says: ${status["error"]}`);
        return Number(status["pendingFileCount"]) === 0;
      });
    });
    for (const key of keys) await this.#s3.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
    return part;
  }

  async #status(): Promise<Record<string, unknown>> {
    const { rows } = await this.client.query(`SELECT SYSTEM$PIPE_STATUS('${this.#eventPipe}')`);
    return JSON.parse(String(rows[0]![0])) as Record<string, unknown>;
  }

  async #pending(): Promise<number> {
    return Number((await this.#status())["pendingFileCount"]);
  }

  /** Runs the graph until no stream of it holds rows. */
  async graph(): Promise<GraphRun> {
    const tasks: Record<string, number> = {};
    const part = await this.timed(async () => {
      const roots = this.#platform.tasks.filter((task) => task.schedule !== undefined);
      const streams = this.#platform.streams.map(
        (stream) => `SYSTEM$STREAM_HAS_DATA('${quotedObject(stream)}')`,
      );
      for (let run = 0; run < 3; run++) {
        for (const root of roots) await this.client.query(`EXECUTE TASK ${quotedObject(root)}`);
        const history = `TABLE(${quoted(roots[0]!.database)}.INFORMATION_SCHEMA.TASK_HISTORY(RESULT_LIMIT => 1000))`;
        await this.#until(async () => {
          const rows = await this.client.records(
            `SELECT name, state, error_message, query_start_time, completed_time,
               DATEDIFF(millisecond, query_start_time, completed_time) AS ms
             FROM ${history} WHERE state <> 'SKIPPED' AND COALESCE(completed_time, '9999-01-01'::TIMESTAMP_LTZ) > '${this.#seenUntil}'::TIMESTAMP_LTZ`,
          );
          const failed = rows.find((row) => row["state"] === "FAILED");
          if (failed) throw new Error(`${String(failed["name"])} failed: ${String(failed["error_message"])}`);
          if (rows.some((row) => row["state"] !== "SUCCEEDED")) return false;
          for (const row of rows) {
            const model = this.#platform.tasks.find((task) => task.name === row["name"])?.model;
            if (model !== undefined) tasks[model] = (tasks[model] ?? 0) + Number(row["ms"]) / 1000;
          }
          this.#seenUntil = await this.#now();
          return true;
        });
        const { rows } = await this.client.query(`SELECT ${streams.join(", ")}`);
        if (rows[0]!.every((has) => String(has).toLowerCase() === "false")) return;
      }
      throw new Error("the streams still hold rows after three runs of the graph");
    });
    return { ...part, tasks };
  }

  /** What the CRM says of organisations now. */
  async organizations(): Promise<[string, string | null][]> {
    const table = this.#platform.models.find((model) => model.logical === "core.customer.organization")!;
    const { rows } = await this.client.query(
      `SELECT organization_id, account_id FROM ${quotedObject(table.name)}`,
    );
    return rows.map((row) => [String(row[0]), row[1] === null ? null : String(row[1])]);
  }

  async #now(): Promise<string> {
    const { rows } = await this.client.query("SELECT CURRENT_TIMESTAMP()::VARCHAR");
    return String(rows[0]![0]);
  }

  async timed(work: () => Promise<void>): Promise<Part> {
    const { pid } = this;
    const before = usageOf(pid).cpu;
    const start = performance.now();
    await work();
    return { seconds: (performance.now() - start) / 1000, cpu: usageOf(pid).cpu - before };
  }

  /**
   * Polls, since nothing tells from outside when a pipe or a graph is done. A look costs the account processor time that
   * is no part of the work: the pause between two is a fiftieth of what has passed, which is the error of the time too.
   */
  async #until(look: () => Promise<boolean>): Promise<void> {
    const start = performance.now();
    while (!(await look())) await delay(Math.max(50, (performance.now() - start) / 50));
  }

  /** A key pair for the connector's user; its private key in one line, as connectors are given it. */
  async connectorKey(): Promise<string> {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const der = publicKey.export({ type: "spki", format: "der" });
    await this.client.query(`ALTER USER admin SET RSA_PUBLIC_KEY = '${der.toString("base64")}'`);
    return privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
  }

  async close(): Promise<void> {
    await this.client.close();
    this.#s3.destroy();
  }
}

/** Seconds of the tasks that work on events: the baseline does the same. */
export const eventSeconds = (tasks: Record<string, number>): number =>
  Object.entries(tasks).reduce(
    (sum, [model, seconds]) => sum + (model === EVENT_MODEL || model.startsWith("mart.") ? seconds : 0),
    0,
  );
