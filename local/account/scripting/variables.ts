import type { RoutineProps } from "../catalog/loose-props.ts";
import { tokenize } from "../commands/index.ts";
import { quoteString } from "../commands/lexer.ts";
import { errors } from "../errors.ts";
import { secondsText } from "../results/row-encoding.ts";
import type { ResultColumn, Value } from "../session/outcome.ts";
import { type DataType, printDataType } from "../types/data-type.ts";

export interface Scalar {
  value: Value;
  type: DataType;
}

export interface Rows {
  columns: ResultColumn[];
  rows: Value[][];
}

export type Variable =
  | { kind: "SCALAR"; scalar: Scalar; declared: DataType | null }
  | { kind: "RESULTSET"; rows: Rows | null }
  | { kind: "CURSOR"; source: string; rows: Rows | null; next: number }
  | { kind: "RECORD"; columns: ResultColumn[]; row: Value[] }
  | { kind: "PROCEDURE"; procedure: Omit<RoutineProps, "routine" | "context"> }
  | { kind: "EXCEPTION"; code: string; message: string };

/** Variables of a block and of the blocks around it. Names are upper-case unless quoted. */
export class Variables {
  readonly #own = new Map<string, Variable>();
  readonly #outer: Variables | null;

  constructor(outer: Variables | null) {
    this.#outer = outer;
  }

  declare(name: string, variable: Variable): void {
    this.#own.set(name, variable);
  }

  find(name: string): Variable | undefined {
    return this.#own.get(name) ?? this.#outer?.find(name);
  }

  get(name: string): Variable {
    const found = this.find(name);
    if (!found) throw errors.invalidIdentifier(name);
    return found;
  }
}

/** The value as an expression of Snowflake's SQL. */
export function scalarSql({ value, type }: Scalar): string {
  if (value === null) return `(NULL::${printDataType(type)})`;
  switch (type.kind) {
    case "NUMBER":
      return String(value).startsWith("-") ? `(${value})` : String(value);
    case "BOOLEAN":
      return value === true ? "TRUE" : "FALSE";
    case "VARCHAR":
      return quoteString(String(value));
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return `PARSE_JSON(${quoteString(String(value))})::${type.kind}`;
    case "VECTOR":
      return `PARSE_JSON(${quoteString(String(value))})::ARRAY::${printDataType(type)}`;
    case "DATE":
      return `'${new Date(Number(value) * 86_400_000).toISOString().slice(0, 10)}'::DATE`;
    case "TIME": {
      const seconds = Number(value) / 1e9;
      return `'${new Date(seconds * 1000).toISOString().slice(11, 23)}'::TIME`;
    }
    case "BINARY":
      return `TO_BINARY('${Buffer.from(value as Uint8Array).toString("hex")}', 'HEX')`;
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP_TZ": {
      const nanos =
        typeof value === "object" && "epochNanos" in value ? value.epochNanos : BigInt(value as bigint);
      const text = `${new Date(Number(nanos / 1_000_000n)).toISOString().slice(0, 19)}.${secondsText(nanos < 0n ? -nanos : nanos, 9).split(".")[1]}`;
      return type.kind === "TIMESTAMP_NTZ" ? `'${text}'::TIMESTAMP_NTZ` : `'${text} +0000'::${type.kind}`;
    }
    default:
      return `${quoteString(String(value))}::${printDataType(type)}`;
  }
}

function sqlOf(variables: Variables, name: string, field: string | null): string | undefined {
  const variable = variables.find(name);
  if (!variable) return undefined;
  if (field !== null) {
    if (variable.kind !== "RECORD") return undefined;
    const at = variable.columns.findIndex((column) => column.name === field);
    if (at < 0) throw errors.invalidIdentifier(`${name}.${field}`);
    return scalarSql({ value: variable.row[at] ?? null, type: variable.columns[at]!.type });
  }
  return variable.kind === "SCALAR" ? scalarSql(variable.scalar) : undefined;
}

/**
 * Text with its variables put in. In an expression (`bare`) names stand for themselves; in SQL, a query within an
 * expression too, they need a colon, which is told from a path (`v:field`) by what stands before it: a bare name is a
 * column there. Source: "Working with variables".
 */
export function putIn(text: string, variables: Variables, bare: boolean): string {
  const tokens = tokenize(text);
  let result = "";
  let copied = 0;
  const replace = (start: number, end: number, sql: string) => {
    result += text.slice(copied, start) + sql;
    copied = end;
  };
  /** Of the parentheses that are open: do they hold a query? */
  const queries: boolean[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const before = tokens[at - 1];
    if (token.image === "(") {
      const first = tokens[at + 1];
      const starts = first?.kind === "WORD" && (first.value === "SELECT" || first.value === "WITH");
      queries.push(starts || queries.at(-1) === true);
    } else if (token.image === ")") queries.pop();
    if (token.kind === "SYMBOL" && token.image === ":") {
      const name = tokens[at + 1];
      const adjacent = before !== undefined && before.end === token.start;
      const isPath = adjacent && (before.kind !== "SYMBOL" || before.image === ")" || before.image === "]");
      if (isPath || name?.kind !== "WORD" || name.start !== token.end) continue;
      const field = tokens[at + 2]?.image === "." ? tokens[at + 3] : undefined;
      const sql = sqlOf(variables, name.value, field?.value ?? null) ?? sqlOf(variables, name.value, null);
      if (sql === undefined) throw errors.invalidIdentifier(name.value);
      replace(token.start, (field ?? name).end, sql);
      at += field ? 3 : 1;
    } else if (
      bare &&
      queries.at(-1) !== true &&
      (token.kind === "WORD" || token.kind === "QUOTED") &&
      before?.image !== "." &&
      before?.image !== "::"
    ) {
      const next = tokens[at + 1];
      if (next?.image === "(" || (before?.image === ":" && before.end === token.start)) continue;
      const field = next?.image === "." ? tokens[at + 2] : undefined;
      const sql = sqlOf(variables, token.value, field?.value ?? null);
      if (sql === undefined) continue;
      replace(token.start, (field ?? token).end, sql);
      if (field) at += 2;
    }
  }
  return result + text.slice(copied);
}
