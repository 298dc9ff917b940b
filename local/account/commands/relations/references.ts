import { canSee, KINDS, parseName, resolveObject } from "../../access/index.ts";
import type { CatalogObject, ColumnDef, ObjectKind, StoredTable } from "../../catalog/model.ts";
import { ACCOUNT_ID } from "../../catalog/model.ts";
import { errors } from "../../errors.ts";
import {
  type Field,
  type FunctionArguments,
  historyFunction,
  textArgument,
  usageView,
} from "../../history/relation.ts";
import type { StatementContext } from "../../session/context.ts";
import { ACCOUNT_POLICIES, accountPolicyHolders } from "../account-policies.ts";
import { containerNames } from "../show.ts";
import { tagsOn } from "../tag-values.ts";

/** A policy on a relation, or on one of its columns. */
interface PolicyReference {
  policy: CatalogObject;
  entity: CatalogObject;
  column: string | null;
  argumentColumns: string[] | null;
}

type Relation = StoredTable | CatalogObject<"MATERIALIZED_VIEW"> | CatalogObject<"VIEW">;

function policiesOf(ctx: StatementContext, entity: Relation): PolicyReference[] {
  const { catalog } = ctx.services;
  const found: PolicyReference[] = [];
  const row = catalog.get(entity.props.rowAccessPolicy?.policyId ?? -1);
  if (row)
    found.push({
      policy: row,
      entity,
      column: null,
      argumentColumns: entity.props.rowAccessPolicy?.columns ?? [],
    });
  for (const column of entity.props.columns) {
    const masking = catalog.get(column.maskingPolicyId ?? -1);
    const others = (column.maskingPolicyColumns ?? []).filter((name) => name !== column.name);
    if (masking)
      found.push({
        policy: masking,
        entity,
        column: column.name,
        argumentColumns: others.length > 0 ? others : null,
      });
  }
  return found;
}

const schemaOf = (ctx: StatementContext, object: CatalogObject) => containerNames(ctx, object);

const policyFields = (ctx: StatementContext): Field<PolicyReference>[] => [
  ["POLICY_DB", "text", (r) => schemaOf(ctx, r.policy).database_name],
  ["POLICY_SCHEMA", "text", (r) => schemaOf(ctx, r.policy).schema_name],
  ["POLICY_NAME", "text", (r) => r.policy.name],
  ["POLICY_KIND", "text", (r) => r.policy.kind],
  ["REF_DATABASE_NAME", "text", (r) => schemaOf(ctx, r.entity).database_name],
  ["REF_SCHEMA_NAME", "text", (r) => schemaOf(ctx, r.entity).schema_name],
  [
    "REF_ENTITY_NAME",
    "text",
    (r) => (r.entity.kind === "ACCOUNT_SETTINGS" ? ctx.services.identity.name : r.entity.name),
  ],
  ["REF_ENTITY_DOMAIN", "text", (r) => (r.entity.kind === "ACCOUNT_SETTINGS" ? "ACCOUNT" : r.entity.kind)],
  ["REF_COLUMN_NAME", "text", (r) => r.column],
  [
    "REF_ARG_COLUMN_NAMES",
    "text",
    (r) => (r.argumentColumns === null ? null : `[ ${r.argumentColumns.map((c) => `"${c}"`).join(", ")} ]`),
  ],
  ["TAG_DATABASE", "text", () => null],
  ["TAG_SCHEMA", "text", () => null],
  ["TAG_NAME", "text", () => null],
  ["POLICY_STATUS", "text", () => "ACTIVE"],
];

const allRelations = (ctx: StatementContext): Relation[] => [
  ...ctx.services.catalog.listAll("TABLE"),
  ...ctx.services.catalog.listAll("DYNAMIC_TABLE"),
  ...ctx.services.catalog.listAll("MATERIALIZED_VIEW"),
  ...ctx.services.catalog.listAll("VIEW"),
];

function nameArgument(args: FunctionArguments, name: string): string[] {
  const given = textArgument(args, name) ?? "";
  const parts = parseName(given);
  if (!parts) throw errors.invalidValue(given, name);
  return parts;
}

/** Policies on the account and on users. */
const onHolders = (ctx: StatementContext): PolicyReference[] =>
  accountPolicyHolders(ctx).map(({ policy, holder }) => ({
    policy,
    entity: (holder ?? ctx.services.catalog.listAll("ACCOUNT_SETTINGS")[0]!) as CatalogObject,
    column: null,
    argumentColumns: null,
  }));

