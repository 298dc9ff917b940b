/**
 * A trained classifier as plain data, kept in the catalogue with its object. Source: Snowflake documentation,
 * "Classification (Snowflake ML Functions)": text and Boolean features are categorical, numbers continuous.
 */
export type Feature =
  | {
      kind: "numeric";
      name: string;
      mean: number;
      /** Standard deviation; values are taken as (value − mean) / deviation, at most REACH either way. */
      deviation: number;
      /** Some training rows had no value: their absence has a weight of its own. */
      missing: boolean;
    }
  | {
      kind: "categorical";
      name: string;
      /** Values with a weight of their own; any other, unknown or missing one has none. */
      values: string[];
    };

/** Standard deviations from the mean at which a number stops to count for more. */
export const REACH = 4;

/** One class against the others: the logit is `bias` plus the weighted features. */
export interface Scorer {
  bias: number;
  /** In the order of `slots`. */
  weights: number[];
}

export interface ClassifierModel {
  features: Feature[];
  /** Names of the classes, sorted; two have one scorer, that of the second. */
  classes: string[];
  scorers: Scorer[];
  importance: { feature: string; score: number }[];
  /** Of rows that the evaluated model was not trained on; null when evaluation was switched off or impossible. */
  evaluation: Evaluation | null;
  logs: { column: string | null; text: string }[];
}

export interface Evaluation {
  classes: { class: string; precision: number; recall: number; f1: number; support: number }[];
  auc: number | null;
  logLoss: number;
  confusion: { actual: string; predicted: string; count: number }[];
}

/** How many numbers a feature becomes. */
export const slotsOf = (feature: Feature): number =>
  feature.kind === "categorical" ? feature.values.length : feature.missing ? 2 : 1;

export type Cell = number | string | null;

/** A row's features as numbers, written to `into` from `at`. */
export function encode(
  features: readonly Feature[],
  row: readonly Cell[],
  into: Float64Array,
  at: number,
): void {
  let slot = at;
  for (const [index, feature] of features.entries()) {
    const cell = row[index] ?? null;
    if (feature.kind === "categorical") {
      for (const value of feature.values) into[slot++] = cell === value ? 1 : 0;
      continue;
    }
    const away = cell === null ? 0 : (Number(cell) - feature.mean) / feature.deviation;
    into[slot++] = Math.max(-REACH, Math.min(REACH, away));
    if (feature.missing) into[slot++] = cell === null ? 1 : 0;
  }
}

/** Probabilities of the classes for one encoded row. */
export function probabilities(
  model: Pick<ClassifierModel, "classes" | "scorers">,
  encoded: Float64Array,
): number[] {
  const each = model.scorers.map(({ bias, weights }) => {
    let logit = bias;
    for (const [slot, weight] of weights.entries()) logit += weight * encoded[slot]!;
    return 1 / (1 + Math.exp(-logit));
  });
  if (model.classes.length === 2) return [1 - each[0]!, each[0]!];
  const sum = each.reduce((a, b) => a + b, 0);
  return each.map((one) => one / sum);
}
