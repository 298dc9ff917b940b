/**
 * `firn up` of a developer's clone: what holds tables is made, the tables are cloned and imported, the rest is `pulumi up`.
 * Every step is idempotent, so that a run that was killed anywhere is mended by the next.
 */
import { mkdirSync } from "node:fs";
import { Listr, type ListrTask, PRESET_TIMER } from "listr2";
import { adoptionId } from "../../infra/adoption-ids.ts";
import { loadPlatform } from "../../infra/load.ts";
import type { Platform } from "../../infra/platform.ts";
import type { Progress } from "../../local/progress.ts";
import { withLock } from "../../local/supervisor/lock.ts";
import type { Running } from "../../pipelines/operations/account.ts";
import { importFile, type PlannedResource } from "../../pipelines/operations/adopt/import-file.ts";
import { changedModels, deployedStatements } from "../../pipelines/operations/clone/changed.ts";
import { type Copies, cloneTables } from "../../pipelines/operations/clone/tables.ts";
import { keyOf, TABLE_TYPE } from "../../pipelines/operations/replace/pending.ts";
import { connectAccount } from "../connect-account.ts";
import { previewSteps, writeImportFile } from "../embedded/adoption.ts";
import { embeddedConfig } from "../embedded/config.ts";
import { refuseUndeclared, runTargeted } from "../embedded/engine-state.ts";
import { importResources } from "../embedded/import-and-settle.ts";
import { interruptible } from "../embedded/interrupt.ts";
import {
  engineFailed,
  type PulumiEnvironment,
  prepareStack,
  pulumiUp,
  runPulumi,
  settleEarlierRun,
  type UpSummary,
} from "../embedded/pulumi.ts";
import { engineFor } from "../embedded/running.ts";
import { stepsUntil } from "../embedded/steps.ts";
import { settleUnfinished } from "../embedded/unfinished.ts";
import type { Project } from "../project.ts";
import type { SnowflakeClient } from "../snowflake-client.ts";
import { readPending, writePending } from "./pending.ts";
import { recomputePending } from "./recompute.ts";
import { type CloneReport, printCloneReport } from "./report.ts";

interface State {
  platform: Platform;
  base: Platform;
  environment: PulumiEnvironment;
  /** Whether the engine's state lacks a table. */
  incomplete: boolean;
  client: SnowflakeClient;
  planned: PlannedResource[];
  copies: Copies;
  up: UpSummary;
  pending: string[];
  recomputed: string[];
}

export async function bringUpClone(
  project: Project,
  options: { backfill: boolean; json: boolean },
): Promise<void> {
  mkdirSync(project.dataDir, { recursive: true, mode: 0o700 });
  await interruptible((signal) =>
    withLock(`${project.dataDir}/up.lock`, { signal, timeoutMs: 1000 }, async () => {
      const state = { recomputed: [] as string[] } as State;
      try {
        await new Listr<State>(steps(project, options.backfill, signal), {
          ctx: state,
          renderer: options.json ? "silent" : process.stdout.isTTY ? "default" : "simple",
          rendererOptions: { timer: PRESET_TIMER, collapseErrors: false },
        } as never).run();
      } finally {
        await state.client?.close();
      }
      const report: CloneReport = {
        stack: project.stack,
        of: state.platform.clone!.of,
        at: state.platform.clone!.at,
        cloned: state.copies.cloned,
        made: state.copies.left,
        changes: state.up.changes,
        differ: state.pending,
        recomputed: state.recomputed,
      };
      if (options.json) console.log(JSON.stringify({ ok: true, ...report }));
      else printCloneReport(report, state.platform);
    }),
  );
}

/**
 * Everything else comes before the tables: a clone gets the privileges on future tables of its schema. The engine makes
 * nothing whose component is not asked for, and connects as every role, so those and their privileges are among them.
 */
const AFTER_TABLES = [
  "snowflake:index/streamOnTable:StreamOnTable",
  "snowflake:index/tagAssociation:TagAssociation",
  "snowflake:index/task:Task",
  "snowflake:index/view:View",
];

const isBeforeTables = ({ type }: PlannedResource): boolean =>
  type !== TABLE_TYPE && !AFTER_TABLES.includes(type) && !type.startsWith("pulumi:");

