/**
 * Trains the account's classifier. Snowflake's learner is a gradient boosting machine; this one is a regularised
 * logistic regression over the same features: the same statements, another learner (docs/coverage.md says so).
 */
import { evaluate } from "./evaluate.ts";
import { fitLogistic, type Matrix } from "./logistic.ts";
import {
  type Cell,
  type ClassifierModel,
  encode,
  type Feature,
  probabilities,
  type Scorer,
  slotsOf,
} from "./model.ts";
import type { Example } from "./sample.ts";

export interface FeatureColumn {
  name: string;
  kind: Feature["kind"];
}

export interface TrainOptions {
  /** Share of the examples that evaluation keeps apart; null trains without. */
  testFraction: number | null;
  /** Awaited now and then; throws when the statement is cancelled. */
  pause(): Promise<void>;
}

/** Values of a categorical feature that get a weight. */
const MOST_VALUES = 50;

/** `examples` have at least two labels (the caller's check), and are in an order that only their content decides. */
export async function trainClassifier(
  columns: readonly FeatureColumn[],
  examples: readonly Example[],
  { testFraction, pause }: TrainOptions,
): Promise<ClassifierModel> {
  const classes = [...new Set(examples.map((one) => one.label))].sort();
  const logs: ClassifierModel["logs"] = [];
  const features = columns.map((column, index) => {
    const feature = describe(column, examples, index);
    if (slotsOf(feature) === 0 || (feature.kind === "numeric" && feature.deviation === 1e-9))
      logs.push({ column: column.name, text: "The feature has one value only and cannot tell rows apart." });
    return feature;
  });
  const matrix = encodeAll(features, examples);
  const scorers = await fitScorers(classes, matrix, examples, pause);
  let evaluation: ClassifierModel["evaluation"] = null;
  if (testFraction !== null) {
    const isTest = split(classes, examples, testFraction);
    const kept = examples.filter((_, i) => !isTest[i]);
    const apart = examples.filter((_, i) => isTest[i]);
    if (apart.length === 0 || new Set(kept.map((one) => one.label)).size < classes.length)
      logs.push({ column: null, text: "There are too few rows of a class to evaluate the model." });
    else {
      const own = columns.map((column, index) => describe(column, kept, index));
      const judge = { classes, scorers: await fitScorers(classes, encodeAll(own, kept), kept, pause) };
      const width = own.reduce((sum, feature) => sum + slotsOf(feature), 0);
      const encoded = new Float64Array(width);
      evaluation = evaluate(
        classes,
        apart.map((one) => {
          encode(own, one.row, encoded, 0);
          return { actual: one.label, probabilities: probabilities(judge, encoded) };
        }),
      );
    }
  }
  return { features, classes, scorers, importance: importance(features, matrix, scorers), evaluation, logs };
}

function describe(column: FeatureColumn, examples: readonly Example[], index: number): Feature {
  const { name } = column;
  if (column.kind === "categorical") {
    const counts = new Map<string, number>();
    for (const { row } of examples) {
      const cell = row[index] ?? null;
      if (cell !== null) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
    }
    const values = [...counts]
      .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
      .slice(0, MOST_VALUES)
      .map(([value]) => value);
    return { kind: "categorical", name, values: values.sort() };
  }
  let count = 0;
  let sum = 0;
  for (const { row } of examples) {
    const cell = row[index] ?? null;
    if (cell === null) continue;
    count++;
    sum += Number(cell);
  }
  const mean = count === 0 ? 0 : sum / count;
  let squares = 0;
  for (const { row } of examples) {
    const cell = row[index] ?? null;
    if (cell !== null) squares += (Number(cell) - mean) ** 2;
  }
  const spread = count === 0 ? 0 : Math.sqrt(squares / count);
  // A feature that never varies would divide by zero; so small a deviation keeps it at its mean.
  return { kind: "numeric", name, mean, deviation: Math.max(spread, 1e-9), missing: count < examples.length };
}

function encodeAll(features: readonly Feature[], examples: readonly { row: Cell[] }[]): Matrix {
  const columns = features.reduce((sum, feature) => sum + slotsOf(feature), 0);
  const values = new Float64Array(columns * examples.length);
  for (const [i, { row }] of examples.entries()) encode(features, row, values, i * columns);
  return { rows: examples.length, columns, values };
}

/** One scorer for two classes (that of the second), else one for each. */
async function fitScorers(
  classes: readonly string[],
  matrix: Matrix,
  examples: readonly Example[],
  pause: () => Promise<void>,
): Promise<Scorer[]> {
  const scorers: Scorer[] = [];
  for (const name of classes.length === 2 ? classes.slice(1) : classes) {
    const labels = Uint8Array.from(examples, (one) => (one.label === name ? 1 : 0));
    scorers.push(await fitLogistic(matrix, labels, pause));
  }
  return scorers;
}

/** The examples come in the order of their hashes: every n-th of a class is as good as drawn. */
function split(classes: readonly string[], examples: readonly Example[], fraction: number): boolean[] {
  const due = new Map(classes.map((name) => [name, 0]));
  return examples.map(({ label }) => {
    const sum = due.get(label)! + fraction;
    due.set(label, sum >= 1 ? sum - 1 : sum);
    return sum >= 1;
  });
}

/** How far each feature moves the logit over the training rows (standard deviation), as shares of their sum. */
function importance(features: readonly Feature[], matrix: Matrix, scorers: readonly Scorer[]) {
  let slot = 0;
  const moved = features.map((feature) => {
    const slots = slotsOf(feature);
    const from = slot;
    slot += slots;
    let total = 0;
    for (const { weights } of scorers) {
      let sum = 0;
      let squares = 0;
      for (let row = 0; row < matrix.rows; row++) {
        let logit = 0;
        for (let i = from; i < from + slots; i++)
          logit += weights[i]! * matrix.values[row * matrix.columns + i]!;
        sum += logit;
        squares += logit * logit;
      }
      const middle = sum / matrix.rows;
      total += Math.sqrt(Math.max(0, squares / matrix.rows - middle * middle));
    }
    return { feature: feature.name, score: total };
  });
  const all = moved.reduce((sum, one) => sum + one.score, 0);
  return moved
    .map(({ feature, score }) => ({ feature, score: all === 0 ? 0 : score / all }))
    .sort((a, b) => b.score - a.score || (a.feature < b.feature ? -1 : 1));
}
