/** What a backfill recomputes: one model, whole, by days, or by keys, in batches of one MERGE each. Pure. */

import { didYouMean } from "../../../infra/errors.ts";
import { literal } from "../../../infra/literal.ts";
import type { Model, Platform } from "../../../infra/platform.ts";
import { partialRebuild, type Target } from "../../models/statements.ts";
import { type DayRange, daysOf, nextDay } from "../days.ts";
import { OperationError } from "../errors.ts";

export interface BackfillRequest {
  model: string;
  range?: DayRange;
  /** Values of the key's first column. */
  keys: readonly string[];
  /** Column that `range` is of; the key's or the model's first one with days by default. */
  column?: string;
  /** Days that one statement recomputes. */
  batchDays: number;
  /** Replace all rows by INSERT OVERWRITE instead of merging what differs. */
  overwrite: boolean;
}

export interface Batch {
  label: string;
  statement: string;
}

export interface BackfillPlan {
  model: Model;
  /** What the batches are ranges of. */
  column?: string;
  batches: Batch[];
  /** Models that read it, and what reads those: they follow through their streams. */
  dependants: string[];
}

export function planBackfill(platform: Platform, request: BackfillRequest): BackfillPlan {
  const model = findModel(platform, request.model);
  const target: Target = {
    object: model.name,
    columns: model.columns,
    key: model.key.map((name) => name.toUpperCase()),
    within: [],
  };
  const dependants = dependantsOf(platform, model.logical);
  refuseWhatRawLacks(platform, model);
  if (request.keys.length > 0 && request.range !== undefined)
    throw new OperationError("--key and days were both given.", "Give one of them.", 2);
  if (request.overwrite && (request.keys.length > 0 || request.range !== undefined))
    throw new OperationError("--overwrite replaces the whole table.", "Leave out --key, --from and --to.", 2);
  if (request.keys.length > 0) {
    const column = target.key[0]!;
    const values = request.keys.map((key) => literal(key)).join(", ");
    const condition = (name: string) => `TO_VARCHAR(${name}) IN (${values})`;
    const statement = partialRebuild(target, model.query, { column, condition });
    return { model, column, batches: [{ label: request.keys.join(", "), statement }], dependants };
  }
  if (request.range === undefined) {
    const statement = request.overwrite ? model.fullRefresh! : partialRebuild(target, model.query);
    return { model, batches: [{ label: "all rows", statement }], dependants };
  }
  const column = dayColumn(model, request.column);
  const batches = rangesOf(request.range, request.batchDays).map(({ from, to }): Batch => {
    const condition = (name: string) =>
      `${name} >= ${literal(from)}::DATE AND ${name} < ${literal(nextDay(to))}::DATE`;
    return {
      label: from === to ? from : `${from} to ${to}`,
      statement: partialRebuild(target, model.query, { column, condition }),
    };
  });
  return { model, column, batches, dependants };
}

/**
 * Recomputed from rows that are no longer there, the model would lose what it made of them. By days it would too: a
 * deal's close date may be long after the last record of it came.
 */
function refuseWhatRawLacks(platform: Platform, model: Model): void {
  const source = platform.sources.find(
    ({ key, keep }) => keep !== undefined && model.reads.some((read) => read.startsWith(`raw.${key}.`)),
  );
  if (source === undefined) return;
  throw new OperationError(
    `RAW has not all rows of ${source.key} any more: recomputed, ${model.logical} would lose what it made of the older ones.`,
    `Take \`keep\` from the source and deploy, bring the rows back with firn replay ${source.key}, then backfill.`,
    2,
  );
}

function findModel(platform: Platform, logical: string): Model {
  const tables = platform.models.filter((model) => model.fullRefresh !== undefined);
  const found = tables.find((model) => model.logical === logical.toLowerCase());
  if (found !== undefined) return found;
  const known = tables.map((model) => model.logical);
  const isView = platform.models.some((model) => model.logical === logical.toLowerCase());
  throw new OperationError(
    isView
      ? `${logical} is a view: it holds no rows to recompute.`
      : `There is no model ${logical} in stack ${platform.stack}.`,
    didYouMean(logical, known) ?? "Models are named by their path, e.g. core.customer.account.",
    2,
  );
}

const HAS_DAYS = /^(DATE|TIMESTAMP|DATETIME)/;

function dayColumn(model: Model, asked: string | undefined): string {
  const withDays = model.columns.filter((column) => HAS_DAYS.test(column.type)).map((column) => column.name);
  if (asked !== undefined) {
    if (withDays.includes(asked.toUpperCase())) return asked.toUpperCase();
    throw new OperationError(
      `${model.logical} has no column ${asked} of days.`,
      withDays.length === 0 ? "It has none at all." : `It has ${withDays.join(", ").toLowerCase()}.`,
      2,
    );
  }
  const inKey = withDays.find((name) => model.key.includes(name.toLowerCase()));
  const column = inKey ?? withDays[0];
  if (column !== undefined) return column;
  throw new OperationError(
    `${model.logical} has no column of days.`,
    "Leave out --from and --to to recompute it whole, or give --key.",
    2,
  );
}

/** Consecutive ranges of at most so many days. */
export function rangesOf(range: DayRange, days: number): DayRange[] {
  const all = daysOf(range);
  const ranges: DayRange[] = [];
  for (let at = 0; at < all.length; at += days)
    ranges.push({ from: all[at]!, to: all[Math.min(at + days, all.length) - 1]! });
  return ranges;
}

function dependantsOf(platform: Platform, logical: string): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const model of platform.models)
      if (model.reads.includes(name) && !found.has(model.logical)) {
        found.add(model.logical);
        visit(model.logical);
      }
  };
  visit(logical);
  return [...found].sort();
}
