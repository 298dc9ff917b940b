import { KINDS, parseName, printIdentifier, requirePrivilege, resolveObject } from "../../access/index.ts";
import { type CatalogObject, type ColumnDef, NAMESPACES, type ObjectKind } from "../../catalog/model.ts";
import { errors } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import { dynamicTableDdl } from "../dynamic-table-show.ts";
import { FORMAT_OPTIONS } from "../file-format-options.ts";
import { quoteString } from "../lexer.ts";
import { materializedViewDdl } from "../materialized-views.ts";
import { printed } from "../objects.ts";
import { printClusterBy, printColumnType } from "../show-tables.ts";

/** Kinds that GET_DDL prints inside a schema, in an order in which they can be made again. */
const IN_SCHEMA: readonly ObjectKind[] = [
  "SEQUENCE",
  "FILE_FORMAT",
  "TAG",
  "MASKING_POLICY",
  "ROW_ACCESS_POLICY",
  "TABLE",
  "DYNAMIC_TABLE",
  "VIEW",
  "MATERIALIZED_VIEW",
  "STREAM",
  "PIPE",
  "TASK",
];

const comment = (text: string | null): string => (text ? ` COMMENT=${quoteString(text)}` : "");

/** GET_DDL(kind, name [, qualified]). Source: "GET_DDL". The statement makes the object again. */
export function getDdl(ctx: StatementContext, kind: string, name: string, qualified: boolean): string {
  const parts = parseName(name);
  if (!parts) throw errors.invalidValue(name, "GET_DDL");
  const words = kind.toUpperCase().replaceAll("_", " ");
  const found = (Object.keys(KINDS) as ObjectKind[]).find((k) => KINDS[k].words === words);
  if (words === "POLICY")
    return ddlOf(ctx, resolveObject(ctx, ["MASKING_POLICY", "ROW_ACCESS_POLICY"] as const, parts), qualified);
  if (!found) throw errors.invalidValue(kind, "GET_DDL");
  const kinds =
    NAMESPACES[found] === "RELATION" && found !== "STREAM"
      ? (["TABLE", "VIEW", "DYNAMIC_TABLE", "MATERIALIZED_VIEW"] as const)
      : [found];
  const object = resolveObject<ObjectKind>(ctx, kinds, parts, { label: "Object" });
  if (object.kind !== found && found !== "TABLE" && found !== "VIEW")
    throw errors.doesNotExist("Object", name);
  return ddlOf(ctx, object, qualified);
}

