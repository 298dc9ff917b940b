/** Where the results of checks are kept. */
import type { Names } from "../../infra/names.ts";
import type { Column, Table } from "../../infra/platform.ts";
import { ownColumn, TEXT } from "../own-columns.ts";

export const QUALITY_SCHEMA = "ops.quality";
export const CHECK_RESULTS = "ops.quality.check_result";
export const RESULT_DAYS = 90;

export const RESULT_COLUMNS: Column[] = [
  ownColumn("CHECK_NAME", TEXT, "Model, kind and columns of the check."),
  ownColumn("GRAPH_RUN", TEXT, "Run of the task graph that it was part of."),
  ownColumn("MODEL", TEXT, "Model whose rows were judged."),
  ownColumn("OWNER", TEXT, "Department that answers for the model."),
  ownColumn("SEVERITY", TEXT, "warning, or blocking: what reads the model waits."),
  ownColumn("FAILING_ROWS", "NUMBER(38,0)", "Rows, or groups of rows, that break it."),
  ownColumn(
    "CHECKED_ROWS",
    "NUMBER(38,0)",
    "Rows that were looked at; NULL where it was the whole table.",
    true,
  ),
  ownColumn("EXAMPLES", "VARIANT", "A few of the failing rows, without personal data.", true),
  ownColumn("RAN_AT", "TIMESTAMP_LTZ(9)", "When it ran."),
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
