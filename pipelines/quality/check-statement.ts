/**
 * The statements of tasks that run checks. Each may run again after a kill: results are merged by check and graph run,
 * and the rows that were looked at leave the stream in the transaction that records what was found.
 */
import { literal } from "../../infra/literal.ts";
import { type ObjectName, quotedObject } from "../../infra/names.ts";
import type { Check } from "../../infra/platform.ts";
import { columnName, indent } from "../sql/print.ts";
import { RESULT_DAYS } from "./result-table.ts";

const SAMPLES = 5;

/** One row a check: what it is, how many rows break it, and a few of them. */
function findings(
  checks: readonly Check[],
  changes?: { stream: ObjectName; columns: readonly string[] },
): string {
  const changed =
    changes === undefined
      ? []
      : [
          `changed AS (\n${indent(`SELECT ${changes.columns.map(columnName).join(", ")}\nFROM ${quotedObject(changes.stream)}\nWHERE METADATA$ACTION = 'INSERT'`)}\n)`,
        ];
  const named = checks.map(
    (check) => `SELECT ${[check.key, check.model, check.owner, check.severity].map(literal).join(", ")}`,
  );
  const failing = checks.map(
    (check) => `SELECT ${literal(check.key)}, ${sampled(check)}\nFROM (\n${indent(check.query)}\n) AS broken`,
  );
  return `WITH ${[
    ...changed,
    `named (check_name, model, owner, severity) AS (\n${indent(named.join("\nUNION ALL\n"))}\n)`,
    `failing (check_name, broken_row) AS (\n${indent(failing.join("\nUNION ALL\n"))}\n)`,
  ].join(", ")}
SELECT
  named.check_name,
  SYSTEM$TASK_RUNTIME_INFO('CURRENT_TASK_GRAPH_RUN_GROUP_ID') AS graph_run,
  named.model,
  named.owner,
  named.severity,
  COUNT(failing.check_name) AS failing_rows,
  ${changes === undefined ? "NULL::NUMBER" : "(SELECT COUNT(*) FROM changed)"} AS checked_rows,
  ARRAY_AGG(failing.broken_row) AS examples
FROM named
LEFT JOIN failing ON failing.check_name = named.check_name
GROUP BY named.check_name, named.model, named.owner, named.severity`;
}

const sampled = ({ sample }: Check): string =>
  sample.length === 0
    ? "NULL::OBJECT"
    : `IFF(ROW_NUMBER() OVER (ORDER BY broken.${columnName(sample[0]!)}) <= ${SAMPLES}, OBJECT_CONSTRUCT_KEEP_NULL(${sample.flatMap((name) => [literal(name.toLowerCase()), `broken.${columnName(name)}`]).join(", ")}), NULL)`;

const COLUMNS = [
  "check_name",
  "graph_run",
  "model",
  "owner",
  "severity",
  "failing_rows",
  "checked_rows",
  "examples",
] as const;

function mergeResults(results: ObjectName, source: string): string {
  return [
    `MERGE INTO ${quotedObject(results)} AS target`,
    `USING (\n${indent(source)}\n) AS source`,
    "ON target.check_name = source.check_name AND target.graph_run = source.graph_run",
    "WHEN MATCHED THEN UPDATE SET failing_rows = source.failing_rows, checked_rows = source.checked_rows, examples = source.examples, ran_at = CURRENT_TIMESTAMP()",
    `WHEN NOT MATCHED THEN INSERT (${COLUMNS.join(", ")}, ran_at)\n  VALUES (${COLUMNS.map((name) => `source.${name}`).join(", ")}, CURRENT_TIMESTAMP())`,
  ].join("\n");
}

const FOUND = `SELECT
  value:check_name::VARCHAR AS check_name,
  value:graph_run::VARCHAR AS graph_run,
  value:model::VARCHAR AS model,
  value:owner::VARCHAR AS owner,
  value:severity::VARCHAR AS severity,
  value:failing_rows::NUMBER AS failing_rows,
  value:checked_rows::NUMBER AS checked_rows,
  value:examples AS examples
FROM TABLE(FLATTEN(INPUT => :found))`;

/**
 * The checks of one model over the rows that changed. Where none is blocking, one MERGE reads the stream and so moves it
 * on. Otherwise the stream is looked at first, which moves nothing, and moves only when no blocking check found a row:
 * tasks that read the model wait while the stream holds rows. Source: Snowflake documentation, "Introduction to Streams"
 * (a query alone does not advance the offset; a DML statement does, also where its WHERE takes no row).
 */
export function changesStatement(
  checks: readonly Check[],
  changes: { stream: ObjectName; columns: readonly string[] },
  results: ObjectName,
): string {
  const found = findings(checks, changes);
  if (checks.every((check) => check.severity !== "blocking")) return mergeResults(results, found);
  const collected = `SELECT ARRAY_AGG(OBJECT_CONSTRUCT(${COLUMNS.flatMap((name) => [literal(name), `finding.${name}`]).join(", ")}))\nFROM (\n${indent(found)}\n) AS finding`;
  return `BEGIN
  BEGIN TRANSACTION;
  LET found VARIANT := (
${indent(collected, "    ")}
  );
${indent(mergeResults(results, FOUND))};
  LET held NUMBER := (
    SELECT COUNT(*) FROM TABLE(FLATTEN(INPUT => :found))
    WHERE value:severity::VARCHAR = 'blocking' AND value:failing_rows::NUMBER > 0
  );
  IF (held = 0) THEN
    INSERT INTO ${quotedObject(results)} (check_name, graph_run, model, owner, severity, failing_rows, ran_at)
    SELECT '', '', '', '', '', 0, CURRENT_TIMESTAMP() FROM ${quotedObject(changes.stream)} WHERE 0 = 1;
  END IF;
  COMMIT;
END`;
}

/** Checks that look at whole tables; results that are too old go with them. */
export function scheduleStatement(checks: readonly Check[], results: ObjectName): string {
  return `BEGIN
${indent(mergeResults(results, findings(checks)))};
  DELETE FROM ${quotedObject(results)} WHERE ran_at < DATEADD('day', -${RESULT_DAYS}, CURRENT_TIMESTAMP());
END`;
}
