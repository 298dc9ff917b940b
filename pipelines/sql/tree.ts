/**
 * The parser's tree as plain JSON: an expression is an object with one key, its kind, e.g. `{column: {name, table}}`.
 * Here are the few shapes that the compiler reads and makes; everything else passes through untouched.
 */
import "./baseline-wasm.ts";
import { generate, parse } from "@polyglot-sql/sdk";

export type Json =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Json[]
  | { readonly [key: string]: Json };
/** Any object of the tree; an expression where a function says so. */
export type Node = { readonly [key: string]: Json };

export interface Span {
  start: number;
  end: number;
}

export const isNode = (value: Json): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The kind of an expression node. */
export const kindOf = (node: Node): string => Object.keys(node)[0] ?? "";

/** What stands under `kind`, or undefined where the node is of another kind. */
export function as(node: Json, kind: string): Node | undefined {
  if (!isNode(node)) return undefined;
  const inner = node[kind];
  return isNode(inner) ? inner : undefined;
}

export const nodeAt = (node: Node, key: string): Node | undefined => {
  const value = node[key];
  return isNode(value) ? value : undefined;
};

export const listAt = (node: Node, key: string): readonly Node[] => {
  const value = node[key];
  return Array.isArray(value) ? (value as readonly Json[]).filter(isNode) : [];
};

export const textAt = (node: Node, key: string): string | undefined => {
  const value = node[key];
  return typeof value === "string" ? value : undefined;
};

/** An identifier as Snowflake stores it: upper-case unless it was quoted. */
export function identifier(node: Json): string | undefined {
  if (typeof node === "string") return node.toUpperCase();
  if (!isNode(node)) return undefined;
  const name = textAt(node, "name");
  return name === undefined || node["quoted"] === true ? name : name.toUpperCase();
}

/** Where a node stands in the text, from its own span or the first of those inside. */
export function spanOf(value: Json): Span | undefined {
  if (!Array.isArray(value) && !isNode(value)) return undefined;
  const own = isNode(value) ? value["span"] : undefined;
  if (isNode(own) && typeof own["start"] === "number" && typeof own["end"] === "number")
    return { start: own["start"], end: own["end"] };
  let first: Span | undefined;
  for (const inner of Object.values(value)) {
    const found = spanOf(inner as Json);
    if (found !== undefined && (first === undefined || found.start < first.start)) first = found;
  }
  return first;
}

/** 1-based line and column of a character offset. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  // Offsets count code points; JavaScript's strings count UTF-16 units.
  const before = Array.from(text).slice(0, offset).join("");
  const lines = before.split("\n");
  return { line: lines.length, column: Array.from(lines.at(-1)!).length + 1 };
}

/** Rebuilds a tree; where `visit` answers with a value, that takes the node's place, and is not entered. */
export function rewrite<T extends Json>(value: T, visit: (node: Node) => Json | undefined): T {
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item) => rewrite(item, visit)) as Json as T;
  if (!isNode(value)) return value;
  const replaced = visit(value);
  if (replaced !== undefined) return replaced as T;
  const copy: Record<string, Json> = {};
  for (const key in value) copy[key] = key === "span" ? value[key] : rewrite(value[key], visit);
  return copy as Json as T;
}

/** Calls `visit` for every object of a tree, outermost first; `false` keeps it from entering. */
export function walk(value: Json, visit: (node: Node) => boolean | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) walk(item, visit);
  } else if (isNode(value)) {
    if (visit(value) === false) return;
    for (const key in value) if (key !== "span") walk(value[key], visit);
  }
}

/** Equal as expressions: places and comments do not count. */
export const sameExpression = (a: Json, b: Json): boolean => fingerprint(a) === fingerprint(b);

const fingerprints = new WeakMap<object, string>();

