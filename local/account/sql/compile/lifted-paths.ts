import type { Select } from "../parse/index.ts";
import type { Env } from "./env.ts";
import { nextAlias } from "./env.ts";
import { findFunction } from "./functions/registry.ts";
import { quoteName, quoteText } from "./typed.ts";

/**
 * Texts at paths of a VARIANT, extracted together below the SELECT that reads them: DuckDB parses a document once for
 * a list of paths, and once for each path otherwise.
 */
export class LiftedPaths {
  readonly #env: Env;
  /** By the relation's alias: its SQL, and for each of its columns the list's name and the paths in order. */
  readonly #relations = new Map<
    string,
    { sql: string; columns: Map<string, { list: string; paths: string[] }> }
  >();

  constructor(env: Env) {
    this.#env = env;
  }

  /** Stands for the relation's SQL in FROM until `settle` knows what is lifted. */
  placeholder(alias: string, sql: string): string {
    this.#relations.set(alias, { sql, columns: new Map() });
    return mark(alias);
  }

  /** SQL of the text at a path of the relation's column. */
  text(alias: string, column: string, path: string): string {
    const { columns } = this.#relations.get(alias)!;
    let lifted = columns.get(column);
    if (!lifted) {
      lifted = { list: nextAlias(this.#env, "__firn_paths"), paths: [] };
      columns.set(column, lifted);
    }
    let at = lifted.paths.indexOf(path);
    if (at < 0) at = lifted.paths.push(path) - 1;
    return `${alias}.${lifted.list}[${at + 1}]`;
  }

  /** The finished SELECT's SQL. */
  settle(sql: string): string {
    let settled = sql;
    for (const [alias, { sql: source, columns }] of this.#relations) {
      const lists = [...columns].map(
        ([column, { list, paths }]) =>
          `CASE WHEN ${HERE} THEN json_extract_string(${quoteName(column)}, [${paths.map(quoteText).join(", ")}]) END AS ${list}`,
      );
      const from = lists.length === 0 ? source : `(SELECT *, ${lists.join(", ")} FROM ${source})`;
      settled = settled.replaceAll(mark(alias), () => from);
    }
    return settled;
  }
}

/**
 * Always true, and volatile: DuckDB writes a condition on a list's element over the documents themselves otherwise, and
 * so parses each document for every condition and once more for the list.
 */
const HERE = "random() < 2";

/** Cannot stand in SQL otherwise: a text with a control character is written in its quotes, never beside an alias. */
const mark = (alias: string): string => `\u0001${alias}\u0001`;

/** From here on one parse for all pays for the list. */
const ENOUGH = 3;

/**
 * Whether a SELECT reads several paths. One that groups or aggregates is left alone: there a path must be written over
 * the column that it groups by.
 */
export function liftsPaths(select: Select): boolean {
  if (select.groupBy || select.having || select.connectBy) return false;
  let paths = 0;
  const visit = (node: unknown): boolean => {
    if (Array.isArray(node)) return node.every(visit);
    if (typeof node !== "object" || node === null) return true;
    const { type, name, over } = node as { type?: string; name?: { name: string }[]; over?: unknown };
    if (type === "path") paths++;
    if (type === "call") {
      const called = name?.length === 1 ? name[0]!.name : "";
      if (called === "GET_PATH") paths++;
      if (findFunction(called)?.role === "aggregate" && !over) return false;
    }
    return Object.values(node).every(visit);
  };
  return visit(select.items) && visit([select.where, select.qualify, select.from]) && paths >= ENOUGH;
}
