import type { ColumnDef } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";

/** What commands need of sql/. account.ts sets it, so that the two folders need not import each other. */
export interface SqlBridge {
  /** Names and types of a query's columns; throws its compilation errors. */
  describeQuery(ctx: StatementContext, text: string): Promise<ColumnDef[]>;
}

let bridge: SqlBridge | undefined;

export function setSqlBridge(next: SqlBridge): void {
  bridge = next;
}

export function describeQuery(ctx: StatementContext, text: string): Promise<ColumnDef[]> {
  if (!bridge) throw errors.unsupported("queries in commands");
  return bridge.describeQuery(ctx, text);
}