function steps(project: Project, backfill: boolean, signal: AbortSignal): ListrTask<State>[] {
  const step = stepsUntil<State>(signal);
  const running = (progress: Progress): Running => ({
    report: ({ detail, done, total }) =>
      progress({
        step: "",
        detail,
        ...(done === undefined ? {} : { done }),
        ...(total === undefined ? {} : { total }),
      }),
    signal,
  });
  const base = project.base!;
  return [
    step("Read the configuration and compile the models", async (state) => {
      state.platform = loadPlatform({ root: project.root, stack: project.stack });
      state.base = loadPlatform({ root: base.root, stack: base.stack });
      return `${state.platform.models.length} models, ${state.platform.tables.length} tables`;
    }),
    step(`Reach the account of ${base.stack}`, async (state, progress) => {
      state.environment = await engineFor(project, signal);
      await openStack(project, state.environment, progress, signal);
      const { resources } = await settleUnfinished(project, state.environment);
      refuseUndeclared(project, state.platform, resources);
      const known = new Set(resources.filter(({ type }) => type === TABLE_TYPE).map(({ urn }) => keyOf(urn)));
      state.incomplete = state.platform.tables.some((table) => !known.has(table.key));
      const { automation } = state.platform;
      state.client = await connectAccount(project, { role: automation.account });
      await state.client.query("USE SECONDARY ROLES ALL");
      return undefined;
    }),
    step("Make databases, schemas and roles", async (state, progress) => {
      state.planned = [];
      if (!state.incomplete) return "they are there";
      progress({ step: "", detail: "asking the engine what it would create" });
      const planned = await previewSteps(project, state.environment);
      const missing = planned.filter((one) => one.op === "create");
      const first = missing.filter(isBeforeTables);
      await runTargeted(
        project,
        state.environment,
        "up",
        first.map((one) => one.urn),
        signal,
      );
      state.planned = first.length === 0 ? planned : await previewSteps(project, state.environment);
      return `${first.length} made`;
    }),
    step(`Clone the tables of ${base.stack}`, async (state, progress) => {
      const missing = state.planned.filter((one) => one.op === "create" && one.type === TABLE_TYPE);
      const keys = new Set(missing.map(({ urn }) => keyOf(urn)));
      const wanted = state.platform.tables.filter((table) => keys.has(table.key));
      await state.client.query(`USE ROLE ${state.platform.automation.objects}`);
      state.copies = await cloneTables(state.platform, state.base, wanted, state.client, running(progress));
      await state.client.query(`USE ROLE ${state.platform.automation.account}`);
      // Before tasks are changed: afterwards nobody knows what filled the tables.
      const deployed = {
        own: await deployedStatements(state.platform, state.client),
        base: await deployedStatements(state.base, state.client),
      };
      const made = new Set(state.copies.left.map(({ table }) => table));
      const changed = new Set([
        ...readPending(project),
        ...changedModels(state.platform, state.base, deployed, made),
      ]);
      state.pending = inOrder(state.platform, changed);
      writePending(project, state.pending);
      await importTables(project, state, running(progress));
      return `${state.copies.cloned.length} cloned`;
    }),
    step(`pulumi up --stack ${project.stack}`, async (state, progress) => {
      state.up = await pulumiUp(project, state.environment, { progress, signal });
      return Object.entries(state.up.changes)
        .map(([operation, count]) => `${count} ${operation}`)
        .join(", ");
    }),
    ...(backfill
      ? [
          step("Recompute the models that differ", async (state, progress) => {
            const { platform, client } = state;
            state.recomputed = await recomputePending(project, {
              platform,
              client,
              report: running(progress).report,
              signal,
            });
            state.pending = readPending(project);
            return `${state.recomputed.length} recomputed`;
          }),
        ]
      : []),
  ];
}

/** Those of the stack's models, in the order in which they are computed. */
function inOrder(platform: Platform, models: ReadonlySet<string>): string[] {
  return platform.models.map(({ logical }) => logical).filter((logical) => models.has(logical));
}

/** The engine's stack: in the folder of the embedded one, or in the backend of the caller's environment. */
async function openStack(
  project: Project,
  environment: PulumiEnvironment,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  if (embeddedConfig(project)) {
    await prepareStack(project, environment);
    return settleEarlierRun(project, environment, progress, signal);
  }
  const logFile = `${project.dataDir}/pulumi.log`;
  const code = await runPulumi(
    project,
    environment,
    ["stack", "select", "--create", "--stack", project.stack, "--non-interactive"],
    { stdio: { logFile } },
  );
  if (code !== 0) throw engineFailed("make the stack", logFile);
}

/** The tables that are there, into the engine's state. */
async function importTables(project: Project, state: State, { report, signal }: Running): Promise<void> {
  const { platform, environment, planned, copies } = state;
  const ids = new Map(
    planned
      .filter((one) => one.op === "create" && one.type === TABLE_TYPE && copies.there.has(keyOf(one.urn)))
      .map((one) => [one.urn, adoptionId(one.type, one.inputs)!]),
  );
  const file = importFile({ planned, idOf: ({ urn }) => ids.get(urn), knownInputs: {} });
  const path = writeImportFile(project, file);
  await importResources({
    project,
    environment,
    platform,
    path,
    planned,
    ids,
    inEffect: new Map(),
    report,
    ...(signal ? { signal } : {}),
  });
}
