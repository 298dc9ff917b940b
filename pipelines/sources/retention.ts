/**
 * How long RAW keeps rows that it could have again: Time Travel of a day for what lies in the landing bucket, and the
 * age from which rows are deleted, where a source says `keep`. Pure.
 *
 * Rows are only ever added, so Time Travel and Fail-safe hold nothing until they are deleted: then each row is stored for
 * both once more (Snowflake documentation, "Understanding & using Time Travel"; "Data storage considerations").
 */
import type { StackConfig } from "../../infra/config/schema.ts";
import type { Problems } from "../../infra/errors.ts";
import { type Names, quotedObject } from "../../infra/names.ts";
import type { Grant, Model, SourcePlan, Table, Task } from "../../infra/platform.ts";
import { parseSchedule } from "../../infra/units.ts";
import { indent } from "../sql/print.ts";
import type { FileSource } from "./source.ts";

/** Days of Time Travel of tables whose rows the landing bucket has too. */
const REPLAYABLE_DAYS = 1;
/** Streams hold rows for 14 days at most; younger rows may not have been read by everybody. */
const LEAST_SECONDS = 30 * 86_400;
/** When nothing else runs. */
const DAILY = parseSchedule("cron 0 3 * * * UTC")!;

/** Raw tables with the Time Travel that they need; a database's own where it is no longer than that. */
export function withTimeTravel(
  tables: readonly Table[],
  files: readonly FileSource[],
  { timeTravelDays }: Pick<StackConfig, "timeTravelDays">,
): Table[] {
  const schemas = new Set(files.map((source) => `raw.${source.key}.`));
  const replayable = (table: Table) => [...schemas].some((schema) => table.logical.startsWith(schema));
  return tables.map((table) =>
    timeTravelDays > REPLAYABLE_DAYS && replayable(table)
      ? { ...table, timeTravelDays: REPLAYABLE_DAYS }
      : table,
  );
}

/** A table of which rows are deleted, and after how many seconds. */
export interface Retained {
  source: string;
  table: Table;
  keep: number;
}

export const retainedTables = (sources: readonly SourcePlan[], tables: readonly Table[]): Retained[] =>
  sources.flatMap(({ key, keep }) =>
    keep === undefined
      ? []
      : tables
          .filter((table) => table.logical.startsWith(`raw.${key}.`))
          .map((table) => ({ source: key, table, keep })),
  );

/** Whatever reads such a table must have kept what it needs of a row when the row is gone: it computes arriving rows only. */
export function refuseReaders(
  retained: readonly Retained[],
  models: readonly Model[],
  stackFile: string,
  problems: Problems,
): void {
  for (const { source, table, keep } of retained) {
    if (keep < LEAST_SECONDS)
      problems.add({
        code: "SOURCE",
        file: stackFile,
        path: "firn:sources",
        message: `the source ${source} keeps its rows for less than 30 days`,
        hint: "Streams may hold rows for 14 days; rows that are not read yet must stay.",
      });
    for (const { logical, file, reads, maintenance } of models) {
      if (!reads.includes(table.logical) || maintenance.kind === "arrivals") continue;
      problems.add({
        code: "SOURCE",
        file,
        message: `${logical} reads all rows of ${table.logical} again, and the source ${source} deletes old ones`,
        hint: "Read a model that keeps what is needed, or take `keep` from the source.",
      });
    }
  }
}

const DAY = 86_400;

/** The task that deletes, once a day; none where no source says `keep`. */
export function retentionTask(
  retained: readonly Retained[],
  { config, names }: { config: StackConfig; names: Names },
): Task[] {
  const [warehouse] = Object.keys(config.warehouses).includes("transform")
    ? ["transform"]
    : Object.keys(config.warehouses);
  if (retained.length === 0 || warehouse === undefined) return [];
  const deletes = retained.map(
    ({ table, keep }) =>
      `DELETE FROM ${quotedObject(table)} WHERE ${arrivedAt(table)} < DATEADD('day', -${Math.round(keep / DAY)}, CURRENT_TIMESTAMP())`,
  );
  return [
    {
      key: "retain",
      ...names.retentionTask(),
      checks: "platform",
      freshness: "retain",
      warehouse: names.warehouse(warehouse),
      warehouseKey: warehouse,
      schedule: DAILY,
      after: [],
      statement: `BEGIN\n${deletes.map((text) => `${indent(text)};`).join("\n")}\nEND`,
      timeout: config.tasks.timeout,
      suspendAfterFailures: config.tasks.suspendAfterFailures,
      retries: config.tasks.retries,
      started: config.tasks.started,
      comment: "Deletes raw rows that are older than their source keeps them.",
    },
  ];
}

/** When a row came: by the pipe's clock, or by the record's own time of creation in Kafka. */
const arrivedAt = (table: Table): string =>
  table.columns.some((column) => column.name === "LOADED_AT")
    ? "LOADED_AT"
    : "TO_TIMESTAMP_LTZ(GET_PATH(RECORD_METADATA, 'CreateTime')::NUMBER, 3)";

/** Deleting is not among the privileges on RAW: it is granted on these tables alone. */
export const retentionGrants = (retained: readonly Retained[], role: string): Grant[] =>
  retained.map(({ source, table: { key, database, schema, name } }) => ({
    key: `transformer:delete:${key}`,
    role,
    privileges: ["DELETE"],
    target: { on: "table", object: { database, schema, name } },
    because: `rows that ${source} does not keep are deleted`,
  }));
