import type { DataType } from "../../types/data-type.ts";
import type { Query, WindowSpec } from "../parse/index.ts";
import type { LiftedPaths } from "./lifted-paths.ts";
import type { Typed } from "./typed.ts";

/** A column that a name in an expression can mean. */
export interface ScopeColumn {
  name: string;
  sql: string;
  type: DataType;
  nullable: boolean;
  /** METADATA$ columns of staged files are found by name but not by a star. */
  hidden?: boolean;
  /** The table's or view's column that it is, whatever it is called here. */
  origin?: { object: number; column: string };
  /** SQL of the text at a path of it, where paths are extracted together (lifted-paths.ts). */
  textAt?: (path: string) => string;
}

/** What stands in FROM under one alias. */
export interface Relation {
  /** Snowflake name that qualifies its columns, if any. */
  name: string | null;
  /** Container names before it, outermost first, for `schema.table.column`. */
  path: string[];
  columns: ScopeColumn[];
  /** `$1` of staged files and VALUES. */
  positional?: (index: number) => Typed;
}

export interface OutputColumn {
  name: string;
  /** Its name in the DuckDB query, unique there whatever the case. */
  sqlName: string;
  type: DataType;
  nullable: boolean;
  /** Nothing but NULL constants: in a set operation it takes the other side's type. */
  isNull?: boolean;
  /** Of what stands in FROM: the table's or view's column that it is. */
  origin?: { object: number; column: string };
}

export interface CommonTableScope {
  sqlName: string;
  columns: OutputColumn[];
}

export interface SelectAlias {
  resolve: () => Typed;
}

/** Names in sight of an expression; an inner query's scope has the outer one as its parent. */
export interface Scope {
  parent: Scope | null;
  relations: Relation[];
  /** Columns merged by USING or NATURAL: they win over the relations' own. */
  merged: Map<string, ScopeColumn>;
  /** Aliases of the select list, usable in the same SELECT. */
  aliases: Map<string, SelectAlias>;
  commonTables: Map<string, CommonTableScope>;
  windows: Map<string, WindowSpec>;
  lambda: Map<string, Typed> | null;
  /** SQL of the collated columns that it groups by: outside of an aggregate one of each group's values stands for all. */
  representatives?: ReadonlySet<string>;
  /** Within how many aggregates the expression is that is compiled now. */
  aggregating?: number;
  /** Of a SELECT that reads several paths of VARIANTs. */
  lifted?: LiftedPaths;
  /** Of a SELECT that looks for its rows' keys in a subquery. */
  probed?: boolean;
  /** Inside CONNECT BY: what PRIOR means. */
  /** Inside CONNECT BY: values of SYS_CONNECT_BY_PATH and CONNECT_BY_ROOT, by the node that asks. */
  hierarchy?: ReadonlyMap<object, Typed>;
  prior?: (name: string) => Typed | undefined;
}

export function newScope(parent: Scope | null): Scope {
  return {
    parent,
    relations: [],
    merged: new Map(),
    aliases: new Map(),
    commonTables: new Map(),
    windows: new Map(),
    lambda: null,
  };
}

export function findCommonTable(scope: Scope | null, name: string): CommonTableScope | undefined {
  for (let at = scope; at; at = at.parent) {
    const found = at.commonTables.get(name);
    if (found) return found;
  }
  return undefined;
}

/** DuckDB compares names without case: outputs get names that differ even so. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let candidate = name === "" ? "_" : name;
    for (let i = 2; taken.has(candidate.toLowerCase()); i++) candidate = `${name}~${i}`;
    taken.add(candidate.toLowerCase());
    return candidate;
  });
}

export type { Query };
