import {
  canManageGrants,
  canSee,
  KINDS,
  nameParts,
  ownsObject,
  printIdentifier,
  printName,
  resolveDatabase,
  resolveObject,
  resolveSchema,
} from "../access/index.ts";
import { ACCOUNT_ID, type CatalogObject, type Grant, type ObjectKind } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome, Value } from "../session/outcome.ts";
import { type DataType, printDataType } from "../types/data-type.ts";
import type { Cursor } from "./cursor.ts";
import { acceptKind } from "./grant-grammar.ts";
import { resolveTargetObject } from "./grants.ts";
import { type CommandDef, command } from "./registry.ts";
import { type ShowColumns, type ShowRow, showOutcome, timeValue } from "./show.ts";
import { readSignature } from "./signature.ts";

const GRANTS: ShowColumns = [
  ["created_on", "time"],
  ["privilege", "text"],
  ["granted_on", "text"],
  ["name", "text"],
  ["granted_to", "text"],
  ["grantee_name", "text"],
  ["grant_option", "text"],
  ["granted_by", "text"],
  ["granted_by_role_type", "text"],
];
const FUTURE: ShowColumns = [
  ["created_on", "time"],
  ["privilege", "text"],
  ["grant_on", "text"],
  ["name", "text"],
  ["grant_to", "text"],
  ["grantee_name", "text"],
  ["grant_option", "text"],
];
const OF_ROLE: ShowColumns = [
  ["created_on", "time"],
  ["role", "text"],
  ["granted_to", "text"],
  ["grantee_name", "text"],
  ["granted_by", "text"],
];

/** The object as SHOW GRANTS names it; routines carry arguments and result: `DB.S."F(A NUMBER):NUMBER"`. */
function securableName(ctx: StatementContext, object: CatalogObject): string {
  const parts = nameParts(ctx, object);
  if (object.kind !== "FUNCTION" && object.kind !== "PROCEDURE") return printName(parts);
  const { props } = object as CatalogObject<"FUNCTION">;
  const base = (type: DataType) => printDataType(type).split("(")[0]!;
  const args = props.arguments.map((a) => `${a.name} ${base(a.type)}`).join(", ");
  const quoted = `"${props.routine}(${args}):${props.returns ? base(props.returns) : "TABLE"}"`;
  return `${printName(parts.slice(0, -1))}.${quoted}`;
}

function grantRow(ctx: StatementContext, grant: Grant): ShowRow {
  const { catalog } = ctx.services;
  const object = catalog.get(grant.on.id);
  const grantor = catalog.get(grant.grantedBy ?? -1);
  const grantee = catalog.get(grant.grantee.id);
  const isAccount = grant.on.scope === "OBJECT" && grant.on.kind === "ACCOUNT";
  return {
    created_on: timeValue(grant.createdOn),
    privilege: grant.privilege,
    granted_on: isAccount ? "ACCOUNT" : KINDS[grant.on.kind as ObjectKind].grantedOn,
    name: isAccount ? ctx.services.identity.name : object ? securableName(ctx, object) : "",
    granted_to: grant.grantee.kind,
    grantee_name: grantee ? printIdentifier(grantee.name) : "",
    grant_option: String(grant.grantOption),
    granted_by: grantor ? printIdentifier(grantor.name) : "",
    granted_by_role_type: grantor?.kind ?? "",
  };
}

/** Ownership is the object's owner, not a grant; SHOW GRANTS lists it as one. */
function ownershipRow(ctx: StatementContext, object: CatalogObject): ShowRow[] {
  const owner = ctx.services.catalog.get(object.owner ?? -1);
  if (!owner) return [];
  return [
    {
      created_on: timeValue(object.createdOn),
      privilege: "OWNERSHIP",
      granted_on: KINDS[object.kind].grantedOn,
      name: securableName(ctx, object),
      granted_to: owner.kind,
      grantee_name: printIdentifier(owner.name),
      grant_option: "true",
      granted_by: printIdentifier(owner.name),
      granted_by_role_type: owner.kind,
    },
  ];
}

