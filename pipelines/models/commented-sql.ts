/** A file of SQL whose leading comment holds YAML: taken apart and checked by a schema, each problem with its line. */
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { z } from "zod";
import { didYouMean, type Problem, type ProblemCode } from "../../infra/errors.ts";

export type LineAt = (path: readonly PropertyKey[]) => number | undefined;
type Add = (problem: Omit<Problem, "file">) => void;

export interface CommentedSql<Header> {
  header: Header;
  lineAt: LineAt;
  /** The SELECT, with everything before it replaced by spaces and line ends, so that places stay right. */
  sql: string;
}

export interface HeaderForm<Schema extends z.ZodType> {
  schema: Schema;
  code: ProblemCode;
  /** What the file is, e.g. `a model`. */
  what: string;
  /** Keys that are possible at a path; undefined where the path has none of its own. */
  keysAt(path: readonly PropertyKey[]): readonly string[] | undefined;
}

/** Undefined after `add` was called. */
export function readCommentedSql<Schema extends z.ZodType>(
  text: string,
  form: HeaderForm<Schema>,
  add: Add,
): CommentedSql<z.output<Schema>> | undefined {
  const open = text.indexOf("/*");
  const close = text.indexOf("*/");
  if (open < 0 || close < 0 || text.slice(0, open).trim() !== "") {
    add({
      code: form.code,
      line: 1,
      message: `${form.what} begins with a comment /* … */ that holds its YAML header`,
      hint: "sql/README.md shows one.",
    });
    return undefined;
  }
  const firstLine = text.slice(0, open).split("\n").length;
  const read = readYaml(text.slice(open + 2, close), firstLine, form, add);
  if (read === undefined) return undefined;
  const blank = Array.from(text.slice(0, close + 2), (char) => (char === "\n" ? "\n" : " ")).join("");
  return { ...read, sql: blank + text.slice(close + 2) };
}

function readYaml<Schema extends z.ZodType>(
  yaml: string,
  firstLine: number,
  form: HeaderForm<Schema>,
  add: Add,
): { header: z.output<Schema>; lineAt: LineAt } | undefined {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines });
  const lineOf = (offset: number) => lines.linePos(offset).line + firstLine - 1;
  for (const error of document.errors) {
    add({
      code: form.code,
      line: lineOf(error.pos[0]),
      message: `the header is not YAML: ${error.message.split("\n")[0]}`,
    });
  }
  if (document.errors.length > 0) return undefined;
  const lineAt: LineAt = linesOf(document, lineOf, firstLine);
  const parsed = form.schema.safeParse(document.toJS());
  if (parsed.success) return { header: parsed.data, lineAt };
  for (const issue of parsed.error.issues) add(headerProblem(issue, lineAt, form));
  return undefined;
}

/** Lines of keys and elements; those of one mapping are looked up once. */
function linesOf(document: Document, lineOf: (offset: number) => number, firstLine: number): LineAt {
  const known = new Map<YAMLMap, Map<string, number>>();
  const keysOf = (map: YAMLMap): Map<string, number> => {
    const before = known.get(map);
    if (before !== undefined) return before;
    const keys = new Map<string, number>();
    for (const { key } of map.items)
      if (isScalar(key) && key.range != null) keys.set(String(key.value), lineOf(key.range[0]));
    known.set(map, keys);
    return keys;
  };
  return (path) => {
    for (let depth = path.length; depth > 0; depth--) {
      const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
      const element = isSeq(parent) ? parent.items[Number(path[depth - 1])] : undefined;
      if (isNode(element) && element.range != null) return lineOf(element.range[0]);
      const line = isMap(parent) ? keysOf(parent).get(String(path[depth - 1])) : undefined;
      if (line !== undefined) return line;
    }
    return firstLine;
  };
}

function headerProblem(
  issue: z.core.$ZodIssue,
  lineAt: LineAt,
  { code, keysAt }: HeaderForm<z.ZodType>,
): Omit<Problem, "file"> {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(issue.path);
    const key = issue.keys[0]!;
    return {
      code,
      line: lineAt([...issue.path, key]),
      path: path === "" ? key : `${path}.${key}`,
      message: "is not a part of a header",
      allowed: known?.join(", "),
      hint: didYouMean(key, known ?? []),
    };
  }
  return {
    code,
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
