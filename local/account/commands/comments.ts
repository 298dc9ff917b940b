import { KINDS, requirePrivilege, resolveObject, resolveSchema } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import type { Cursor } from "./cursor.ts";
import { acceptKind } from "./grant-grammar.ts";
import { changeCatalog, EXECUTED, latest } from "./objects.ts";
import { type CommandDef, command } from "./registry.ts";
import { resolveRoutine } from "./routine-names.ts";
import { readSignature } from "./signature.ts";

/** COMMENT [IF EXISTS] ON <kind> name IS '…'; also COLUMN table.column. */
async function comment(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const ifExists = cursor.accept("IF", "EXISTS");
  cursor.expect("ON");
  if (cursor.accept("COLUMN")) {
    const parts = cursor.name();
    cursor.expect("IS");
    const text = cursor.string();
    cursor.expectEnd();
    return columnComment(ctx, parts, text);
  }
  const kind = acceptKind(cursor);
  if (!kind) throw cursor.syntaxError();
  const parts = cursor.name();
  const signature = kind === "FUNCTION" || kind === "PROCEDURE" ? readSignature(cursor) : null;
  cursor.expect("IS");
  const text = cursor.string();
  cursor.expectEnd();
  let object: CatalogObject;
  try {
    object = signature
      ? resolveRoutine(ctx, kind as "FUNCTION", parts, signature)
      : kind === "SCHEMA"
        ? resolveSchema(ctx, parts)
        : resolveObject(ctx, kind, parts);
  } catch (error) {
    if (ifExists && error instanceof Error && "code" in error && error.code === "002003")
      return statusOutcome(EXECUTED);
    throw error;
  }
  const privileges = KINDS[kind].scope === "SCHEMA" ? ["OWNERSHIP"] : ["OWNERSHIP", "MODIFY"];
  requirePrivilege(ctx, privileges, object);
  await changeCatalog(ctx, (change) => void change.update(latest(change, object), { comment: text }));
  return statusOutcome(EXECUTED);
}

async function columnComment(ctx: StatementContext, parts: string[], text: string): Promise<Outcome> {
  const column = parts[parts.length - 1]!;
  const table = resolveObject(
    ctx,
    ["TABLE", "VIEW", "DYNAMIC_TABLE", "MATERIALIZED_VIEW"] as const,
    parts.slice(0, -1),
  );
  requirePrivilege(ctx, "OWNERSHIP", table);
  if (!table.props.columns.some((c) => c.name === column)) throw errors.invalidIdentifier(column);
  await changeCatalog(ctx, (change) => {
    const current = latest(change, table as CatalogObject<"TABLE">);
    const columns = current.props.columns.map((c) => (c.name === column ? { ...c, comment: text } : c));
    change.update(current, { props: { ...current.props, columns } });
  });
  return statusOutcome(EXECUTED);
}

export const commentCommands: CommandDef[] = [
  command("COMMENT", "", comment, {
    source: "COMMENT",
    test: "tests/local/account/commands/session.test.ts",
  }),
];
