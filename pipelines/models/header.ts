/**
 * A model file's two parts: the YAML header in its leading comment, and the SELECT. The header says what no parser can
 * know: what a row is, who owns it, which columns identify it, what each column means.
 */
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { didYouMean, type Problem } from "../../infra/errors.ts";
import { type DataType, parseType, TYPE_NAMES } from "../sql/types.ts";

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
  extends Omit<z.output<typeof headerSchema>, "columns" | "key" | "within" | "cluster"> {
  /** Stored names. */
  key: string[];
  within: string[];
  cluster: string[];
  columns: HeaderColumn[];
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
  /** The SELECT, with everything before it replaced by spaces and line ends, so that places stay right. */
  sql: string;
}

/** Splits and checks a model file; undefined after `add` was called. */
export function readModelText(text: string, add: Add): ModelText | undefined {
  const open = text.indexOf("/*");
  const close = text.indexOf("*/");
  if (open < 0 || close < 0 || text.slice(0, open).trim() !== "") {
    add({
      code: "MODEL_HEADER",
      line: 1,
      message: "a model begins with a comment /* … */ that holds its YAML header",
      hint: "sql/README.md shows one.",
    });
    return undefined;
  }
  const header = readHeader(text.slice(open + 2, close), text.slice(0, open).split("\n").length, add);
  if (header === undefined) return undefined;
  const blank = Array.from(text.slice(0, close + 2), (char) => (char === "\n" ? "\n" : " ")).join("");
  return { header, sql: blank + text.slice(close + 2) };
}

function readHeader(yaml: string, firstLine: number, add: Add): ModelHeader | undefined {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines });
  const lineOf = (offset: number) => lines.linePos(offset).line + firstLine - 1;
  for (const error of document.errors) {
    add({
      code: "MODEL_HEADER",
      line: lineOf(error.pos[0]),
      message: `the header is not YAML: ${error.message.split("\n")[0]}`,
    });
  }
  if (document.errors.length > 0) return undefined;
  const lineAt = (path: readonly PropertyKey[]): number | undefined => {
    for (let depth = path.length; depth > 0; depth--) {
      const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
      const pair = isMap(parent)
        ? parent.items.find(
            (item) => isScalar(item.key) && String(item.key.value) === String(path[depth - 1]),
          )
        : undefined;
      if (pair !== undefined && isScalar(pair.key) && pair.key.range != null)
        return lineOf(pair.key.range[0]);
    }
    return firstLine;
  };
  const parsed = headerSchema.safeParse(document.toJS());
  if (!parsed.success) {
    for (const issue of parsed.error.issues) add(headerProblem(issue, lineAt));
    return undefined;
  }
  const columns: HeaderColumn[] = [];
  let wrong = false;
  const refuse = (problem: Omit<Problem, "file">) => {
    wrong = true;
    add(problem);
  };
  for (const [column, spec] of Object.entries(parsed.data.columns)) {
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
    for (const column of parsed.data[part]) {
      if (Object.hasOwn(parsed.data.columns, column)) continue;
      refuse({
        code: part === "key" ? "MODEL_KEY" : "MODEL_HEADER",
        line: lineAt([part]),
        path: part,
        message: `${column} is no column of this model`,
        allowed: Object.keys(parsed.data.columns).join(", "),
        hint: didYouMean(column, Object.keys(parsed.data.columns)),
      });
    }
  }
  if (parsed.data.materialized !== "view" && parsed.data.key.length === 0)
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
    ...parsed.data,
    key: upper(parsed.data.key),
    within: upper(parsed.data.within),
    cluster: upper(parsed.data.cluster),
    columns,
  };
}

function headerProblem(
  issue: z.core.$ZodIssue,
  lineAt: (path: readonly PropertyKey[]) => number | undefined,
): Omit<Problem, "file"> {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const known = path.startsWith("columns.")
      ? Object.keys(columnSchema.shape)
      : Object.keys(headerSchema.shape);
    const key = issue.keys[0]!;
    return {
      code: "MODEL_HEADER",
      line: lineAt([...issue.path, key]),
      path: path === "" ? key : `${path}.${key}`,
      message: "is not a part of a header",
      allowed: known.join(", "),
      hint: didYouMean(key, known),
    };
  }
  return {
    code: "MODEL_HEADER",
    line: lineAt(issue.path),
    path: path === "" ? undefined : path,
    message: issue.code === "invalid_value" ? "is not possible" : "is missing or not what is wanted",
    allowed:
      issue.code === "invalid_value"
        ? issue.values.map(String).join(", ")
        : issue.code === "invalid_type"
          ? issue.expected
          : issue.message,
  };
}
