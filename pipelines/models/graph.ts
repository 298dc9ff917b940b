/**
 * The task graphs: one for each freshness class. A scheduled root that does nothing but decide whether anything
 * changed, and after it one task for each model, behind the tasks of the models that it reads.
 */
import type { StackConfig } from "../../infra/config/schema.ts";
import { didYouMean, type Problems } from "../../infra/errors.ts";
import { type DatabaseKey, type LogicalName, type Names, quotedObject } from "../../infra/names.ts";
import type { Stream, Task } from "../../infra/platform.ts";
import { checkTaskKey, type PlannedQuality, passed } from "../quality/plan.ts";
import type { CompiledModel } from "./compile-models.ts";
import { inOrder } from "./dependencies.ts";

export function planTasks(
  compiled: readonly CompiledModel[],
  config: StackConfig,
  names: Names,
  problems: Problems,
  quality: PlannedQuality,
  /** Integration that is told of failed graphs, where the stack names no other. */
  errorIntegration?: string,
): Task[] {
  const errors = config.tasks.errorIntegration ?? errorIntegration;
  const running = compiled.filter((one) => one.statement !== undefined);
  const known = checkReferences(running, config, problems);
  const byName = new Map(compiled.map((one) => [one.model.logical, one]));
  const tasks: Task[] = [];
  for (const freshness of [...new Set(known.map((one) => one.model.freshness))].sort()) {
    const members = known.filter((one) => one.model.freshness === freshness);
    const root = {
      ...rootTask(freshness, members, config, names, quality),
      errorIntegration: errors,
    };
    tasks.push(
      root,
      ...members.map((one) => modelTask(one, root, byName, config, names, quality)),
      ...members.flatMap((one) => checkTask(one, byName, config, names, quality) ?? []),
    );
  }
  if (quality.scheduled !== undefined) tasks.push({ ...quality.scheduled, errorIntegration: errors });
  refuseCircles(tasks, quality, byName, problems);
  return tasks;
}

/** A check that waits for a model which itself waits for the check. */
function refuseCircles(
  tasks: readonly Task[],
  quality: PlannedQuality,
  byName: ReadonlyMap<string, CompiledModel>,
  problems: Problems,
): void {
  const order = inOrder(new Map(tasks.map((task) => [task.key, task.after])));
  if (!("cycle" in order)) return;
  const checked = tasks.find((task) => task.checks !== undefined && order.cycle.includes(task.key));
  const check = quality.byModel.get(checked?.checks ?? "")?.checks.find((one) => one.reads.length > 0);
  problems.add({
    code: "CHECK",
    file: check?.file ?? byName.get(checked?.checks ?? "")?.model.file ?? "sql",
    message: `tasks wait for each other in a circle: ${order.cycle.join(" waits for ")}`,
    hint: "Make the check a warning, or let it look at no model that is made from this one.",
  });
}

function checkReferences(
  running: readonly CompiledModel[],
  config: StackConfig,
  problems: Problems,
): CompiledModel[] {
  return running.filter(({ model }) => {
    const checks = [
      ["freshness", model.freshness, Object.keys(config.schedules), "schedules"],
      ["warehouse", model.warehouse, Object.keys(config.warehouses), "warehouses"],
    ] as const;
    const wrong = checks.filter(([, given, allowed]) => !allowed.includes(given));
    for (const [path, given, allowed, section] of wrong)
      problems.add({
        code: "MODEL_HEADER",
        file: model.file,
        path,
        message: `is not one of this stack's ${section}`,
        given: `"${given}"`,
        allowed: allowed.join(", "),
        hint: didYouMean(given, allowed),
      });
    return wrong.length === 0;
  });
}

function shared(config: StackConfig, warehouseKey: string, names: Names) {
  return {
    warehouse: names.warehouse(warehouseKey),
    warehouseKey,
    timeout: config.tasks.timeout,
    started: config.tasks.started,
  };
}

