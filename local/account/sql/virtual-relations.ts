import type { CatalogObject } from "../catalog/model.ts";
import type { StatementContext } from "../session/context.ts";
import type { ResultColumn, Value } from "../session/outcome.ts";

/**
 * Views of INFORMATION_SCHEMA and SNOWFLAKE.ACCOUNT_USAGE. Their rows are made when a query reads them; a provider
 * shows only what the statement's role may see. Folders register theirs when they are loaded.
 */
export interface VirtualRelation {
  schema: "INFORMATION_SCHEMA" | "ACCOUNT_USAGE" | "ORGANIZATION_USAGE";
  name: string;
  columns: ResultColumn[];
  /** `database` is the one whose INFORMATION_SCHEMA was named (or SNOWFLAKE). */
  rows(ctx: StatementContext, database: CatalogObject<"DATABASE">): Promise<Value[][]> | Value[][];
}

const relations = new Map<string, VirtualRelation>();

export function registerVirtualRelation(relation: VirtualRelation): void {
  relations.set(`${relation.schema}.${relation.name}`, relation);
}

export const findVirtualRelation = (schema: string, name: string): VirtualRelation | undefined =>
  relations.get(`${schema}.${name}`);

export const allVirtualRelations = (): VirtualRelation[] => [...relations.values()];

/** A table function of INFORMATION_SCHEMA (`TABLE(INFORMATION_SCHEMA.TASK_HISTORY(…))`). */
export interface VirtualFunction {
  name: string;
  columns: ResultColumn[];
  /** Arguments by upper-case name, as constants (`null` for a NULL). */
  rows(
    ctx: StatementContext,
    database: CatalogObject<"DATABASE">,
    args: Record<string, Value>,
  ): Promise<Value[][]> | Value[][];
  /** Names of positional arguments, in order. */
  positional?: string[];
}

const functions = new Map<string, VirtualFunction>();

export function registerVirtualFunction(fn: VirtualFunction): void {
  functions.set(fn.name, fn);
}

export const findVirtualFunction = (name: string): VirtualFunction | undefined => functions.get(name);