function ddlOf(ctx: StatementContext, object: CatalogObject, qualified: boolean): string {
  const name = qualified ? printed(ctx, object) : printIdentifier(object.name);
  switch (object.kind) {
    case "DATABASE":
      return container(ctx, object as CatalogObject<"DATABASE">, name, qualified);
    case "SCHEMA":
      return container(ctx, object as CatalogObject<"SCHEMA">, name, qualified);
    case "TABLE":
      return tableDdl(ctx, object as CatalogObject<"TABLE">, name);
    case "VIEW":
      return viewDdl(object as CatalogObject<"VIEW">, name);
    case "DYNAMIC_TABLE":
      return dynamicTableDdl(ctx, object as CatalogObject<"DYNAMIC_TABLE">, name);
    case "MATERIALIZED_VIEW":
      return materializedViewDdl(object as CatalogObject<"MATERIALIZED_VIEW">, name);
    case "SEQUENCE": {
      const { start, increment, ordered } = (object as CatalogObject<"SEQUENCE">).props;
      return `create or replace sequence ${name} start with ${start} increment by ${increment} ${ordered ? "order" : "noorder"}${comment(object.comment)};`;
    }
    case "FILE_FORMAT":
      return fileFormatDdl(object as CatalogObject<"FILE_FORMAT">, name);
    case "STREAM":
      return streamDdl(ctx, object as CatalogObject<"STREAM">, name);
    case "TASK":
      return taskDdl(ctx, object as CatalogObject<"TASK">, name);
    case "PIPE": {
      const { props } = object as CatalogObject<"PIPE">;
      return `create or replace pipe ${name} auto_ingest=${props.autoIngest}${comment(object.comment)} as ${props.copy};`;
    }
    case "TAG": {
      const { allowedValues } = (object as CatalogObject<"TAG">).props;
      const allowed =
        allowedValues === null ? "" : ` allowed_values ${allowedValues.map(quoteString).join(", ")}`;
      return `create or replace tag ${name}${allowed}${comment(object.comment)};`;
    }
    case "MASKING_POLICY":
    case "ROW_ACCESS_POLICY": {
      const { props } = object as CatalogObject<"MASKING_POLICY">;
      const args = props.arguments.map((a) => `${printIdentifier(a.name)} ${typeText(a)}`).join(", ");
      const words = KINDS[object.kind].words.toLowerCase();
      return `create or replace ${words} ${name} as (${args}) returns ${typeText({ type: props.returnType })} -> \n${props.body}${comment(object.comment)};`;
    }
    case "WAREHOUSE": {
      requirePrivilege(ctx, ["USAGE", "MONITOR"], object);
      const { props } = object as CatalogObject<"WAREHOUSE">;
      return `create or replace warehouse ${name}\nwith\n\twarehouse_type='${props.type}'\n\twarehouse_size='${props.size}'\n\tmax_cluster_count=${props.maxClusterCount}\n\tmin_cluster_count=${props.minClusterCount}\n\tscaling_policy=${props.scalingPolicy}\n\tauto_suspend=${props.autoSuspend ?? "null"}\n\tauto_resume=${props.autoResume}\n\tinitially_suspended=true${object.comment ? `\n\tcomment=${quoteString(object.comment)}` : ""};`;
    }
    default:
      throw errors.unsupported(`GET_DDL('${KINDS[object.kind].words}', …)`);
  }
}

const typeText = (column: { type: ColumnDef["type"] }): string =>
  printColumnType({ name: "", nullable: true, defaultSql: null, comment: null, type: column.type });

function container(
  ctx: StatementContext,
  object: CatalogObject<"DATABASE"> | CatalogObject<"SCHEMA">,
  name: string,
  qualified: boolean,
): string {
  const transient = object.props.transient ? "TRANSIENT " : "";
  const { catalog } = ctx.services;
  const first = `create or replace ${transient}${object.kind} ${name}${comment(object.comment)};`;
  const children: CatalogObject[] =
    object.kind === "DATABASE"
      ? catalog.list("SCHEMA", object.id).filter((schema) => schema.owner !== null)
      : IN_SCHEMA.flatMap((kind) => catalog.list<ObjectKind>(kind, object.id));
  return [first, ...children.map((child) => ddlOf(ctx, child, qualified))].join("\n\n");
}

function tableDdl(ctx: StatementContext, table: CatalogObject<"TABLE">, name: string): string {
  const { props } = table;
  const lines = props.columns.map((column) => {
    const policy = ctx.services.catalog.get(column.maskingPolicyId ?? -1);
    const identity = column.autoincrement
      ? ` autoincrement start ${column.autoincrement.start} increment ${column.autoincrement.increment} ${column.autoincrement.order ? "order" : "noorder"}`
      : "";
    return [
      `\t${printIdentifier(column.name)} ${printColumnType(column)}`,
      column.nullable ? "" : " NOT NULL",
      column.defaultSql === null ? "" : ` DEFAULT ${column.defaultSql}`,
      identity,
      policy ? ` WITH MASKING POLICY ${printed(ctx, policy)}` : "",
      column.comment ? ` COMMENT ${quoteString(column.comment)}` : "",
    ].join("");
  });
  for (const constraint of props.constraints) {
    const other = ctx.services.catalog.get(constraint.references?.tableId ?? -1);
    const named = constraint.name.startsWith("SYS_CONSTRAINT_")
      ? ""
      : `constraint ${printIdentifier(constraint.name)} `;
    const columns = constraint.columns.map(printIdentifier).join(", ");
    const references = other
      ? ` references ${printed(ctx, other)}(${(constraint.references?.columns ?? []).map(printIdentifier).join(", ")})`
      : "";
    lines.push(`\t${named}${constraint.kind.toLowerCase()} (${columns})${references}`);
  }
  const kind = props.tableKind === "PERMANENT" ? "" : `${props.tableKind} `;
  const cluster =
    props.clusterBy.length > 0 ? ` cluster by ${printClusterBy(props.clusterBy).slice("LINEAR".length)}` : "";
  return `create or replace ${kind}TABLE ${name}${cluster} (\n${lines.join(",\n")}\n)${comment(table.comment)};`;
}