const byPrivilege = (a: ShowRow, b: ShowRow) =>
  String(a["privilege"]) < String(b["privilege"])
    ? -1
    : String(a["privilege"]) > String(b["privilege"])
      ? 1
      : 0;

function onObject(ctx: StatementContext, object: CatalogObject): Outcome {
  if (!canSee(ctx, object)) throw errors.doesNotExist("Object", object.name);
  const rows = [
    ...ctx.services.catalog
      .grantsOn(object.id)
      .filter((g) => g.on.scope === "OBJECT" && g.on.kind !== "ACCOUNT")
      .map((g) => grantRow(ctx, g)),
    ...ownershipRow(ctx, object),
  ];
  return showOutcome(GRANTS, rows.sort(byPrivilege));
}

function onAccount(ctx: StatementContext): Outcome {
  const rows = ctx.services.catalog
    .grantsOn(ACCOUNT_ID)
    .filter((g) => g.on.scope === "OBJECT" && g.on.kind === "ACCOUNT")
    .map((g) => grantRow(ctx, g));
  return showOutcome(GRANTS, rows.sort(byPrivilege));
}

/** What a role or database role holds: grants, memberships, ownerships. */
function toRole(
  ctx: StatementContext,
  role: CatalogObject<"ROLE"> | CatalogObject<"DATABASE_ROLE">,
): Outcome {
  const { catalog } = ctx.services;
  const rows = catalog
    .grantsTo(role.kind, role.id)
    .filter((g) => g.on.scope === "OBJECT")
    .filter((g) => g.on.kind === "ACCOUNT" || catalog.get(g.on.id)?.droppedOn === null)
    .map((g) => grantRow(ctx, g));
  for (const kind of Object.keys(KINDS) as ObjectKind[])
    for (const object of catalog.listAll<ObjectKind>(kind))
      if (object.owner === role.id) rows.push(...ownershipRow(ctx, object));
  return showOutcome(GRANTS, rows.sort(byPrivilege));
}

function membershipRow(ctx: StatementContext, grant: Grant, qualified: boolean): ShowRow {
  const { catalog } = ctx.services;
  const role = catalog.get(grant.on.id);
  const grantee = catalog.get(grant.grantee.id);
  const grantor = catalog.get(grant.grantedBy ?? -1);
  const name = (object: CatalogObject | undefined) =>
    !object
      ? ""
      : qualified && object.kind === "DATABASE_ROLE"
        ? printName(nameParts(ctx, object))
        : printIdentifier(object.name);
  return {
    created_on: timeValue(grant.createdOn),
    role: name(role),
    granted_to: grant.grantee.kind,
    grantee_name: name(grantee),
    granted_by: grantor ? printIdentifier(grantor.name) : "",
  };
}

function toUser(ctx: StatementContext, user: CatalogObject): Outcome {
  const rows = ctx.services.catalog
    .grantsTo("USER", user.id)
    .filter((g) => g.on.scope === "OBJECT")
    .map((g) => membershipRow(ctx, g, true));
  return showOutcome(OF_ROLE, rows, undefined, "role");
}

function ofRole(ctx: StatementContext, role: CatalogObject): Outcome {
  const rows = ctx.services.catalog
    .grantsOn(role.id)
    .filter((g) => g.on.scope === "OBJECT" && g.privilege === "USAGE")
    .map((g) => membershipRow(ctx, g, true));
  return showOutcome(OF_ROLE, rows, undefined, "role");
}

function futureRow(ctx: StatementContext, grant: Grant): ShowRow {
  const { catalog } = ctx.services;
  const container = catalog.get(grant.on.id);
  const kind = grant.on.kind as ObjectKind;
  const grantee = catalog.get(grant.grantee.id);
  return {
    created_on: timeValue(grant.createdOn),
    privilege: grant.privilege,
    grant_on: KINDS[kind].grantedOn,
    name: container ? `${printName(nameParts(ctx, container))}.<${KINDS[kind].grantedOn}>` : "",
    grant_to: grant.grantee.kind,
    grantee_name: grantee ? printIdentifier(grantee.name) : "",
    grant_option: String(grant.grantOption),
  };
}

