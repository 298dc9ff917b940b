/** What a model may read: tables and views with their columns, by the name that models write. */
import type { ObjectName } from "../../infra/names.ts";
import type { Query } from "./query.ts";

export interface RelationColumn {
  /** As stored, upper-case. */
  name: string;
  type: string;
  nullable: boolean;
}

export interface Relation {
  /** `core.customer.account` */
  logical: string;
  object: ObjectName;
  columns: ReadonlyMap<string, RelationColumn>;
  /** Rows are only ever added. */
  insertOnly: boolean;
  /** Stored names of the columns that identify a row; empty where nothing is known. */
  key: readonly string[];
  /** Conditions that every reading of the table carries: SQL over the given alias, joined by AND. */
  guard?: (alias: string) => string[];
  /** Models without which the table is not there either, though no model writes it. */
  needs?: readonly string[];
  /** A view's meaning, for maintenance that must see through it. */
  view?: Query;
}

/** By logical name, lower-case. */
export type Catalog = ReadonlyMap<string, Relation>;
