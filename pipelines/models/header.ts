/**
 * A model file's two parts: the YAML header in its leading comment, and the SELECT. The header says what no parser can
 * know: what a row is, who owns it, which columns identify it, what each column means.
 */
import { z } from "zod";
import { didYouMean, type Problem } from "../../infra/errors.ts";
import { type HeaderTest, TEST_KEYS, testSchema } from "../quality/header-tests.ts";
import { type DataType, parseType, TYPE_NAMES } from "../sql/types.ts";
import { type HeaderForm, type LineAt, readCommentedSql } from "./commented-sql.ts";

export const MATERIALIZATIONS = ["incremental", "table", "view"] as const;

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "lower-case letters, digits and _, starting with a letter");

const columnSchema = z.strictObject({
  type: z.string(),
  description: z.string().min(1),
  tags: z.array(name).default([]),
  /** NOT NULL in the table; columns of the key are so by themselves. */
  required: z.boolean().default(false),
});

const headerSchema = z.strictObject({
  description: z.string().min(1),
  owner: name,
  grain: z.string().min(1),
  materialized: z.enum(MATERIALIZATIONS).default("incremental"),
  key: z.array(name).default([]),
  /** Columns that are equal in all versions of a key: the merge looks no further than their values. */
  within: z.array(name).default([]),
  /** Clustering key of the table. */
  cluster: z.array(name).default([]),
  /** Reads raw records whether or not they keep their contract. */
  unguarded: z.boolean().default(false),
  freshness: name.default("continuous"),
  warehouse: name.default("transform"),
  columns: z.record(z.string(), columnSchema),
  /** What must hold of its rows. */
  tests: z.array(testSchema).default([]),
});

export interface HeaderColumn {
  /** As stored, upper-case. */
  name: string;
  type: DataType;
  description: string;
  tags: string[];
  required: boolean;
  line?: number;
}

export interface ModelHeader
  extends Omit<z.output<typeof headerSchema>, "columns" | "key" | "within" | "cluster" | "tests"> {
  /** Stored names. */
  key: string[];
  within: string[];
  cluster: string[];
  columns: HeaderColumn[];
  tests: HeaderTest[];
}

/** Words that cannot name a column unquoted. Source: Snowflake documentation, Reserved and limited keywords. */
const RESERVED = new Set(
  "ALL ALTER AND ANY AS BETWEEN BY CASE CAST CHECK COLUMN CONNECT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DELETE DISTINCT DROP ELSE EXISTS FALSE FOLLOWING FOR FROM FULL GRANT GROUP HAVING ILIKE IN INCREMENT INNER INSERT INTERSECT INTO IS JOIN LATERAL LEFT LIKE LOCALTIME LOCALTIMESTAMP MINUS NATURAL NOT NULL OF ON OR ORDER QUALIFY REGEXP REVOKE RIGHT RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE TABLESAMPLE THEN TO TRIGGER TRUE TRY_CAST UNION UNIQUE UPDATE USING VALUES WHEN WHENEVER WHERE WITH".split(
    " ",
  ),
);

type Add = (problem: Omit<Problem, "file">) => void;

export interface ModelText {
  header: ModelHeader;
  /** The SELECT; places in it are those of the file. */
  sql: string;
}

const FORM: HeaderForm<typeof headerSchema> = {
  schema: headerSchema,
  code: "MODEL_HEADER",
  what: "a model",
  keysAt: (path) => {
    if (path.length === 0) return Object.keys(headerSchema.shape);
    if (path[0] === "columns") return Object.keys(columnSchema.shape);
    return path[0] === "tests" && path.length === 2 ? TEST_KEYS : undefined;
  },
};

/** Splits and checks a model file; undefined after `add` was called. */
export function readModelText(text: string, add: Add): ModelText | undefined {
  const read = readCommentedSql(text, FORM, add);
  if (read === undefined) return undefined;
  const header = checkHeader(read.header, read.lineAt, add);
  return header === undefined ? undefined : { header, sql: read.sql };
}

function checkHeader(
  parsed: z.output<typeof headerSchema>,
  lineAt: LineAt,
  add: Add,
): ModelHeader | undefined {
  const columns: HeaderColumn[] = [];
  let wrong = false;
  const refuse = (problem: Omit<Problem, "file">) => {
    wrong = true;
    add(problem);
  };
  for (const [column, spec] of Object.entries(parsed.columns)) {
    const at = { line: lineAt(["columns", column]), path: `columns.${column}` };
    const type = parseType(spec.type);
    if (!name.safeParse(column).success || RESERVED.has(column.toUpperCase()))
      refuse({
        code: "MODEL_HEADER",
        ...at,
        message: "cannot be a column's name",
        allowed: "lower-case letters, digits and _, and no reserved word",
      });
    else if (type === undefined)
      refuse({
        code: "MODEL_HEADER",
        ...at,
        message: "has no type of Snowflake's",
        given: JSON.stringify(spec.type),
        allowed: TYPE_NAMES.join(", "),
        hint: didYouMean(spec.type, TYPE_NAMES),
      });
    else columns.push({ ...spec, name: column.toUpperCase(), type, line: at.line });
  }
  for (const part of ["key", "within", "cluster"] as const) {
    for (const column of parsed[part]) {
      if (Object.hasOwn(parsed.columns, column)) continue;
      refuse({
        code: part === "key" ? "MODEL_KEY" : "MODEL_HEADER",
        line: lineAt([part]),
        path: part,
        message: `${column} is no column of this model`,
        allowed: Object.keys(parsed.columns).join(", "),
        hint: didYouMean(column, Object.keys(parsed.columns)),
      });
    }
  }
  if (parsed.materialized !== "view" && parsed.key.length === 0)
    refuse({
      code: "MODEL_KEY",
      line: lineAt(["key"]),
      path: "key",
      message: "is missing: a table needs the columns that identify a row",
      hint: "Add key: [column, …].",
    });
  if (wrong) return undefined;
  const upper = (list: readonly string[]) => list.map((one) => one.toUpperCase());
  return {
    ...parsed,
    key: upper(parsed.key),
    within: upper(parsed.within),
    cluster: upper(parsed.cluster),
    columns,
    tests: parsed.tests.map((test, index) => ({ ...test, line: lineAt(["tests", index]) })),
  };
}
