import type { Model, Platform } from "../infra/platform.ts";
import { compareDefinitions } from "../pipelines/metrics/compare.ts";
import type { Query } from "./at-stake.ts";
import type { Meaning, ModelChange } from "./meaning.ts";

/** What a changed definition does to the numbers of the past, computed by the stack's account. */
export interface History {
  key: string[];
  values: string[];
  /** Rows whose values differ, in all. */
  differing: number;
  /** The newest of them: the key's cells, then each value before and after. */
  rows: (string | null)[][];
}

const MOST_ROWS = 12;

/**
 * The models of MART whose query changed, each with what that does to history. Nothing is written. What cannot be
 * computed, as where a model reads one that is not there yet, is said in `unread`.
 */
export async function readHistory(
  base: Platform,
  head: Platform,
  meaning: Meaning,
  query: Query,
): Promise<{ meaning: Meaning; unread: string[] }> {
  const unread: string[] = [];
  const models: ModelChange[] = [];
  for (const change of meaning.models) {
    const comparison = comparisonOf(base, head, change);
    if (comparison === undefined) {
      models.push(change);
      continue;
    }
    try {
      const rows = await query(comparison.statement);
      const { key, values } = comparison;
      models.push({
        ...change,
        history: {
          key,
          values,
          differing: Number(rows[0]?.at(-1) ?? 0),
          rows: rows.map((row) => row.slice(0, -1).map(cell)),
        },
      });
    } catch (error) {
      const because = error instanceof Error ? error.message.split("\n")[0] : String(error);
      unread.push(`What the change of ${change.logical} does to history could not be computed: ${because}`);
      models.push(change);
    }
  }
  return { meaning: { ...meaning, models }, unread };
}

function comparisonOf(base: Platform, head: Platform, change: ModelChange) {
  if (!change.logical.startsWith("mart.") || !change.what.includes("query")) return undefined;
  const named = (platform: Platform): Model | undefined =>
    platform.models.find((model) => model.logical === change.logical);
  const before = named(base);
  const after = named(head);
  return before && after && compareDefinitions(before, after, MOST_ROWS);
}

function cell(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return String(value);
}
