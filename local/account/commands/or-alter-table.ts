import { fullName, printIdentifier, requirePrivilege } from "../access/index.ts";
import type { CatalogObject, ColumnDef } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { printDataType } from "../types/data-type.ts";
import { quoteString } from "./lexer.ts";

/**
 * The ALTER TABLE statements that bring a table to what CREATE OR ALTER TABLE says, in an order in which each can run.
 * What Snowflake refuses there is refused: another default for a column, another kind of column. Source: "CREATE OR ALTER
 * TABLE".
 */
export function alterations(
  ctx: StatementContext,
  table: CatalogObject<"TABLE">,
  wanted: readonly ColumnDef[],
  comment: string | null | undefined,
): string[] {
  requirePrivilege(ctx, "OWNERSHIP", table);
  const existing = table.props.columns;
  const statements: string[] = [];
  const alter = `ALTER TABLE ${fullName(ctx, table)}`;
  for (const column of wanted) {
    const name = printIdentifier(column.name);
    const before = existing.find((one) => one.name === column.name);
    if (!before) {
      if (column.autoincrement)
        throw errors.unsupported("CREATE OR ALTER TABLE that adds an AUTOINCREMENT column");
      const value = column.defaultSql === null ? "" : ` DEFAULT ${column.defaultSql}`;
      const text = column.comment === null ? "" : ` COMMENT ${quoteString(column.comment)}`;
      statements.push(
        `${alter} ADD COLUMN ${name} ${printDataType(column.type)}${value}${column.nullable ? "" : " NOT NULL"}${text}`,
      );
      continue;
    }
    if (JSON.stringify(before.autoincrement ?? null) !== JSON.stringify(column.autoincrement ?? null))
      throw errors.unsupported(`CREATE OR ALTER TABLE with another AUTOINCREMENT of ${column.name}`);
    if (printDataType(before.type) !== printDataType(column.type))
      statements.push(`${alter} ALTER COLUMN ${name} SET DATA TYPE ${printDataType(column.type)}`);
    if (before.defaultSql !== column.defaultSql) {
      if (column.defaultSql !== null)
        throw errors.unsupported(`CREATE OR ALTER TABLE with another default of ${column.name}`);
      statements.push(`${alter} ALTER COLUMN ${name} DROP DEFAULT`);
    }
    if (before.nullable !== column.nullable)
      statements.push(`${alter} ALTER COLUMN ${name} ${column.nullable ? "DROP" : "SET"} NOT NULL`);
    if ((before.comment ?? null) !== (column.comment ?? null))
      statements.push(`${alter} ALTER COLUMN ${name} COMMENT ${quoteString(column.comment ?? "")}`);
  }
  const kept = new Set(wanted.map((column) => column.name));
  for (const column of existing)
    if (!kept.has(column.name)) statements.push(`${alter} DROP COLUMN ${printIdentifier(column.name)}`);
  if (comment !== undefined && (table.comment ?? null) !== comment)
    statements.push(
      comment === null ? `${alter} UNSET COMMENT` : `${alter} SET COMMENT = ${quoteString(comment)}`,
    );
  return statements;
}
