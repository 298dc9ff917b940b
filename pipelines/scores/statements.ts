/**
 * What a score's two tasks do, as Snowflake Scripting blocks. Either may be run again after a failure: tables are
 * merged into by key, and what tells that a version is there is written last.
 */
import { literal } from "../../infra/literal.ts";
import { type Names, type ObjectName, quotedObject } from "../../infra/names.ts";
import { columnName, indent } from "../sql/print.ts";
import { type Score, scoreNames } from "./score.ts";

const upper = (column: string): string => columnName(column.toUpperCase());

function objectsOf(score: Score, names: Names, features: ObjectName) {
  const own = scoreNames(score);
  const at = (key: keyof typeof own) => quotedObject(names.object(own[key]));
  return {
    features: quotedObject(features),
    values: at("values"),
    model: at("model"),
    input: at("input"),
    training: at("training"),
    instance: at("instance"),
  };
}

/** The instance's probability that it happens, of the row `alias`. Boolean labels are the classes True and False. */
function probability(score: Score, instance: string, alias: string): string {
  const pairs = score.inputs.map((input) => `${literal(input.toUpperCase())}, ${alias}.${upper(input)}`);
  return `GET(GET(${instance}!PREDICT(INPUT_DATA => OBJECT_CONSTRUCT(${pairs.join(", ")})), 'probability'), 'True')::FLOAT`;
}

/**
 * Trains when no version is there or enough new days are, and enough cases of both kinds. The changes are read without
 * being used: that moves the stream on. Source: Snowflake documentation, "Introduction to streams", Offset storage.
 */
export function trainStatement(score: Score, names: Names, features: ObjectName, stream: string): string {
  const at = objectsOf(score, names, features);
  const merge = (
    target: string,
    key: string[],
    values: string[],
    source: string,
  ) => `MERGE INTO ${target} AS target
USING (
${indent(source)}
) AS source
ON ${key.map((one) => `target.${one} = source.${one}`).join(" AND ")}
WHEN MATCHED THEN UPDATE SET ${values.map((one) => `${one} = source.${one}`).join(", ")}
WHEN NOT MATCHED THEN INSERT (${[...key, ...values].join(", ")}) VALUES (${[...key, ...values].map((one) => `source.${one}`).join(", ")});`;
  const inputs = merge(
    at.input,
    ["trained_on", "input"],
    ["importance_rank", "importance"],
    `SELECT :newest AS trained_on, LOWER(i.feature) AS input, i."RANK" AS importance_rank, i.score AS importance
FROM TABLE(${at.instance}!SHOW_FEATURE_IMPORTANCE()) AS i`,
  );
  const bins = merge(
    at.model,
    ["trained_on", "bin"],
    ["trained_through", "lower_score", "cases", "positives"],
    `SELECT
  :newest AS trained_on,
  b.bin,
  DATEADD(day, -${2 * score.horizon}, :newest) AS trained_through,
  MIN(b.score) AS lower_score,
  COUNT(*) AS cases,
  COUNT_IF(b.happened) AS positives
FROM (
  SELECT s.happened, s.score, LEAST(FLOOR((RANK() OVER (ORDER BY s.score) - 1) * 10 / COUNT(*) OVER ()) + 1, 10) AS bin
  FROM (
    SELECT t.happened, ${probability(score, at.instance, "t")} AS score
    FROM ${at.training} AS t
  ) AS s
) AS b
GROUP BY b.bin`,
  );
  return `BEGIN
  LET newest DATE := (SELECT MAX(day) FROM ${at.features});
  LET trained DATE := (SELECT MAX(trained_on) FROM ${at.model});
  LET positives NUMBER := (SELECT COUNT_IF(happened) FROM ${at.training});
  LET negatives NUMBER := (SELECT COUNT_IF(NOT happened) FROM ${at.training});
  IF (positives >= ${score.least} AND negatives >= ${score.least} AND (trained IS NULL OR DATEDIFF(day, trained, newest) >= ${score.retrain})) THEN
    CREATE OR REPLACE SNOWFLAKE.ML.CLASSIFICATION ${at.instance}(
      INPUT_DATA => SYSTEM$REFERENCE('VIEW', ${literal(at.training)}),
      TARGET_COLNAME => 'HAPPENED',
      CONFIG_OBJECT => {'evaluate': FALSE}
    );
${indent(inputs, "    ")}
${indent(bins, "    ")}
  END IF;
  INSERT INTO ${at.model} (trained_on, bin, trained_through)
    SELECT day, 0, day FROM ${stream} WHERE FALSE;
END`;
}

/** Scores what changed, and everything held out or current when the model is new; without a model it waits for one. */
export function scoreStatement(score: Score, names: Names, features: ObjectName, stream: string): string {
  const at = objectsOf(score, names, features);
  const entity = upper(score.entity);
  return `BEGIN
  IF (EXISTS (SELECT 1 FROM ${at.model})) THEN
    MERGE INTO ${at.values} AS target
    USING (
      SELECT f.${entity}, f.day, m.trained_on, ${probability(score, at.instance, "f")} AS score
      FROM ${at.features} AS f
      JOIN (SELECT MAX(trained_on) AS trained_on, MAX(trained_through) AS trained_through FROM ${at.model}) AS m ON f.day >= m.trained_through
      WHERE (f.${entity}, f.day) IN (SELECT ${entity}, day FROM ${stream})
        OR m.trained_on NOT IN (SELECT trained_on FROM ${at.values})
    ) AS source
    ON target.${entity} = source.${entity} AND target.day = source.day AND target.trained_on = source.trained_on
    WHEN MATCHED AND source.score IS DISTINCT FROM target.score THEN UPDATE SET score = source.score
    WHEN NOT MATCHED THEN INSERT (${entity}, day, trained_on, score)
      VALUES (source.${entity}, source.day, source.trained_on, source.score);
  ELSE
    INSERT INTO ${at.values} (${entity}, day, trained_on, score)
      SELECT ${entity}, day, day, 0 FROM ${stream} WHERE FALSE;
  END IF;
END`;
}
