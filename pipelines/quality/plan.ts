/**
 * Checks as parts of the platform: for each model that has some one stream and one task, since a task costs a run and a
 * query while a check costs a branch of that query; and one task on a schedule for all that look at whole tables.
 */
import type { StackConfig } from "../../infra/config/schema.ts";
import { didYouMean, type Problems } from "../../infra/errors.ts";
import { type Names, type ObjectName, quotedObject } from "../../infra/names.ts";
import type { Check, Stream, Table, Task } from "../../infra/platform.ts";
import { type CompiledModel, type CompiledModels, modelName } from "../models/compile-models.ts";
import type { ModelFile } from "../models/model.ts";
import type { ContractedTable } from "../sources/contract.ts";
import { readCheckFiles } from "./check-file.ts";
import { changesStatement, scheduleStatement } from "./check-statement.ts";
import { compileChecks } from "./compile-checks.ts";
import { resultTable } from "./result-table.ts";

/** The checks of one model over the rows that changed. */
export interface ModelChecks {
  checks: Check[];
  stream: Stream;
  task: ObjectName;
  statement: string;
  /** Whether what reads the model waits for them. */
  blocking: boolean;
  /** Models whose tables they compare with. */
  reads: string[];
}

export interface PlannedQuality {
  checks: Check[];
  tables: Table[];
  streams: Stream[];
  byModel: ReadonlyMap<string, ModelChecks>;
  /** The task for whole tables; absent where no check looks at one. */
  scheduled?: Task;
}

export interface QualityInput {
  config: StackConfig;
  stackFile: string;
  names: Names;
  compiled: CompiledModels;
  contracted: readonly ContractedTable[];
  files: readonly ModelFile[];
  problems: Problems;
}

/** Key of the task that runs a model's checks. */
export const checkTaskKey = (model: string): string => `check.${model}`;

export function planQuality(input: QualityInput): PlannedQuality {
  const { compiled, names } = input;
  const checks = compileChecks(readCheckFiles(input.files, input.problems), input);
  const results = resultTable(names);
  const byModel = new Map<string, ModelChecks>();
  for (const one of compiled.models) {
    const own = checks.filter((check) => check.model === one.model.logical && check.run === "changes");
    if (own.length > 0) byModel.set(one.model.logical, modelChecks(one, own, results, names));
  }
  const scheduled = checks.filter((check) => check.run === "schedule");
  return {
    checks,
    tables: [results],
    streams: [...byModel.values()].map((one) => one.stream),
    byModel,
    scheduled: scheduled.length === 0 ? undefined : scheduledTask(scheduled, results, input),
  };
}

function modelChecks(
  { model }: CompiledModel,
  checks: Check[],
  results: ObjectName,
  names: Names,
): ModelChecks {
  const name = modelName(model.file)!;
  const stream: Stream = {
    key: checkTaskKey(model.logical),
    ...names.checkStream(name),
    table: model.name,
    source: model.logical,
    consumer: checkTaskKey(model.logical),
    appendOnly: false,
    comment: `Rows of ${model.logical} that its checks have yet to see.`,
  };
  const columns = model.columns.map((column) => column.name);
  return {
    checks,
    stream,
    task: names.checkTask(name),
    statement: changesStatement(checks, { stream, columns }, results),
    blocking: checks.some((check) => check.severity === "blocking"),
    reads: [...new Set(checks.flatMap((check) => check.reads))].sort(),
  };
}

function scheduledTask(checks: readonly Check[], results: ObjectName, input: QualityInput): Task {
  const { config, names, problems, stackFile } = input;
  const { schedule, warehouse } = config.checks;
  if (config.warehouses[warehouse] === undefined)
    problems.add({
      code: "CONFIG_VALUE",
      file: stackFile,
      path: "firn:checks.warehouse",
      message: "is no warehouse of this stack",
      given: `"${warehouse}"`,
      allowed: Object.keys(config.warehouses).join(", "),
      hint: didYouMean(warehouse, Object.keys(config.warehouses)),
    });
  return {
    key: "check.schedule",
    ...names.scheduledChecks(),
    checks: "schedule",
    freshness: "check.schedule",
    warehouse: names.warehouse(warehouse),
    warehouseKey: warehouse,
    schedule,
    after: [],
    statement: scheduleStatement(checks, results),
    timeout: config.tasks.timeout,
    suspendAfterFailures: config.tasks.suspendAfterFailures,
    retries: config.tasks.retries,
    started: config.tasks.started,
    comment: "Runs the checks that look at whole tables.",
  };
}

/** Conditions of a task that reads these models: rows that a blocking check has not let through hold it. */
export const passed = (models: Iterable<string>, quality: PlannedQuality): string[] =>
  [...models].flatMap((logical) => {
    const one = quality.byModel.get(logical);
    return one?.blocking === true ? [`NOT SYSTEM$STREAM_HAS_DATA('${quotedObject(one.stream)}')`] : [];
  });