function rootTask(
  freshness: string,
  members: readonly CompiledModel[],
  config: StackConfig,
  names: Names,
  quality: PlannedQuality,
): Task {
  const streams = members.flatMap((one) => [
    ...one.streams,
    ...[quality.byModel.get(one.model.logical)?.stream].filter((stream) => stream !== undefined),
  ]);
  const everyRun = members.some((one) => one.model.maintenance.kind === "rebuild");
  return {
    key: `start.${freshness}`,
    ...names.rootTask(freshness),
    freshness,
    ...shared(config, members[0]!.model.warehouse, names),
    schedule: config.schedules[freshness]!,
    after: [],
    // A model that is rebuilt whole has no stream to ask, so its graph always runs.
    when: everyRun ? undefined : anyHasData(streams),
    statement: "SELECT 1",
    suspendAfterFailures: config.tasks.suspendAfterFailures,
    retries: config.tasks.retries,
    comment: `Starts the models of the freshness class ${freshness} when anything that they read has changed.`,
  };
}

function modelTask(
  compiled: CompiledModel,
  root: Task,
  byName: ReadonlyMap<string, CompiledModel>,
  config: StackConfig,
  names: Names,
  quality: PlannedQuality,
): Task {
  const { model, streams } = compiled;
  const reads = predecessors(compiled, byName);
  const before = reads.filter((one) => one.model.freshness === model.freshness);
  const hasData = streams.length === 0 ? undefined : anyHasData(streams);
  const gates = passed(
    reads.map((one) => one.model.logical),
    quality,
  );
  const awaited = before.filter((one) => quality.byModel.get(one.model.logical)?.blocking === true);
  // Without the first condition a skipped predecessor would skip this task too, although another one's output waits.
  const conditions = [
    before.length === 0 ? undefined : "SYSTEM$PREDECESSORS_STATE('NONE_FAILED')",
    ...gates,
    hasData === undefined || streams.length === 1 || before.length + gates.length === 0
      ? hasData
      : `(${hasData})`,
  ].filter((one) => one !== undefined);
  return {
    key: model.logical,
    ...names.task(nameOf(model.logical)),
    model: model.logical,
    freshness: model.freshness,
    ...shared(config, model.warehouse, names),
    after:
      before.length === 0
        ? [root.key]
        : [
            ...before.map((one) => one.model.logical),
            ...awaited.map((one) => checkTaskKey(one.model.logical)),
          ],
    when: conditions.length === 0 ? undefined : conditions.join(" AND "),
    statement: compiled.statement!,
    comment: `Maintains ${model.logical}.`,
  };
}

/** After the model's task, and after those of the models that its checks compare with. */
function checkTask(
  { model }: CompiledModel,
  byName: ReadonlyMap<string, CompiledModel>,
  config: StackConfig,
  names: Names,
  quality: PlannedQuality,
): Task | undefined {
  const own = quality.byModel.get(model.logical);
  if (own === undefined) return undefined;
  const compared = own.reads.filter((logical) => {
    const other = byName.get(logical);
    return other?.statement !== undefined && other.model.freshness === model.freshness;
  });
  return {
    key: checkTaskKey(model.logical),
    ...own.task,
    checks: model.logical,
    freshness: model.freshness,
    ...shared(config, model.warehouse, names),
    after: [model.logical, ...compared],
    when: `SYSTEM$PREDECESSORS_STATE('NONE_FAILED') AND ${anyHasData([own.stream])}`,
    statement: own.statement,
    comment: `Checks the rows of ${model.logical} that changed.`,
  };
}

/** Models whose tables it reads, through views. */
function predecessors(compiled: CompiledModel, byName: ReadonlyMap<string, CompiledModel>): CompiledModel[] {
  const names = new Set(compiled.inputs.map((input) => input.logical));
  return [...names].sort().flatMap((name) => byName.get(name) ?? []);
}

function nameOf(logical: string): LogicalName {
  const [database, schema, name] = logical.split(".") as [DatabaseKey, string, string];
  return { database, schema, name };
}

const anyHasData = (streams: readonly Stream[]): string =>
  streams.map((stream) => `SYSTEM$STREAM_HAS_DATA('${quotedObject(stream)}')`).join(" OR ");
