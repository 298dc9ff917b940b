/** How good predictions are. Source: Snowflake documentation, "Classification", metrics of the evaluation set. */
import type { Evaluation } from "./model.ts";

export interface Judged {
  actual: string;
  /** In the order of the classes. */
  probabilities: number[];
}

export function evaluate(classes: readonly string[], judged: readonly Judged[]): Evaluation {
  const counts = classes.map(() => classes.map(() => 0));
  let loss = 0;
  for (const { actual, probabilities } of judged) {
    const index = classes.indexOf(actual);
    const chosen = probabilities.indexOf(Math.max(...probabilities));
    counts[index]![chosen]!++;
    loss -= Math.log(Math.max(probabilities[index]!, 1e-15));
  }
  const aucs = classes.flatMap((name, index) => {
    const area = areaUnderCurve(
      judged.map((one) => ({ score: one.probabilities[index]!, positive: one.actual === name })),
    );
    return area === null ? [] : [area];
  });
  return {
    classes: classes.map((name, index) => {
      const hit = counts[index]![index]!;
      const claimed = counts.reduce((sum, row) => sum + row[index]!, 0);
      const support = counts[index]!.reduce((a, b) => a + b, 0);
      const precision = claimed === 0 ? 0 : hit / claimed;
      const recall = support === 0 ? 0 : hit / support;
      const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
      return { class: name, precision, recall, f1, support };
    }),
    auc: aucs.length === 0 ? null : mean(aucs),
    logLoss: loss / judged.length,
    confusion: classes.flatMap((actual, i) =>
      classes.map((predicted, j) => ({ actual, predicted, count: counts[i]![j]! })),
    ),
  };
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The chance that a positive scores above a negative, ties counting half; null where one of them is missing. */
export function areaUnderCurve(scored: readonly { score: number; positive: boolean }[]): number | null {
  const sorted = [...scored].sort((a, b) => a.score - b.score);
  const positives = sorted.filter((one) => one.positive).length;
  const negatives = sorted.length - positives;
  if (positives === 0 || negatives === 0) return null;
  let ranks = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]!.score === sorted[from]!.score) to++;
    const rank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) if (sorted[i]!.positive) ranks += rank;
    from = to;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}
