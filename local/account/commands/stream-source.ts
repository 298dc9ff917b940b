import {
  fullName,
  nameParts,
  ownsObject,
  printIdentifier,
  requirePrivilege,
  resolveObject,
} from "../access/index.ts";
import type { CatalogObject, StoredTable, StreamProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { checkViewTracking, parseQuery, queryInputs } from "../sql/index.ts";
import type { Cursor } from "./cursor.ts";
import { printed } from "./objects.ts";

/** What a stream is made on. */
export interface StreamSource {
  object: CatalogObject;
  kind: StreamProps["sourceKind"];
  /** The tables whose changes it shows. */
  tables: StoredTable[];
  /** The tables and views whose change tracking begins with it. */
  untracked: (StoredTable | CatalogObject<"VIEW">)[];
}

/** Reads `TABLE t`, `DYNAMIC TABLE t`, `VIEW v` or `STAGE s`. */
export async function readStreamSource(ctx: StatementContext, cursor: Cursor): Promise<StreamSource> {
  if (cursor.sees("EXTERNAL", "TABLE")) throw errors.unsupported("CREATE STREAM … ON EXTERNAL TABLE");
  if (cursor.sees("EVENT", "TABLE")) throw errors.unsupported("CREATE STREAM … ON EVENT TABLE");
  if (cursor.accept("STAGE")) return onStage(ctx, cursor);
  if (cursor.accept("VIEW")) return onView(ctx, cursor);
  const dynamic = cursor.accept("DYNAMIC");
  cursor.expect("TABLE");
  const table = (
    dynamic ? resolveObject(ctx, "DYNAMIC_TABLE", cursor.name()) : resolveObject(ctx, "TABLE", cursor.name())
  ) as StoredTable;
  requirePrivilege(ctx, "SELECT", table);
  return {
    object: table as CatalogObject,
    kind: dynamic ? "DYNAMIC TABLE" : "TABLE",
    tables: [table],
    untracked: untrackedOf(ctx, [table], (object) => ownsObject(ctx, object as CatalogObject)),
  };
}

function onStage(ctx: StatementContext, cursor: Cursor): StreamSource {
  const stage = resolveObject(ctx, "STAGE", cursor.name());
  requirePrivilege(ctx, [stage.props.url === null ? "READ" : "USAGE"], stage);
  if (!stage.props.directory?.enable)
    throw errors.compilation("002043", "02000", `Stage '${stage.name}' does not have a directory table.`);
  return { object: stage as CatalogObject, kind: "STAGE", tables: [], untracked: [] };
}

/** Source: "Introduction to streams", streams on views; "CREATE STREAM", access control requirements. */
async function onView(ctx: StatementContext, cursor: Cursor): Promise<StreamSource> {
  const { catalog } = ctx.services;
  const view = resolveObject(ctx, ["VIEW", "MATERIALIZED_VIEW"] as const, cursor.name(), { label: "View" });
  requirePrivilege(ctx, "SELECT", view);
  if (view.kind !== "VIEW") throw errors.unsupported("a stream on a materialized view");
  const inputs = await queryInputs(
    ctx,
    `SELECT * FROM ${nameParts(ctx, view).map(printIdentifier).join(".")}`,
  );
  const objects = inputs.objects.map((id) => catalog.get(id)!);
  const views = objects.filter((object) => object.kind === "VIEW") as CatalogObject<"VIEW">[];
  for (const { props } of views) checkViewTracking(parseQuery(props.query));
  const tables: StoredTable[] = [];
  for (const object of objects) {
    if (object.kind === "TABLE" || object.kind === "DYNAMIC_TABLE")
      tables.push(object as unknown as StoredTable);
    else if (object.kind !== "VIEW")
      throw errors.unsupported(
        `a stream on a view that reads the ${object.kind.toLowerCase().replaceAll("_", " ")} ${fullName(ctx, object)}`,
      );
  }
  if (tables.length === 0) throw errors.unsupported("a stream on a view without a table");
  const ownsView = ownsObject(ctx, view);
  return {
    object: view,
    kind: "VIEW",
    tables,
    untracked: untrackedOf(ctx, [...views, ...tables], (object) => ownsView && object.owner === view.owner),
  };
}

/** Those whose change tracking the statement may begin; another one without it is an error. */
function untrackedOf(
  ctx: StatementContext,
  objects: readonly (StoredTable | CatalogObject<"VIEW">)[],
  may: (object: StoredTable | CatalogObject<"VIEW">) => boolean,
): StreamSource["untracked"] {
  const untracked = objects.filter(({ props }) => !props.changeTracking);
  const other = untracked.find((object) => !may(object));
  if (other)
    throw errors.compilation(
      "002201",
      "42601",
      `Change tracking is not enabled on ${other.kind.toLowerCase().replaceAll("_", " ")} '${printed(ctx, other)}', and only its owner may enable it.`,
    );
  return untracked;
}
