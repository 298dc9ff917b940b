import type { ColumnDef } from "../../catalog/model.ts";
import { type DataType, number, varchar } from "../../types/data-type.ts";
import { isSemiStructured } from "../../types/physical.ts";
import { type Env, need, nextAlias } from "../compile/env.ts";
import { quoteName, quoteText, type Typed, typed } from "../compile/typed.ts";
import { resultRows } from "../run/values.ts";

/** Columns' values by their names in the file (MATCH_BY_COLUMN_NAME), and the relation that has them under an alias. */
export interface NamedValues {
  values: Typed[];
  from: string;
}

const NOTHING = typed("CAST(NULL AS JSON)", { kind: "VARIANT" });

/** A key's step in a JSON path. */
const step = (key: string) => `."${key.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/**
 * Of documents `v`: a record is parsed once for the names as they are written and in lower case; only one that has
 * neither is searched for a name in another case.
 */
export function namedInDocuments(
  env: Env,
  source: string,
  columns: readonly Pick<ColumnDef, "name" | "type">[],
  caseSensitive: boolean,
  alias: string,
): NamedValues {
  const values = new Lookup(env, "json_extract", caseSensitive);
  const texts = new Lookup(env, "json_extract_string", caseSensitive);
  const found = columns.map(({ name, type }): Typed => {
    // An object's text has its keys in order, which the cast of the value itself sees to.
    if (type.kind === "VARCHAR" || isSemiStructured(type)) {
      const value = `${alias}.${values.find(name)}`;
      return typed(`CASE WHEN json_type(${value}) <> 'NULL' THEN ${value} END`, { kind: "VARIANT" });
    }
    const text = `${alias}.${texts.find(name)}`;
    const extract = { base: "", path: "", textAt: () => text };
    return { ...typed(`to_json(${text})`, { kind: "VARIANT" }), extract };
  });
  return { values: found, from: values.over(texts.over(source)) };
}

/** Columns by name through one of DuckDB's functions that take a list of paths. */
class Lookup {
  readonly #env: Env;
  readonly #extract: string;
  readonly #caseSensitive: boolean;
  readonly #listed: string;
  readonly #paths: string[] = [];
  readonly #items: string[] = [];

  constructor(env: Env, extract: string, caseSensitive: boolean) {
    this.#env = env;
    this.#extract = extract;
    this.#caseSensitive = caseSensitive;
    this.#listed = nextAlias(env, "__firn_named");
  }

  /** The name, in the relation that `over` gives, of the column's value. */
  find(name: string): string {
    const known = new Set(this.#caseSensitive ? [name] : [name, name.toLowerCase()]);
    const found = [...known].map((key) => `${this.#listed}[${this.#paths.push(`$${step(key)}`)}]`);
    let sql = found[0]!;
    if (!this.#caseSensitive) {
      // Not COALESCE: DuckDB works out what its arguments share for every record beforehand.
      const first = found.map((one) => `WHEN ${one} IS NOT NULL THEN ${one}`).join(" ");
      const key = `list_filter(json_keys(v), lambda k: upper(k) = upper(${quoteText(name)}))[1]`;
      sql = `CASE ${first} ELSE ${this.#extract}(v, '$."' || ${key} || '"') END`;
    }
    const alias = nextAlias(this.#env, "__firn_found");
    this.#items.push(`${sql} AS ${alias}`);
    return alias;
  }

  over(source: string): string {
    if (this.#items.length === 0) return source;
    const list = `${this.#extract}(v, [${this.#paths.map(quoteText).join(", ")}]) AS ${this.#listed}`;
    return `(SELECT *, ${this.#items.join(", ")} FROM (SELECT *, ${list} FROM ${source}))`;
  }
}

/**
 * Of a Parquet file: its columns as they are, without a document in between, where a type is stored the same way;
 * others as VARIANT, as a document would have them.
 */
export function namedInParquet(
  env: Env,
  localPath: string,
  columns: readonly ColumnDef[],
  caseSensitive: boolean,
  alias: string,
): NamedValues {
  const file = quoteText(localPath);
  const text = (name: string) => ({ name, type: varchar(), nullable: true });
  const described = need(env, `columns of ${localPath}`, ({ connection }) =>
    resultRows(
      connection,
      `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(${file}))`,
      [text("n"), text("t")],
    ),
  );
  const given = described.map(([name, type]) => ({ name: String(name), type: String(type) }));
  const values = columns.map(({ name, type }): Typed => {
    const column =
      given.find((one) => one.name === name) ??
      (caseSensitive ? undefined : given.find((one) => one.name.toUpperCase() === name.toUpperCase()));
    if (!column) return NOTHING;
    const sql = `${alias}.${quoteName(column.name)}`;
    const same = native(sql, column.type, type);
    if (same) return same;
    const document = `to_json(${sql})`;
    return typed(`CASE WHEN json_type(${document}) <> 'NULL' THEN ${document} END`, { kind: "VARIANT" });
  });
  return { values, from: `read_parquet(${file})` };
}

/** Parquet's whole numbers by their digits. */
const INTEGERS: Record<string, number> = { TINYINT: 3, SMALLINT: 5, INTEGER: 10, BIGINT: 19 };

/** The column's value where Snowflake's cast from it is the same as from a document's. */
function native(sql: string, given: string, wanted: DataType): Typed | null {
  const is = (type: string, kind: DataType["kind"]) => given === type && wanted.kind === kind;
  const digits = INTEGERS[given];
  if (digits !== undefined && wanted.kind === "NUMBER")
    return typed(`CAST(${sql} AS ${digits > 18 ? "HUGEINT" : "BIGINT"})`, number(digits, 0));
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(given);
  if (decimal && wanted.kind === "NUMBER" && decimal[2] !== "0")
    return typed(sql, number(Number(decimal[1]), Number(decimal[2])));
  if (is("VARCHAR", "VARCHAR")) return typed(sql, varchar());
  if (is("BOOLEAN", "BOOLEAN") || is("DATE", "DATE")) return typed(sql, wanted);
  if (is("TIMESTAMP", "TIMESTAMP_NTZ")) return typed(sql, { kind: "TIMESTAMP_NTZ", scale: 9 });
  return null;
}
