import { hasPrivilege, isAccountAdmin, ownsObject, resolveObject, resolveSchema } from "../access/index.ts";
import type { CatalogObject, Parameters } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import {
  objectParameter,
  PARAMETERS,
  type ResolvedParameter,
  sessionParameter,
  userParameter,
} from "../session/parameters.ts";
import type { Cursor } from "./cursor.ts";
import { PARAMETERS_OF, type ParameterHolder } from "./parameter-sets.ts";
import { type CommandDef, command } from "./registry.ts";
import { resolveRoutine } from "./routine-names.ts";
import { type ShowColumns, type ShowRow, showOutcome } from "./show.ts";
import { readSignature } from "./signature.ts";

const COLUMNS: ShowColumns = [
  ["key", "text"],
  ["value", "text"],
  ["default", "text"],
  ["level", "text"],
  ["description", "text"],
  ["type", "text"],
];

const print = (value: string | number | boolean): string => String(value);

function rows(holder: ParameterHolder, resolve: (name: string) => ResolvedParameter): ShowRow[] {
  return PARAMETERS_OF[holder].map((name) => {
    const definition = PARAMETERS.get(name)!;
    const { value, level } = resolve(name);
    return {
      key: name,
      value: print(value),
      default: print(definition.default),
      level,
      description: definition.description,
      type: definition.type,
    };
  });
}

const accountLevel = (ctx: StatementContext, name: string): ResolvedParameter => {
  const set = ctx.services.catalog.listAll("ACCOUNT_SETTINGS")[0]?.props.parameters[name];
  return set === undefined
    ? { value: PARAMETERS.get(name)?.default ?? "", level: "" }
    : { value: set, level: "ACCOUNT" };
};

/** Set on the object itself, else on what contains it, else the account, else the default. */
function ofObject(ctx: StatementContext, object: CatalogObject, name: string): ResolvedParameter {
  if (object.kind === "WAREHOUSE" || object.kind === "USER") {
    const own = (object.props as { parameters: Parameters }).parameters[name];
    return own === undefined ? accountLevel(ctx, name) : { value: own, level: object.kind };
  }
  return objectParameter(ctx.services.catalog, object.id, name);
}

async function show(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { catalog } = ctx.services;
  let like: string | null = cursor.accept("LIKE") ? cursor.string() : null;
  let found: ShowRow[];
  if (cursor.accept("IN") || cursor.accept("FOR")) found = readHolder(ctx, cursor);
  else found = rows("SESSION", (name) => sessionParameter(catalog, ctx.session, name));
  if (like === null && cursor.accept("LIKE")) like = cursor.string();
  cursor.expectEnd();
  return showOutcome(COLUMNS, found, { like }, "key");
}

function readHolder(ctx: StatementContext, cursor: Cursor): ShowRow[] {
  const { catalog } = ctx.services;
  if (cursor.accept("SESSION"))
    return rows("SESSION", (name) => sessionParameter(catalog, ctx.session, name));
  if (cursor.accept("ACCOUNT")) return rows("ACCOUNT", (name) => accountLevel(ctx, name));
  if (cursor.accept("USER")) {
    const user = cursor.atEnd ? catalog.get(ctx.session.userId)! : resolveObject(ctx, "USER", cursor.name());
    const allowed =
      user.id === ctx.session.userId ||
      ownsObject(ctx, user) ||
      isAccountAdmin(ctx) ||
      hasPrivilege(ctx, "MONITOR", user) ||
      hasPrivilege(ctx, "MANAGE GRANTS", "ACCOUNT");
    if (!allowed) throw errors.insufficientPrivileges("user", user.name);
    return rows("USER", (name) => userParameter(catalog, user.id, name));
  }
  if (cursor.accept("SCHEMA")) {
    const schema = resolveSchema(ctx, cursor.name());
    return rows("SCHEMA", (name) => ofObject(ctx, schema, name));
  }
  for (const kind of ["WAREHOUSE", "DATABASE", "TABLE", "TASK", "PIPE"] as const)
    if (cursor.accept(kind)) {
      const object = resolveObject(ctx, kind, cursor.name());
      return rows(kind, (name) => ofObject(ctx, object, name));
    }
  for (const kind of ["FUNCTION", "PROCEDURE"] as const)
    if (cursor.accept(kind)) {
      const object = resolveRoutine(ctx, kind, cursor.name(), readSignature(cursor));
      return rows(kind, (name) => ofObject(ctx, object, name));
    }
  throw cursor.syntaxError();
}

export const showParametersCommands: CommandDef[] = [
  command("SHOW", "PARAMETERS", show, {
    source: "SHOW PARAMETERS; Parameters",
    test: "tests/local/account/commands/session.test.ts",
  }),
];
