import { fullName, hasPrivilege, printIdentifier, printName } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import type { StatementContext } from "../session/context.ts";
import { quoteString } from "./lexer.ts";
import { countRows } from "./physical.ts";
import { onOff, type ShowColumns, type ShowRow, timeValue } from "./show.ts";
import { printClusterBy, rowBytes } from "./show-tables.ts";

/** Dynamic tables as SHOW and GET_DDL print them. */
type DynamicTable = CatalogObject<"DYNAMIC_TABLE">;

export const DYNAMIC_TABLE_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["cluster_by", "text"],
  ["rows", "number"],
  ["bytes", "number"],
  ["owner", "text"],
  ["target_lag", "text"],
  ["refresh_mode", "text"],
  ["refresh_mode_reason", "text"],
  ["warehouse", "text"],
  ["comment", "text"],
  ["text", "text"],
  ["automatic_clustering", "text"],
  ["scheduling_state", "text"],
  ["last_suspended_on", "time"],
  ["is_clone", "text"],
  ["is_replica", "text"],
  ["is_iceberg", "text"],
  ["data_timestamp", "time"],
  ["owner_role_type", "text"],
  ["immutable_where", "text"],
  ["execute_as_user", "text"],
];

/** The statement as SHOW prints it: keys in lower case and in Snowflake's order, the comment first. */
function printStatement(ctx: StatementContext, table: DynamicTable): string {
  const { props } = table;
  const warehouse = ctx.services.catalog.get(props.warehouseId);
  const parts = [
    `CREATE ${props.orReplace ? "OR REPLACE " : ""}${props.transient ? "TRANSIENT " : ""}DYNAMIC TABLE`,
    fullName(ctx, table as CatalogObject),
    ...(table.comment ? [`comment = ${quoteString(table.comment)}`] : []),
    `lag = '${props.targetLag.text}'`,
    `refresh_mode = '${props.refreshMode.declared}'`,
    `initialize = '${props.initialize}'`,
    `warehouse = ${printName([warehouse?.name ?? ""])}`,
    `AS ${props.query}`,
  ];
  return parts.join(" ");
}

export async function dynamicTableRow(ctx: StatementContext, table: DynamicTable): Promise<ShowRow> {
  const { props } = table;
  // What only MONITOR shows. Source: "Dynamic table access control", privileges to view metadata.
  const monitored = ["MONITOR", "OPERATE"].some((privilege) => hasPrivilege(ctx, privilege, table));
  const connection = await ctx.services.storage.connect();
  try {
    const rows = await countRows(connection, table.id);
    return {
      cluster_by: printClusterBy(props.clusterBy),
      rows,
      bytes: rows * rowBytes(props.columns),
      target_lag: props.targetLag.text,
      refresh_mode: props.refreshMode.resolved,
      refresh_mode_reason: props.refreshMode.reason ?? null,
      warehouse: monitored ? (ctx.services.catalog.get(props.warehouseId)?.name ?? "") : null,
      text: monitored ? printStatement(ctx, table) : null,
      automatic_clustering: onOff(props.clusterBy.length > 0),
      scheduling_state: monitored ? (props.suspended ? "SUSPENDED" : "RUNNING") : null,
      last_suspended_on: monitored ? timeValue(props.lastSuspendedOn) : null,
      is_clone: String(props.isClone),
      is_replica: "false",
      is_iceberg: "false",
      immutable_where:
        props.immutableWhere === undefined ? null : `IMMUTABLE WHERE (${props.immutableWhere})`,
      data_timestamp: timeValue(ctx.services.runtime.dynamicTables.dataTimestamp(table.id)),
    };
  } finally {
    connection.closeSync();
  }
}

/** GET_DDL. */
export function dynamicTableDdl(ctx: StatementContext, table: DynamicTable, name: string): string {
  const { props } = table;
  const columns = props.columns.map((column) => {
    const comment = column.comment ? ` COMMENT ${quoteString(column.comment)}` : "";
    return `\t${printIdentifier(column.name)}${comment}`;
  });
  const lag = props.targetLag.seconds === null ? "DOWNSTREAM" : `'${props.targetLag.text}'`;
  const warehouse = printName([ctx.services.catalog.get(props.warehouseId)?.name ?? ""]);
  const cluster =
    props.clusterBy.length > 0 ? ` cluster by ${printClusterBy(props.clusterBy).slice("LINEAR".length)}` : "";
  const comment = table.comment ? ` COMMENT=${quoteString(table.comment)}` : "";
  const immutable = props.immutableWhere === undefined ? "" : ` immutable where (${props.immutableWhere})`;
  return `create or replace ${props.transient ? "transient " : ""}dynamic table ${name}(\n${columns.join(",\n")}\n)${cluster} target_lag = ${lag} refresh_mode = ${props.refreshMode.declared} initialize = ${props.initialize} warehouse = ${warehouse}${immutable}${comment}\n as ${props.query};`;
}