/** POLICY_REFERENCES(REF_ENTITY_NAME, REF_ENTITY_DOMAIN) or (POLICY_NAME). */
function policyReferences(ctx: StatementContext, args: FunctionArguments): PolicyReference[] {
  if (textArgument(args, "POLICY_NAME") !== null) {
    const policy = resolveObject(
      ctx,
      ["MASKING_POLICY", "ROW_ACCESS_POLICY", ...ACCOUNT_POLICIES] as const,
      nameArgument(args, "POLICY_NAME"),
    );
    return [...allRelations(ctx).flatMap((relation) => policiesOf(ctx, relation)), ...onHolders(ctx)].filter(
      (r) => r.policy.id === policy.id && (r.entity.kind === "ACCOUNT_SETTINGS" || canSee(ctx, r.entity)),
    );
  }
  const domain = (textArgument(args, "REF_ENTITY_DOMAIN") ?? "").toUpperCase();
  if (domain === "ACCOUNT") return onHolders(ctx).filter(({ entity }) => entity.kind === "ACCOUNT_SETTINGS");
  if (domain === "USER") {
    const user = resolveObject(ctx, "USER", nameArgument(args, "REF_ENTITY_NAME"));
    return onHolders(ctx).filter(({ entity }) => entity.id === user.id);
  }
  if (domain === "TAG") {
    const tag = resolveObject(ctx, "TAG", nameArgument(args, "REF_ENTITY_NAME"));
    return tag.props.maskingPolicies.flatMap((id) => {
      const policy = ctx.services.catalog.get(id);
      return policy ? [{ policy, entity: tag, column: null, argumentColumns: null }] : [];
    });
  }
  const entity = resolveObject(
    ctx,
    ["TABLE", "DYNAMIC_TABLE", "MATERIALIZED_VIEW", "VIEW"] as const,
    nameArgument(args, "REF_ENTITY_NAME"),
  ) as Relation;
  return policiesOf(ctx, entity);
}

/** One tag in force on an object or column, set there or inherited. */
interface TagReference {
  tag: CatalogObject;
  value: string;
  level: string;
  object: CatalogObject;
  column: string | null;
}

/** Tags of an object: its own, then those of its schema, database and the account that it does not override. */
export function effectiveTags(
  ctx: StatementContext,
  object: CatalogObject,
  column: string | null,
): TagReference[] {
  const found = new Map<number, TagReference>();
  const add = (holder: CatalogObject, held: string | null, level: string) => {
    for (const { tag, value } of tagsOn(ctx, holder.id, held))
      if (!found.has(tag.id)) found.set(tag.id, { tag, value, level, object, column });
  };
  if (column !== null) add(object, column, "COLUMN");
  for (
    let holder: CatalogObject | undefined = object;
    holder;
    holder = ctx.services.catalog.get(holder.parent)
  ) {
    add(holder, null, tagDomain(holder.kind));
    if (holder.parent === ACCOUNT_ID) break;
  }
  const account = ctx.services.catalog.listAll("ACCOUNT_SETTINGS")[0];
  if (account) add(account as CatalogObject, null, "ACCOUNT");
  return [...found.values()];
}

/** Domain of an object in tag references: every relation is a TABLE. */
export const tagDomain = (kind: ObjectKind): string =>
  kind === "VIEW" || kind === "MATERIALIZED_VIEW" || kind === "DYNAMIC_TABLE" ? "TABLE" : KINDS[kind].words;

const tagFields = (ctx: StatementContext): Field<TagReference>[] => {
  const names = (object: CatalogObject) =>
    KINDS[object.kind].scope === "SCHEMA"
      ? schemaOf(ctx, object)
      : { database_name: ctx.services.catalog.get(object.parent)?.name ?? null, schema_name: null };
  return [
    ["TAG_DATABASE", "text", (r) => schemaOf(ctx, r.tag).database_name],
    ["TAG_SCHEMA", "text", (r) => schemaOf(ctx, r.tag).schema_name],
    ["TAG_NAME", "text", (r) => r.tag.name],
    ["TAG_VALUE", "text", (r) => r.value],
    ["LEVEL", "text", (r) => r.level],
    ["OBJECT_DATABASE", "text", (r) => names(r.object).database_name],
    ["OBJECT_SCHEMA", "text", (r) => names(r.object).schema_name],
    ["OBJECT_NAME", "text", (r) => r.object.name],
    ["DOMAIN", "text", (r) => (r.column === null ? tagDomain(r.object.kind) : "COLUMN")],
    ["COLUMN_NAME", "text", (r) => r.column],
  ];
};

const DOMAINS: Record<string, readonly ObjectKind[]> = {
  TABLE: ["TABLE", "VIEW", "MATERIALIZED_VIEW", "DYNAMIC_TABLE"],
  VIEW: ["VIEW"],
};