function future(ctx: StatementContext, cursor: Cursor): Outcome {
  const { catalog } = ctx.services;
  if (cursor.accept("IN")) {
    const place = cursor.acceptOneOf("DATABASE", "SCHEMA");
    if (!place) throw cursor.syntaxError();
    const parts = cursor.name();
    cursor.expectEnd();
    const container: CatalogObject =
      place === "DATABASE" ? resolveDatabase(ctx, parts.join(".")) : resolveSchema(ctx, parts);
    const grants = catalog.grantsOn(container.id).filter((g) => g.on.scope === "FUTURE");
    return showOutcome(FUTURE, grants.map((g) => futureRow(ctx, g)).sort(byPrivilege));
  }
  cursor.expect("TO");
  const kind = cursor.accept("DATABASE", "ROLE") ? "DATABASE_ROLE" : "ROLE";
  if (kind === "ROLE") cursor.expect("ROLE");
  const role = resolveObject(ctx, kind, cursor.name());
  cursor.expectEnd();
  const grants = catalog.grantsTo(kind, role.id).filter((g) => g.on.scope === "FUTURE");
  return showOutcome(FUTURE, grants.map((g) => futureRow(ctx, g)).sort(byPrivilege));
}

async function grants(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  if (cursor.atEnd) return toUser(ctx, ctx.services.catalog.get(ctx.session.userId)!);
  if (cursor.accept("ON")) {
    if (cursor.accept("ACCOUNT")) {
      cursor.expectEnd();
      return onAccount(ctx);
    }
    const kind = acceptKind(cursor);
    if (!kind) throw cursor.syntaxError();
    const name = cursor.name();
    const signature = kind === "FUNCTION" || kind === "PROCEDURE" ? readSignature(cursor) : null;
    cursor.expectEnd();
    return onObject(ctx, resolveTargetObject(ctx, { on: "OBJECT", kind, name, signature }));
  }
  if (cursor.accept("TO")) {
    if (cursor.sees("SHARE")) throw errors.unsupported("SHOW GRANTS TO SHARE");
    if (cursor.accept("USER")) {
      const user = resolveObject(ctx, "USER", cursor.name());
      cursor.expectEnd();
      if (user.id !== ctx.session.userId && !canManageGrants(ctx) && !ownsObject(ctx, user))
        throw errors.insufficientPrivileges("user", user.name);
      return toUser(ctx, user);
    }
    const kind = cursor.accept("DATABASE", "ROLE") ? "DATABASE_ROLE" : "ROLE";
    if (kind === "ROLE") cursor.expect("ROLE");
    const role = resolveObject(ctx, kind, cursor.name());
    cursor.expectEnd();
    return toRole(ctx, role as CatalogObject<"ROLE">);
  }
  if (cursor.accept("OF")) {
    if (cursor.sees("SHARE")) throw errors.unsupported("SHOW GRANTS OF SHARE");
    const kind = cursor.accept("DATABASE", "ROLE") ? "DATABASE_ROLE" : "ROLE";
    if (kind === "ROLE") cursor.expect("ROLE");
    const role = resolveObject(ctx, kind, cursor.name());
    cursor.expectEnd();
    return ofRole(ctx, role);
  }
  throw cursor.syntaxError();
}

/** SHOW GRANTS … [LIMIT rows]. */
async function show(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { tokens } = cursor;
  const limited = tokens.at(-2)?.value === "LIMIT" && tokens.at(-1)?.kind === "NUMBER";
  if (!limited) return grants(ctx, cursor);
  const limit = Number(tokens.at(-1)!.image);
  cursor.cut(2);
  const outcome = await grants(ctx, cursor);
  const rows: Value[][] = [];
  for await (const batch of outcome.rows) rows.push(...batch);
  return { ...outcome, rows: [rows.slice(0, limit)] };
}

const test = "tests/local/account/commands/grants.test.ts";
export const showGrantsCommands: CommandDef[] = [
  command("SHOW", "GRANTS", show, { source: "SHOW GRANTS", test }),
  command("SHOW", "FUTURE GRANTS", async (ctx, cursor) => future(ctx, cursor), {
    source: "SHOW GRANTS",
    test,
  }),
];
