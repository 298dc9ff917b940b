/** One model, from its file's text to a bound query that agrees with its header. */
import type { Problem } from "../../infra/errors.ts";
import { didYouMean } from "../../infra/errors.ts";
import { type LogicalName, type Names, printLogical } from "../../infra/names.ts";
import { calledName, VOLATILE } from "../sql/functions.ts";
import { inferQuery } from "../sql/infer.ts";
import { outputNames, type Query } from "../sql/query.ts";
import type { Catalog, Relation } from "../sql/relation.ts";
import { resolveQuery } from "../sql/resolve.ts";
import { as, type Node, parseSql, positionAt, spanOf, walk } from "../sql/tree.ts";
import { fits } from "../sql/types.ts";
import { type ModelHeader, readModelText } from "./header.ts";

export interface ModelFile {
  /** Path from the project's folder, with `/`. */
  path: string;
  text: string;
}

export interface ParsedModel {
  file: string;
  name: LogicalName;
  logical: string;
  header: ModelHeader;
  sql: string;
  statement: Node;
}

export interface BoundModel extends ParsedModel {
  query: Query;
  relation: Relation;
}

type Add = (problem: Problem) => void;

/** Header and tree of one file; undefined after `add` was called. */
export function parseModel(file: ModelFile, name: LogicalName, add: Add): ParsedModel | undefined {
  const parts = readModelText(file.text, (problem) => add({ file: file.path, ...problem }));
  if (parts === undefined) return undefined;
  const parsed = parseSql(parts.sql);
  if ("error" in parsed) {
    const at = parsed.error.offset === undefined ? {} : positionAt(parts.sql, parsed.error.offset);
    add({ code: "SQL_SYNTAX", file: file.path, ...at, message: parsed.error.message });
    return undefined;
  }
  const [statement, second] = parsed.statements;
  if (statement === undefined || second !== undefined) {
    const span = spanOf(second);
    add({
      code: "SQL_SYNTAX",
      file: file.path,
      ...(span === undefined ? {} : positionAt(parts.sql, span.start)),
      message:
        statement === undefined ? "there is no SELECT after the header" : "there is more than one statement",
      allowed: "one SELECT",
    });
    return undefined;
  }
  const quotedPart = quotedPath(statement, parts.sql);
  if (quotedPart !== undefined) {
    add({
      code: "SQL_UNSUPPORTED",
      file: file.path,
      ...positionAt(parts.sql, quotedPart),
      message: "a quoted name in a path is not possible",
      hint: "Write get(value:path, 'name').",
    });
    return undefined;
  }
  return {
    file: file.path,
    name,
    logical: printLogical(name),
    header: parts.header,
    sql: parts.sql,
    statement,
  };
}

/**
 * Offset of the first path with a quoted part, `v:a."b c"` or `v:a['b.c']`: the parser forgets the quotes, and the path
 * would mean another value.
 */
function quotedPath(statement: Node, sql: string): number | undefined {
  const characters = Array.from(sql);
  let found: number | undefined;
  walk(statement, (node) => {
    const path = as(node, "j_s_o_n_extract");
    const column = path === undefined ? undefined : as(path["this"], "column");
    const span = column === undefined ? undefined : spanOf(column);
    if (span === undefined || found !== undefined) return found === undefined;
    let at = span.end;
    while (at < characters.length && /[\w$:.[\]]/.test(characters[at]!)) at++;
    if (characters[at] === '"' || (characters[at] === "'" && characters[at - 1] === "[")) found = span.start;
    return true;
  });
  return found;
}

/** Names bound and checked against the header; undefined after `add` was called. */
export function bindModel(
  model: ParsedModel,
  catalog: Catalog,
  names: Names,
  add: Add,
): BoundModel | undefined {
  const query = resolveQuery(
    model.statement,
    catalog,
    ({ span, ...finding }) =>
      add({ file: model.file, ...(span === undefined ? {} : positionAt(model.sql, span.start)), ...finding }),
    { unguarded: model.header.unguarded },
  );
  if (query === undefined) return undefined;
  const agreed = checkColumns(model, query, add);
  if (!agreed) return undefined;
  return { ...model, query, relation: relationOf(model, names, query) };
}

/** What other models may read of it, from its header alone: errors in one model do not hide those in the next. */
export function relationOf(model: ParsedModel, names: Names, query?: Query): Relation {
  const { header } = model;
  const required = requiredColumns(header);
  return {
    logical: model.logical,
    object: names.object(model.name),
    columns: new Map(
      header.columns.map((column) => [
        column.name,
        { name: column.name, type: column.type.text, nullable: !required.has(column.name) },
      ]),
    ),
    insertOnly: false,
    key: header.key,
    view: header.materialized === "view" ? query : undefined,
  };
}

/** Columns that are NOT NULL: the key's, and those said to be. */
export const requiredColumns = (header: ModelHeader): Set<string> =>
  new Set([
    ...(header.materialized === "view" ? [] : [...header.key, ...header.within]),
    ...header.columns.filter((column) => column.required).map((column) => column.name),
  ]);

function checkColumns(model: ParsedModel, query: Query, add: Add): boolean {
  const { header, file } = model;
  const outputs = outputNames(query);
  const declared = header.columns.map((column) => column.name);
  let agreed = true;
  const refuse = (problem: Omit<Problem, "file">) => {
    agreed = false;
    add({ file, ...problem });
  };
  for (const column of header.columns) {
    if (outputs.includes(column.name)) continue;
    refuse({
      code: "MODEL_COLUMNS",
      line: column.line,
      path: `columns.${column.name.toLowerCase()}`,
      message: "is in the header, but the SELECT does not yield it",
      hint: didYouMean(
        column.name,
        outputs.map((one) => one.toLowerCase()),
      ),
    });
  }
  for (const name of outputs) {
    if (declared.includes(name)) continue;
    refuse({
      code: "MODEL_COLUMNS",
      path: `columns.${name.toLowerCase()}`,
      message: "is yielded by the SELECT, but the header does not describe it",
      hint:
        didYouMean(
          name,
          declared.map((one) => one.toLowerCase()),
        ) ?? "Add it to columns with a type and a description.",
    });
  }
  if (!agreed) return false;
  const inferred = inferQuery(query);
  for (const column of header.columns) {
    const found = inferred[outputs.indexOf(column.name)]!;
    const at = { line: column.line, path: `columns.${column.name.toLowerCase()}` };
    if (found.family !== undefined && !fits(found.family, column.type.family))
      refuse({
        code: "MODEL_TYPE",
        ...at,
        message: `the SELECT yields ${found.family}, which is not stored in ${column.type.text} by itself`,
        given: column.type.text,
        hint: `Cast the expression: … ::${column.type.family.toLowerCase()}.`,
      });
    if (header.materialized !== "view" && header.key.includes(column.name) && found.nullable)
      refuse({
        code: "MODEL_KEY",
        ...at,
        message: "is part of the key and may be NULL: rows without a key would be lost",
        hint: "Filter such rows with WHERE … IS NOT NULL, or give them a value with COALESCE.",
      });
  }
  return agreed;
}

/** The first function of a query whose answer changes by itself, e.g. `current_date`. */
export function volatileFunction(statement: Node): string | undefined {
  let found: string | undefined;
  walk(statement, (node) => {
    if (found === undefined && Object.keys(node).length === 1 && VOLATILE.has(calledName(node)))
      found = calledName(node);
    return found === undefined;
  });
  return found;
}