/** A text that is equal for equal expressions. Trees are never changed, so each is computed once. */
export function fingerprint(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(fingerprint).join(",")}]`;
  if (!isNode(value)) return JSON.stringify(value) ?? "null";
  const known = fingerprints.get(value);
  if (known !== undefined) return known;
  const made = makeFingerprint(value);
  fingerprints.set(value, made);
  return made;
}

function makeFingerprint(node: Node): string {
  // `(a)` is `a`, and a name's case is folded unless it was quoted.
  const paren = node["paren"];
  if (isNode(paren)) return fingerprint(paren["this"]);
  const named = typeof node["name"] === "string" && typeof node["quoted"] === "boolean";
  const call = named && "args" in node;
  if (named && !call) return JSON.stringify(identifier(node));
  const parts: string[] = [];
  for (const [key, inner] of Object.entries(node)) {
    if (inner === undefined || inner === null || inner === false || IGNORED.has(key)) continue;
    const text = call && key === "name" ? JSON.stringify(String(inner).toLowerCase()) : fingerprint(inner);
    parts.push(`${key}:${text}`);
  }
  // A kind whose body is empty, e.g. {row_number: null}, is still that kind.
  return `{${parts.length === 0 ? Object.keys(node).join() : parts.join(",")}}`;
}

const IGNORED: ReadonlySet<string> = new Set([
  "span",
  "double_colon_syntax",
  "trailing_comments",
  "left_comments",
  "operator_comments",
  "pre_alias_comments",
  "leading_comments",
]);

const ident = (name: string): Node => ({ name, quoted: false, trailing_comments: [] });

/** A column of a relation in scope, by stored names. */
export const column = (table: string | undefined, name: string): Node => ({
  column: {
    name: columnIdent(name),
    table: table === undefined ? null : ident(table.toLowerCase()),
    join_mark: false,
    trailing_comments: [],
  },
});

/**
 * Fine as column names in Snowflake, but a parser takes them for something else in the lists of MERGE and INSERT.
 * Quoted as they are stored, they mean the same.
 */
const QUOTED_WORDS: ReadonlySet<string> = new Set(
  "BEGIN BODY COMMENT DATABASE DATE DEFAULT DOMAIN END FIRST FORMAT FUNCTION INDEX INTERVAL KEY LANGUAGE LAST LIMIT NEXT OFFSET OVER PARTITION PERCENT PRIMARY PRIOR PROCEDURE RANGE REFERENCES REPLACE SCHEMA TIME TIMESTAMP TOP TYPE VIEW WAREHOUSE WINDOW".split(
    " ",
  ),
);

/** Column names are printed as written, lower-case, or quoted where folding would change them. */
export const columnIdent = (name: string): Node =>
  /^[A-Z_][A-Z0-9_$]*$/.test(name) && !QUOTED_WORDS.has(name)
    ? ident(name.toLowerCase())
    : { name, quoted: true, trailing_comments: [] };

const operands = { left_comments: [], operator_comments: [], trailing_comments: [] };
export const equals = (left: Node, right: Node): Node => ({ eq: { left, right, ...operands } });
export const isDistinct = (left: Node, right: Node): Node => ({
  null_safe_neq: { left, right, ...operands },
});

/** SQL text that is already final, as an expression. */
export const verbatim = (text: string): Node => ({ var: { this: text } });

/** The parts of `a AND b AND c`. */
export function conjuncts(node: Node | undefined): Node[] {
  if (node === undefined) return [];
  const and = as(node, "and");
  if (and !== undefined) return [...conjuncts(nodeAt(and, "left")), ...conjuncts(nodeAt(and, "right"))];
  const paren = as(node, "paren");
  const inner = paren === undefined ? undefined : nodeAt(paren, "this");
  if (inner !== undefined && as(inner, "and") !== undefined) return conjuncts(inner);
  return [node];
}

const printed = new WeakMap<Node, string>();

/**
 * Expressions as SQL text, in Snowflake's dialect. One call for many: each crosses into WASM. Trees are never changed,
 * so each is printed once.
 */
export function printAll(nodes: readonly Node[]): string[] {
  const fresh = [...new Set(nodes.filter((node) => !printed.has(node)))];
  if (fresh.length > 0) {
    // As JSON text: a list of objects would cross property by property, which takes three times as long.
    const asText = { toJSON: () => fresh };
    const result = generate(asText, "snowflake" as Parameters<typeof generate>[1]);
    if (!result.success || result.sql === undefined)
      throw new Error(`cannot print SQL: ${result.error ?? "?"}`);
    for (const [index, node] of fresh.entries()) printed.set(node, result.sql[index]!);
  }
  return nodes.map((node) => printed.get(node)!);
}

export const print = (node: Node): string => printAll([node])[0]!;

export interface SyntaxError {
  message: string;
  offset?: number;
}

/** The statements of a text, or why it is no SQL. */
export function parseSql(text: string): { statements: Node[] } | { error: SyntaxError } {
  const result = parse(text, "snowflake" as Parameters<typeof parse>[1]);
  if (result.success && Array.isArray(result.ast)) return { statements: result.ast as Node[] };
  return { error: { message: result.error ?? "not SQL", offset: result.errorStart } };
}