/** The statement as it was written, with OR REPLACE and the name that is asked for. */
function viewDdl(view: CatalogObject<"VIEW">, name: string): string {
  const { props } = view;
  const words = `${props.isSecure ? "SECURE " : ""}${props.isRecursive ? "RECURSIVE " : ""}`;
  const columns = props.columns
    .map((c) => `\t${printIdentifier(c.name)}${c.comment ? ` COMMENT ${quoteString(c.comment)}` : ""}`)
    .join(",\n");
  return `create or replace ${words}view ${name}(\n${columns}\n)${comment(view.comment)} as ${props.query};`;
}

function fileFormatDdl(format: CatalogObject<"FILE_FORMAT">, name: string): string {
  const options = Object.entries(format.props.options)
    .filter(([key]) => FORMAT_OPTIONS[format.props.type][key])
    .map(([key, value]) => {
      const list = Array.isArray(value) ? `(${value.map((v) => quoteString(String(v))).join(", ")})` : null;
      const text = typeof value === "string" ? quoteString(value) : String(value);
      return `\n\t${key} = ${list ?? text}`;
    });
  return `CREATE OR REPLACE FILE FORMAT ${name}\n\tTYPE = ${format.props.type}${options.join("")}${comment(format.comment)};`;
}

function streamDdl(ctx: StatementContext, stream: CatalogObject<"STREAM">, name: string): string {
  const source = ctx.services.catalog.get(stream.props.sourceId);
  const mode = stream.props.mode === "APPEND_ONLY" ? " append_only = true" : "";
  return `create or replace stream ${name} on ${stream.props.sourceKind.toLowerCase()} ${source ? printed(ctx, source) : "?"}${mode}${comment(stream.comment)};`;
}

function taskDdl(ctx: StatementContext, task: CatalogObject<"TASK">, name: string): string {
  const { props } = task;
  const { catalog } = ctx.services;
  const named = (id: number) => {
    const object = catalog.get(id);
    return object ? printed(ctx, object) : "?";
  };
  const lines = [
    props.warehouseId === null
      ? ""
      : `\n\twarehouse=${printIdentifier(catalog.get(props.warehouseId)?.name ?? "")}`,
    props.schedule === null ? "" : `\n\tschedule=${quoteString(props.schedule)}`,
    props.config === null ? "" : `\n\tconfig=$$${props.config}$$`,
    props.allowOverlappingExecution ? "\n\tallow_overlapping_execution=true" : "",
    ...Object.entries(props.parameters).map(
      ([key, value]) => `\n\t${key}=${typeof value === "string" ? quoteString(value) : String(value)}`,
    ),
    task.comment ? `\n\tcomment=${quoteString(task.comment)}` : "",
    props.finalizes === null ? "" : `\n\tfinalize=${named(props.finalizes)}`,
    props.predecessors.length === 0 ? "" : `\n\tafter ${props.predecessors.map(named).join(", ")}`,
    props.condition === null ? "" : `\n\twhen ${props.condition}`,
  ];
  return `create or replace task ${name}${lines.join("")}\n\tas ${props.definition};`;
}
