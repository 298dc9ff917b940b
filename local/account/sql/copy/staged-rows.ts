import type { StagedFile, StatementContext } from "../../session/context.ts";
import { type DataType, number, varchar } from "../../types/data-type.ts";
import type { Source } from "../compile/from.ts";
import type { OutputColumn } from "../compile/scope.ts";
import { quoteText, type Typed, typed } from "../compile/typed.ts";
import type { Format } from "./file-format.ts";
import { csvField, type ReadOptions, readFile } from "./reader.ts";
import { fileName, type StagePlace } from "./stage-location.ts";

export interface LocalFile extends StagedFile {
  localPath: string;
}

const NTZ: DataType = { kind: "TIMESTAMP_NTZ", scale: 9 };
const LTZ: DataType = { kind: "TIMESTAMP_LTZ", scale: 9 };

const METADATA: OutputColumn[] = (
  [
    ["METADATA$FILENAME", varchar()],
    ["METADATA$FILE_ROW_NUMBER", number(18)],
    ["METADATA$FILE_CONTENT_KEY", varchar()],
    ["METADATA$FILE_LAST_MODIFIED", NTZ],
    ["METADATA$START_SCAN_TIME", LTZ],
  ] as const
).map(([name, type]) => ({ name, sqlName: name, type, nullable: false }));

const at = (ms: number) => `make_timestamp(${BigInt(Math.round(ms)) * 1000n})`;

/** Rows of staged files with their metadata, as a relation whose columns are found by `$1` and METADATA$ names. */
export function stagedRows(
  ctx: StatementContext,
  place: StagePlace,
  format: Format,
  files: readonly LocalFile[],
  options: ReadOptions,
): Source {
  const { width } = options;
  const isCsv = format.type === "CSV";
  // A field as its format means it, worked out once whatever is made of it.
  const meant = isCsv
    ? Array.from({ length: width }, (_, i) => `${csvField(format, i + 1)} AS p${i + 1}`)
    : [];
  const selects = files.map((file) => {
    const metadata = [
      `${quoteText(fileName(place, file.path))} AS "METADATA$FILENAME"`,
      `n AS "METADATA$FILE_ROW_NUMBER"`,
      `${quoteText(file.md5)} AS "METADATA$FILE_CONTENT_KEY"`,
      `${at(file.lastModified)} AS "METADATA$FILE_LAST_MODIFIED"`,
      `timezone('UTC', ${at(ctx.startedOn)}) AS "METADATA$START_SCAN_TIME"`,
    ];
    return `SELECT *, ${[...meant, ...metadata].join(", ")} FROM (${readFile(format, file.localPath, options)})`;
  });
  const fields = isCsv
    ? Array.from({ length: width }, (_, i) => `CAST(NULL AS VARCHAR) AS p${i + 1}`)
    : ["CAST(NULL AS JSON) AS v"];
  const none = `SELECT ${[...fields, "0 AS n", ...METADATA.map((m) => `NULL AS "${m.name}"`)].join(", ")} WHERE FALSE`;
  return {
    sql: `(${selects.length > 0 ? selects.join(" UNION ALL ") : none})`,
    columns: [],
    name: [],
    hidden: METADATA,
    positional: (alias, index): Typed => {
      if (!isCsv) {
        if (index !== 1) return typed("CAST(NULL AS JSON)", { kind: "VARIANT" });
        return typed(`${alias}.v`, { kind: "VARIANT" });
      }
      if (index > width) return typed("CAST(NULL AS VARCHAR)", varchar());
      return typed(`${alias}.p${index}`, varchar());
    },
  };
}
