/** Where the results of checks are kept. */
import type { Names } from "../../infra/names.ts";
import type { Column, Table } from "../../infra/platform.ts";

export const QUALITY_SCHEMA = "ops.quality";
export const CHECK_RESULTS = "ops.quality.check_result";
export const RESULT_DAYS = 90;

const column = (name: string, type: string, description: string, nullable = false): Column => ({
  name,
  type,
  nullable,
  description,
  tags: [],
});

const text = "VARCHAR(16777216)";

export const RESULT_COLUMNS: Column[] = [
  column("CHECK_NAME", text, "Model, kind and columns of the check."),
  column("GRAPH_RUN", text, "Run of the task graph that it was part of."),
  column("MODEL", text, "Model whose rows were judged."),
  column("OWNER", text, "Department that answers for the model."),
  column("SEVERITY", text, "warning, or blocking: what reads the model waits."),
  column("FAILING_ROWS", "NUMBER(38,0)", "Rows, or groups of rows, that break it."),
  column(
    "CHECKED_ROWS",
    "NUMBER(38,0)",
    "Rows that were looked at; NULL where it was the whole table.",
    true,
  ),
  column("EXAMPLES", "VARIANT", "A few of the failing rows, without personal data.", true),
  column("RAN_AT", "TIMESTAMP_LTZ(9)", "When it ran."),
];

export function resultTable(names: Names): Table {
  const name = { database: "ops", schema: "quality", name: "check_result" } as const;
  return {
    key: CHECK_RESULTS,
    logical: CHECK_RESULTS,
    ...names.object(name),
    columns: RESULT_COLUMNS,
    clusterBy: [],
    comment: `What each run of each check found, of the last ${RESULT_DAYS} days.`,
    insertOnly: false,
  };
}