/** The object that a name and a domain mean; a COLUMN is its table and the last part. */
export function taggedObject(
  ctx: StatementContext,
  parts: readonly string[],
  domain: string,
): { object: CatalogObject; column: string | null } {
  const wanted = domain.toUpperCase();
  if (wanted === "COLUMN") {
    const object = resolveObject(ctx, DOMAINS["TABLE"]!, parts.slice(0, -1));
    const column = parts[parts.length - 1]!;
    if (!(object.props as { columns: ColumnDef[] }).columns.some((c) => c.name === column))
      throw errors.invalidIdentifier(column);
    return { object, column };
  }
  const kind = (Object.keys(KINDS) as ObjectKind[]).find((k) => KINDS[k].words === wanted);
  const kinds = DOMAINS[wanted] ?? (kind ? [kind] : undefined);
  if (!kinds) throw errors.invalidValue(domain, "OBJECT_DOMAIN");
  return { object: resolveObject(ctx, kinds, parts), column: null };
}

function tagReferences(ctx: StatementContext, args: FunctionArguments): TagReference[] {
  const { object, column } = taggedObject(
    ctx,
    nameArgument(args, "OBJECT_NAME"),
    textArgument(args, "OBJECT_DOMAIN") ?? "",
  );
  return effectiveTags(ctx, object, column);
}

function tagReferencesAllColumns(ctx: StatementContext, args: FunctionArguments): TagReference[] {
  const { object } = taggedObject(
    ctx,
    nameArgument(args, "OBJECT_NAME"),
    textArgument(args, "OBJECT_DOMAIN") ?? "TABLE",
  );
  return (object.props as { columns: ColumnDef[] }).columns.flatMap((column) =>
    effectiveTags(ctx, object, column.name),
  );
}

const METRIC_COLUMNS = [
  "METRIC_DATABASE_NAME",
  "METRIC_SCHEMA_NAME",
  "METRIC_NAME",
  "METRIC_SIGNATURE",
  "METRIC_DATA_TYPE",
  "REF_ENTITY_DATABASE_NAME",
  "REF_ENTITY_SCHEMA_NAME",
  "REF_ENTITY_NAME",
  "REF_ENTITY_DOMAIN",
  "REF_ARGUMENTS",
  "REF_ID",
  "SCHEDULE",
  "SCHEDULE_STATUS",
];

/** Entries carry their own context, since fields are fixed when they are registered. */
interface InContext<T> {
  ctx: StatementContext;
  entry: T;
}
const lift = <T>(fields: (ctx: StatementContext) => Field<T>[]): Field<InContext<T>>[] =>
  fields(undefined as never).map(([name, kind], i) => [
    name,
    kind,
    ({ ctx, entry }: InContext<T>) => fields(ctx)[i]![2](entry),
  ]);
const inContext = <T>(ctx: StatementContext, entries: T[]): InContext<T>[] =>
  entries.map((entry) => ({ ctx, entry }));

/** Registers the reference functions of INFORMATION_SCHEMA and the reference views of ACCOUNT_USAGE. */
export function registerReferences(): void {
  historyFunction("POLICY_REFERENCES", ["POLICY_NAME"], lift(policyFields), (ctx, args) =>
    inContext(ctx, policyReferences(ctx, args)),
  );
  historyFunction("TAG_REFERENCES", ["OBJECT_NAME", "OBJECT_DOMAIN"], lift(tagFields), (ctx, args) =>
    inContext(ctx, tagReferences(ctx, args)),
  );
  historyFunction(
    "TAG_REFERENCES_ALL_COLUMNS",
    ["OBJECT_NAME", "OBJECT_DOMAIN"],
    lift(tagFields),
    (ctx, args) => inContext(ctx, tagReferencesAllColumns(ctx, args)),
  );
  historyFunction(
    "DATA_METRIC_FUNCTION_REFERENCES",
    ["METRIC_NAME"],
    METRIC_COLUMNS.map((name) => [name, "text", () => null] as const),
    () => [],
  );
  usageView("POLICY_REFERENCES", lift(policyFields), (ctx) =>
    inContext(
      ctx,
      allRelations(ctx).flatMap((relation) => policiesOf(ctx, relation)),
    ),
  );
  usageView("TAG_REFERENCES", lift(tagFields), (ctx) =>
    inContext(
      ctx,
      ctx.services.catalog.listAll("TAG").flatMap((tag) =>
        tag.props.assignments.flatMap(({ objectId, column, value }) => {
          const object = ctx.services.catalog.get(objectId);
          const level = column === null && object ? tagDomain(object.kind) : "COLUMN";
          return object?.droppedOn === null ? [{ tag, value, level, object, column }] : [];
        }),
      ),
    ),
  );
}
