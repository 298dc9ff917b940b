import { existsSync, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { Listr, type ListrTask, PRESET_TIMER } from "listr2";
import { makeContext } from "../../cost/estimate/context.ts";
import { numberOf } from "../../cost/figure.ts";
import { loadPriceBook } from "../../cost/price-book.ts";
import { loadUsage } from "../../cost/usage.ts";
import { loadPlatform } from "../../infra/load.ts";
import type { Platform } from "../../infra/platform.ts";
import { LOCAL_AWS } from "../../local/aws/start.ts";
import type { World } from "../../local/data/generate.ts";
import type { Engine } from "../../local/engine/prepare.ts";
import type { Progress } from "../../local/progress.ts";
import { writeFileAtomic } from "../../local/supervisor/files.ts";
import { withLock } from "../../local/supervisor/lock.ts";
import { stopServices } from "../../local/supervisor/stop.ts";
import { connectEmbedded } from "../embedded/connect.ts";
import { runConnectors } from "../embedded/connectors.ts";
import type { Endpoints } from "../embedded/endpoints.ts";
import { leaveRealAccounts } from "../embedded/foreign-environment.ts";
import { interruptible } from "../embedded/interrupt.ts";
import { ensureServiceKeys } from "../embedded/keys.ts";
import { compareKpi, type KpiComparison } from "../embedded/kpi-comparison.ts";
import { truthTables } from "../embedded/landing.ts";
import {
  type PulumiEnvironment,
  prepareStack,
  pulumiUp,
  settleEarlierRun,
  type UpSummary,
} from "../embedded/pulumi.ts";
import { prepareMachine, startForEngine } from "../embedded/start-engine.ts";
import { stepsUntil } from "../embedded/steps.ts";
import { type Project, rehearsalFolder, rehearsalOf } from "../project.ts";
import type { SnowflakeClient } from "../snowflake-client.ts";
import {
  canGoOn,
  eraseRehearsal,
  type RehearsalLedger,
  type RehearsalSettings,
  readLedger,
  writeLedger,
} from "./ledger.ts";
import { type NotExecuted, notExecuted } from "./not-executed.ts";
import { type Ledger, readCredits, readMonitors, unreadStreams } from "./observe.ts";
import { printRehearsal } from "./print.ts";
import { replayDays } from "./replay.ts";
import { byDepartment, freshnessOf, LIMITS, overdueStreams, type Rehearsal, usageOf } from "./report.ts";

export interface RehearseOptions extends RehearsalSettings {
  /** Leaves the services running, to look at what came out. */
  keep: boolean;
}

const OWN_WAREHOUSE = "REHEARSAL";

interface State {
  platform: Platform;
  engine: Engine;
  endpoints: Endpoints;
  environment: PulumiEnvironment;
  up: UpSummary;
  notExecuted: NotExecuted[];
  client: SnowflakeClient;
  ledger: RehearsalLedger;
  world: World;
  rehearsal: Rehearsal;
}

/**
 * Rehearses a stack: its file as it is, every resource by the real engine on endpoints of the rehearsal's own, days of
 * generated data on a virtual clock, and a report. Killed anywhere, the next run with the same settings goes on.
 */
export async function rehearse(
  stack: Project,
  options: RehearseOptions,
  output: { json: boolean },
): Promise<void> {
  const { keep, ...settings } = options;
  const project = rehearsalOf(stack, `${settings.startDay}T00:00:00Z`);
  const folder = rehearsalFolder(stack.root, stack.stack);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  leaveRealAccounts(project.dataDir);
  await interruptible((signal) =>
    withLock(join(folder, "rehearse.lock"), { signal, timeoutMs: 1000 }, async () => {
      if (!canGoOn(readLedger(project), settings)) {
        await stopServices(project.servicesDir);
        eraseRehearsal(project);
      }
      mkdirSync(project.dataDir, { recursive: true, mode: 0o700 });
      const began = Date.now();
      const state = await new Listr<State>(steps(project, settings, signal), {
        renderer: output.json ? "silent" : process.stdout.isTTY ? "default" : "simple",
        rendererOptions: { timer: PRESET_TIMER, collapseErrors: false },
      } as never).run();
      await state.client.close();
      state.rehearsal.seconds["all"] = (Date.now() - began) / 1000;
      writeFileAtomic(join(folder, "report.json"), `${JSON.stringify(state.rehearsal, null, 2)}\n`);
      state.ledger.state = "finished";
      writeLedger(project, state.ledger);
      if (!keep) await stopServices(project.servicesDir);
      if (output.json) console.log(JSON.stringify({ ok: true, ...state.rehearsal }));
      else printRehearsal(state.rehearsal);
      if (state.rehearsal.kpis.some((kpi) => !kpi.equal) || state.rehearsal.failedTasks.length > 0)
        process.exitCode = 1;
    }),
  );
}

function steps(project: Project, settings: RehearsalSettings, signal: AbortSignal): ListrTask<State>[] {
  const { root, stack } = project;
  const step = stepsUntil<State>(signal);
  return [
    step(`Read Pulumi.${stack}.yaml and compile the models`, async (state) => {
      ensureServiceKeys(project);
      state.platform = loadPlatform({ root, stack, awsAccountId: LOCAL_AWS.accountId });
      state.ledger = readLedger(project) ?? newLedger(settings);
      writeLedger(project, state.ledger);
      return `${state.platform.models.length} models, ${state.platform.tables.length} tables`;
    }),
    step("Prepare the engine, AWS and Kafka", async (state, progress) => {
      state.engine = await prepareMachine(progress, signal);
      return undefined;
    }),
    step("Start an account with a virtual clock, AWS and Kafka", async (state, progress) => {
      Object.assign(state, await startForEngine(project, state.platform, state.engine, progress, signal));
      const brokers = state.endpoints.kafka.bootstrapServers.split(",").length;
      return `${brokers} Kafka broker${brokers === 1 ? "" : "s"}, time starts ${settings.startDay}`;
    }),
    step(`pulumi up --stack ${stack}`, async (state, progress) => {
      await prepareStack(project, state.environment);
      await settleEarlierRun(project, state.environment, progress, signal);
      state.up = await upAsFarAsItGoes(project, state.environment, progress, signal);
      state.notExecuted = notExecuted(project, state.up.failed);
      const changes = Object.entries(state.up.changes).map(([operation, count]) => `${count} ${operation}`);
      return `${changes.join(", ")}${state.notExecuted.length > 0 ? `; ${state.notExecuted.length} not executed` : ""}`;
    }),
    step("Run the Kafka connectors", async (state, progress) => {
      state.client = await connectEmbedded(project);
      // Of its own, so that the rehearsal's questions are on no bill of the stack's.
      await state.client.query(`CREATE WAREHOUSE IF NOT EXISTS ${OWN_WAREHOUSE} AUTO_SUSPEND = 30`);
      await state.client.query(`USE WAREHOUSE ${OWN_WAREHOUSE}`);
      return runConnectors(project, state.platform, state.endpoints, progress, signal);
    }),
    step(`Replay ${settings.days} days`, async (state, progress) => {
      const { platform, endpoints, client, ledger } = state;
      state.world = await replayDays({ project, platform, endpoints, client, progress, signal }, ledger);
      return Object.entries(ledger.seconds)
        .map(([phase, seconds]) => `${phase} ${seconds.toFixed(1)} s`)
        .join(", ");
    }),
    step("Read the ledger, compare with the truth", async (state) => {
      const ledger = await readCredits(state.client, `${settings.startDay}T00:00:00Z`, OWN_WAREHOUSE);
      state.rehearsal = await report(project, settings, state, ledger);
      return undefined;
    }),
  ];
}

/**
 * `pulumi up`, and once more where something failed: what is refused is refused again, what only took too long on a busy
 * machine is not, and a resource that was skipped for it gets its turn.
 */
async function upAsFarAsItGoes(
  project: Project,
  environment: PulumiEnvironment,
  progress: Progress,
  signal: AbortSignal,
): Promise<UpSummary> {
  const options = { progress, signal, continueOnError: true };
  const first = await pulumiUp(project, environment, options);
  if (first.failed.length === 0) return first;
  const second = await pulumiUp(project, environment, options);
  const created = (first.changes["create"] ?? 0) + (second.changes["create"] ?? 0);
  return {
    changes: { ...first.changes, create: created },
    seconds: first.seconds + second.seconds,
    failed: second.failed,
  };
}

const newLedger = (settings: RehearsalSettings): RehearsalLedger => ({
  settings,
  state: "running",
  days: 0,
  keys: [],
  counts: {},
  tasks: {},
  seconds: {},
});

async function report(
  project: Project,
  settings: RehearsalSettings,
  state: State,
  ledger: Ledger,
): Promise<Rehearsal> {
  const { platform, client, world } = state;
  const facts = state.ledger.tasks;
  const monitors = await readMonitors(client);
  const freshness = freshnessOf(platform, facts, Date.parse(ledger.to));
  const unread = overdueStreams(platform, await unreadStreams(client, platform), freshness);
  const truth = world.truth(settings.days);
  const departments = byDepartment(platform, ledger.warehouses, facts);
  const context = makeContext(platform, loadPriceBook(), loadUsage(project.stack), {});
  const creditPrice = numberOf(context.creditPrice) ?? Number.NaN;
  const usageFile = join(rehearsalFolder(project.root, project.stack), "usage.json");
  const scheduled = new Set(platform.tasks.map((task) => task.warehouse));
  writeFileAtomic(
    usageFile,
    `${JSON.stringify(usageOf(project.stack, settings, ledger, scheduled), null, 2)}\n`,
  );
  return {
    stack: project.stack,
    settings,
    from: ledger.from,
    to: ledger.to,
    resources: state.up.changes,
    notExecuted: state.notExecuted,
    limits: LIMITS,
    sources: truth.truth.sources.map(({ source, records, unique: unique_, duplicates, malformed }) => ({
      source,
      records,
      unique: unique_,
      duplicates,
      malformed: Object.values(malformed).reduce((sum, count) => sum + count, 0),
    })),
    kpis: await readKpis(client, platform, truthTables(truth)),
    freshness,
    failedTasks: Object.entries(facts)
      .filter(([, fact]) => fact.failed > 0)
      .map(([task, fact]) => ({
        task,
        runs: fact.failed,
        blocked: fact.blocked,
        lastError: fact.lastError ?? "",
      })),
    unreadStreams: unread,
    credits: { warehouses: ledger.warehouses, departments, services: ledger.services },
    monitors: monitors.map((monitor) => ({ ...monitor, percent: (100 * monitor.used) / monitor.quota })),
    budgets: Object.entries(platform.budgets).map(([department, budget]) => ({
      department,
      budget,
      spent: (departments[department] ?? 0) * creditPrice,
    })),
    usageFile: relative(project.root, usageFile),
    seconds: { ...state.ledger.seconds, "pulumi up": state.up.seconds },
  };
}

async function readKpis(
  client: SnowflakeClient,
  platform: Platform,
  truth: (kpi: string) => readonly Record<string, unknown>[] | undefined,
): Promise<KpiComparison[]> {
  const kpis: KpiComparison[] = [];
  for (const kpi of platform.kpis) {
    const expected = truth(kpi.name);
    if (expected) kpis.push(compareKpi(kpi.name, kpi.columns, (await client.query(kpi.sql)).rows, expected));
  }
  return kpis;
}

/** Whether the stack has been rehearsed to its end. */
export const hasMeasured = (root: string, stack: string): boolean =>
  existsSync(join(rehearsalFolder(root, stack), "usage.json"));
