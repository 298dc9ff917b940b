/** A trained classifier as one DuckDB expression over the JSON object of a row's features. */
import { type ClassifierModel, type Feature, REACH, type Scorer, slotsOf } from "./model.ts";

export interface PredictText {
  quoteText(value: string): string;
  /** SQL (INTEGER) that raises an error. */
  raise(messageSql: string): string;
}

const number = (value: number): string => `CAST('${value}' AS DOUBLE)`;

/** `$."key"` as a SQL text. */
const pathOf = (key: string, { quoteText }: PredictText): string =>
  quoteText(`$."${key.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`);

/**
 * JSON with `class`, `logs` and `probability`. `object` is evaluated once. A feature whose value is no number where
 * the model wants one is an error of the row: it raises (ABORT), or is told in place of the result (SKIP).
 */
export function predictionSql(
  model: Pick<ClassifierModel, "features" | "classes" | "scorers">,
  object: string,
  onError: "ABORT" | "SKIP",
  text: PredictText,
): string {
  const { classes, features } = model;
  const names = classes.map((name) => text.quoteText(name));
  const each = model.scorers.map((scorer) => `1 / (1 + exp(-(${logit(features, scorer, text)})))`);
  const shares = classes.length === 2 ? [`1 - ${each[0]}`, each[0]!] : each;
  const given = classes.map((_, i) => `ps[${i + 1}] / list_sum(ps)`);
  const result = `list_transform([[${shares.join(", ")}]], lambda ps: json_object('class', ([${names.join(", ")}])[list_position(ps, list_max(ps))], 'logs', NULL, 'probability', json_object(${names
    .map((name, i) => `${name}, ${given[i]}`)
    .join(", ")})))[1]`;
  const wrong = features
    .filter((feature) => feature.kind === "numeric")
    .map((feature) => {
      const value = `(f ->> ${pathOf(feature.name, text)})`;
      return `WHEN ${value} IS NOT NULL AND TRY_CAST(${value} AS DOUBLE) IS NULL THEN ${text.quoteText(`Feature ${feature.name} is not a number.`)}`;
    });
  const fault = wrong.length === 0 ? "NULL" : `CASE ${wrong.join(" ")} END`;
  const instead =
    onError === "SKIP"
      ? `json_object('class', NULL, 'logs', json_object('Errors', json_array(${fault})), 'probability', NULL)`
      : `CAST(${text.raise(fault)} AS VARCHAR)`;
  return `list_transform([${object}], lambda f: CASE WHEN f IS NULL THEN NULL WHEN ${fault} IS NOT NULL THEN CAST(${instead} AS JSON) ELSE CAST(${result} AS JSON) END)[1]`;
}

function logit(features: readonly Feature[], { bias, weights }: Scorer, text: PredictText): string {
  const terms = [number(bias)];
  let slot = 0;
  for (const feature of features) {
    const own = weights.slice(slot, slot + slotsOf(feature));
    slot += own.length;
    const raw = `(f ->> ${pathOf(feature.name, text)})`;
    if (feature.kind === "categorical") {
      if (own.length === 0) continue;
      const whens = feature.values.map((value, i) => `WHEN ${text.quoteText(value)} THEN ${number(own[i]!)}`);
      terms.push(`CASE ${raw} ${whens.join(" ")} ELSE 0 END`);
      continue;
    }
    const away = `(TRY_CAST(${raw} AS DOUBLE) - ${number(feature.mean)}) / ${number(feature.deviation)}`;
    const missing = feature.missing ? number(own[1]!) : "0";
    terms.push(
      `CASE WHEN ${raw} IS NULL THEN ${missing} ELSE ${number(own[0]!)} * greatest(-${REACH}, least(${REACH}, ${away})) END`,
    );
  }
  return terms.join(" + ");
}
