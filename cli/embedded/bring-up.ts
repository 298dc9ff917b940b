import { mkdirSync } from "node:fs";
import { Listr, type ListrTask, PRESET_TIMER } from "listr2";
import { loadPlatform } from "../../infra/load.ts";
import type { Platform } from "../../infra/platform.ts";
import { LOCAL_AWS } from "../../local/aws/start.ts";
import type { Engine } from "../../local/engine/prepare.ts";
import { withLock } from "../../local/supervisor/lock.ts";
import type { Project } from "../project.ts";
import type { SnowflakeClient } from "../snowflake-client.ts";
import { type ActivationReport, activate } from "./activation.ts";
import { askAlerts } from "./alerts.ts";
import type { EmbeddedConfig } from "./config.ts";
import { connectEmbedded } from "./connect.ts";
import { runConnectors, waitForConnectors } from "./connectors.ts";
import type { Endpoints } from "./endpoints.ts";
import { refuseUndeclared } from "./engine-state.ts";
import { leaveRealAccounts } from "./foreign-environment.ts";
import { readInbox } from "./inbox.ts";
import { interruptible } from "./interrupt.ts";
import { ensureServiceKeys } from "./keys.ts";
import { type Landed, landDays } from "./landing.ts";
import {
  type PulumiEnvironment,
  prepareStack,
  pulumiUp,
  settleEarlierRun,
  type UpSummary,
} from "./pulumi.ts";
import { printReport, type Report, readReport } from "./report.ts";
import { runGraphs, waitForPipes } from "./settle.ts";
import { prepareMachine, startForEngine } from "./start-engine.ts";
import { stepsUntil } from "./steps.ts";
import { Timings } from "./timings.ts";
import { settleUnfinished } from "./unfinished.ts";

export interface BringUpOptions extends EmbeddedConfig {
  /** Land source data and run the pipeline; else deploy only. */
  data?: boolean;
}

interface State {
  platform: Platform;
  engine: Engine;
  endpoints: Endpoints;
  environment: PulumiEnvironment;
  up: UpSummary;
  landed: Landed;
  client: SnowflakeClient;
  activations?: ActivationReport[];
  report: Report;
}

/**
 * From a bare machine to KPIs: engine, services, `pulumi up`, source data, pipes, task graphs, report. Every step is
 * idempotent, so that a run that was killed anywhere is mended by the next.
 */
export async function bringUpEmbedded(
  project: Project,
  options: BringUpOptions,
  output: { json: boolean },
): Promise<void> {
  mkdirSync(project.dataDir, { recursive: true, mode: 0o700 });
  leaveRealAccounts(project.dataDir);
  await interruptible((signal) =>
    withLock(`${project.dataDir}/up.lock`, { signal, timeoutMs: 1000 }, async () => {
      const timings = new Timings();
      const state = await new Listr<State>(steps(project, options, timings, signal), {
        renderer: output.json ? "silent" : process.stdout.isTTY ? "default" : "simple",
        rendererOptions: { timer: PRESET_TIMER, collapseErrors: false },
      } as never).run();
      timings.write(project.dataDir);
      await state.client?.close();
      if (output.json)
        console.log(JSON.stringify({ ok: true, ...state.report, up: state.up, timings: timings.phases }));
      else printReport(project, state.report, state.up, timings);
      if (state.report.kpis.some((kpi) => !kpi.equal)) process.exitCode = 1;
    }),
  );
}

function steps(
  project: Project,
  options: BringUpOptions,
  timings: Timings,
  signal: AbortSignal,
): ListrTask<State>[] {
  const step = stepsUntil<State>(signal, (title, work) => timings.measure(title, work));
  const withData = options.data !== false;
  return [
    step("Read the configuration and compile the models", async (state) => {
      ensureServiceKeys(project);
      state.platform = loadPlatform({
        root: project.root,
        stack: project.stack,
        awsAccountId: LOCAL_AWS.accountId,
      });
      return `${state.platform.models.length} models, ${state.platform.tables.length} tables`;
    }),
    step("Prepare the engine, AWS and Kafka", async (state, progress) => {
      state.engine = await prepareMachine(progress, signal);
      return Object.entries(state.engine.origin)
        .map(([part, origin]) => `${part} ${origin}`)
        .join(", ");
    }),
    step("Start the account, AWS and Kafka", async (state, progress) => {
      Object.assign(state, await startForEngine(project, state.platform, state.engine, progress, signal));
      return `account on port ${state.endpoints.account.port}`;
    }),
    step(`pulumi up --stack ${project.stack}`, async (state, progress) => {
      await prepareStack(project, state.environment);
      await settleEarlierRun(project, state.environment, progress, signal);
      const { unfinished, resources } = await settleUnfinished(project, state.environment);
      if (unfinished > 0)
        progress({ step: "pulumi", detail: `${unfinished} creations that a killed run began are settled` });
      refuseUndeclared(project, state.platform, resources);
      state.up = await pulumiUp(project, state.environment, { progress, signal });
      return Object.entries(state.up.changes)
        .map(([operation, count]) => `${count} ${operation}`)
        .join(", ");
    }),
    step("Run the Kafka connectors", async (state, progress) => {
      state.client = await connectEmbedded(project, { warehouse: biWarehouse(state.platform) });
      return runConnectors(project, state.platform, state.endpoints, progress, signal);
    }),
    ...(withData
      ? [
          step(`Land ${options.days} days of source data`, async (state, progress) => {
            state.landed = await landDays(
              project,
              state.platform,
              options,
              state.endpoints,
              progress,
              signal,
            );
            return state.landed.summary;
          }),
          step("Load: S3 by pipes, Kafka by the connector", async (state, progress) => {
            await waitForPipes(state.client, state.platform, state.landed.keys, { progress, signal });
            await waitForConnectors(project, state.platform, state.endpoints, { progress, signal });
            return undefined;
          }),
          step("Transform: streams and tasks", async (state, progress) => {
            await runGraphs(state.client, state.platform, { progress, signal });
            return undefined;
          }),
          step("Check whole tables and ask the alerts", async (state, progress) => {
            await askAlerts(state.client, state.platform, { progress, signal });
            return `${readInbox(project).length} messages in the inbox`;
          }),
        ]
      : []),
    ...(withData
      ? [
          step("Activate: write back to the CRM", async (state, progress) => {
            if (state.platform.activations.length === 0) return "nothing is sent back";
            state.activations = await activate({ ...state, project, progress, signal });
            const sum = (of: "sent" | "returned") =>
              state.activations!.reduce((all, one) => all + one[of], 0);
            return `${sum("sent")} sent, ${sum("returned")} came back`;
          }),
        ]
      : []),
    step("Compare the KPIs with the generator's truth", async (state) => {
      state.report = await readReport(
        state.client,
        state.platform,
        withData ? state.landed : undefined,
        state.activations,
      );
      const wrong = state.report.kpis.filter((kpi) => !kpi.equal);
      return wrong.length > 0 ? `${wrong.length} differ` : undefined;
    }),
  ];
}

/** The warehouse for people's queries; by its key in the configuration. */
const biWarehouse = (platform: Platform): string =>
  (platform.warehouses.find((warehouse) => warehouse.key === "bi") ?? platform.warehouses[0]!).name;
