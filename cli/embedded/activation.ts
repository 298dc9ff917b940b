import { landingOf } from "../../infra/clone.ts";
import { literal } from "../../infra/literal.ts";
import { quoted, quotedObject } from "../../infra/names.ts";
import type { ActivationPlan, Platform } from "../../infra/platform.ts";
import { writtenExports } from "../../local/data/crm/written-back.ts";
import { createS3Sink } from "../../local/data/s3-sink.ts";
import { type FlowRun, runOutboundFlows } from "../../local/flows/run-outbound.ts";
import type { Progress } from "../../local/progress.ts";
import { CliError } from "../failure.ts";
import type { Project } from "../project.ts";
import type { SnowflakeClient } from "../snowflake-client.ts";
import { openCrm } from "./crm.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Landed } from "./landing.ts";
import { runGraphs, waitForPipes, waitUntil } from "./settle.ts";

/** What one activation sent, what the CRM took of it, and what came back with the CRM's next export. */
export interface ActivationReport {
  activation: string;
  object: string;
  sent: number;
  accepted: number;
  refused: number;
  returned: number;
}

interface Loop {
  client: SnowflakeClient;
  project: Project;
  platform: Platform;
  endpoints: Endpoints;
  landed: Landed;
  progress: Progress;
  signal: AbortSignal;
}

/**
 * Once around: the tasks write their batches, the flows write them to the CRM, its next export brings them back, and
 * the tasks acknowledge. Run again, nothing moves: only what changed is sent.
 */
export async function activate(loop: Loop): Promise<ActivationReport[]> {
  const { client, project, platform, endpoints, landed, progress, signal } = loop;
  await runActivations(loop);
  const crm = openCrm(project, landed.world, landed.days);
  const { aws } = endpoints;
  const day = landed.world.day(landed.days);
  const runs = await runOutboundFlows({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: aws,
    crm,
    at: day.end,
    signal,
  });
  const files = [...writtenExports(crm.written(), day)].filter((file) => !landed.keys.has(file.key));
  const s3 = createS3Sink({
    bucket: landingOf(platform).bucket,
    region: aws.region,
    endpoint: aws.endpoint,
    credentials: aws,
  });
  try {
    for (const file of files) await s3.putObject(file.key, file.body());
  } finally {
    s3.close();
  }
  landed.add(files.map((file) => file.key));
  await waitForPipes(client, platform, landed.keys, { progress, signal });
  await runGraphs(client, platform, { progress, signal });
  await runActivations(loop);
  return Promise.all(platform.activations.map((activation) => reportOf(activation, client, platform, runs)));
}

/** Runs the graph of the activations once, to its end. */
async function runActivations({ client, platform, progress, signal }: Loop): Promise<void> {
  const tasks = platform.tasks.filter((task) => task.role === "activator");
  const root = tasks.find((task) => task.schedule !== undefined)!;
  const history = `TABLE(${quoted(root.database)}.INFORMATION_SCHEMA.TASK_HISTORY(RESULT_LIMIT => 1000))`;
  const ended = async () =>
    client.records(
      `SELECT name, state, error_message, query_start_time::VARCHAR || ' ' || query_id AS run FROM ${history}
       WHERE schema_name = ${literal(root.schema)} AND state IN ('SUCCEEDED', 'FAILED')`,
    );
  const before = new Set((await ended()).map((row) => row["run"]));
  await client.query(`EXECUTE TASK ${quotedObject(root)}`);
  await waitUntil(
    "the activations have run",
    async () => {
      const fresh = (await ended()).filter((row) => !before.has(row["run"]));
      const failed = fresh.find((row) => row["state"] === "FAILED");
      if (failed !== undefined)
        throw new CliError(
          `The task ${String(failed["name"])} failed: ${String(failed["error_message"])}`,
          `\`npx firn sql "SELECT * FROM TABLE(${root.database}.INFORMATION_SCHEMA.TASK_HISTORY())"\` shows every run.`,
        );
      const done = tasks.filter((task) => fresh.some((row) => row["name"] === task.name)).length;
      return {
        done: done === tasks.length,
        moved: `${done} of ${tasks.length} tasks have run`,
        event: { step: "activation", detail: "tasks run", done, total: tasks.length },
      };
    },
    { progress, signal },
  );
}

async function reportOf(
  activation: ActivationPlan,
  client: SnowflakeClient,
  platform: Platform,
  runs: readonly FlowRun[],
): Promise<ActivationReport> {
  const ledger = platform.tables.find((table) => table.logical === "ops.activation.ledger")!;
  const [row] = await client.records(
    `SELECT COUNT_IF(status <> 'claimed') AS sent, COUNT_IF(status = 'confirmed') AS returned
     FROM ${quotedObject(ledger)} WHERE activation = ${literal(activation.key)}`,
  );
  const flow = platform.flows.find((one) => one.key === `out.${activation.key}`)!;
  const run = runs.find((one) => one.flow === flow.name);
  return {
    activation: activation.key,
    object: activation.object,
    sent: Number(row?.["sent"] ?? 0),
    accepted: run?.accepted ?? 0,
    refused: run?.refused ?? 0,
    returned: Number(row?.["returned"] ?? 0),
  };
}
