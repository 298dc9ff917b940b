import { asRole } from "../../access/index.ts";
import type { CatalogObject, ColumnDef, StoredTable } from "../../catalog/model.ts";
import { errors } from "../../errors.ts";
import { parseExpression } from "../parse/index.ts";
import { castTo } from "./cast.ts";
import { type Env, nextAlias, tracking } from "./env.ts";
import { compileExpr } from "./expression.ts";
import type { Source } from "./from.ts";
import { newScope } from "./scope.ts";
import { quoteName, type Typed } from "./typed.ts";

/**
 * Masking and row access policies. A policy's body sees the session (CURRENT_ROLE) but looks tables up with its
 * owner's rights. Source: "Understanding Column-level Security", "Understanding row access policies".
 */
type Governed = Pick<CatalogObject, "id"> & {
  props: { columns: readonly ColumnDef[]; rowAccessPolicy?: { policyId: number; columns: string[] } };
};

type Policy = CatalogObject<"MASKING_POLICY"> | CatalogObject<"ROW_ACCESS_POLICY">;

function policyValue(
  env: Env,
  policy: Policy,
  args: readonly Typed[],
  governs: { objectId: number; column: string | null },
): Typed {
  const { viewStack } = env.shared;
  if (viewStack.includes(policy.id))
    throw errors.unsupported(`policy '${policy.name}' that protects what it reads`);
  const owner = asRole(env.ctx, policy.owner, policy.props.context);
  const ctx = Object.create(owner, {
    text: { value: policy.props.body },
    governs: { value: governs },
  }) as Env["ctx"];
  const inner: Env = { ctx, shared: env.shared };
  const scope = newScope(null);
  scope.lambda = new Map(
    policy.props.arguments.map((argument, i) => [argument.name, castTo(env, args[i]!, argument.type)]),
  );
  viewStack.push(policy.id);
  const value = tracking(env, null, () => compileExpr(inner, scope, parseExpression(policy.props.body)));
  viewStack.pop();
  return value;
}

/** The policy that masks a column: its own, else that of a tag on it or on what holds it, by type. */
function maskOf(
  env: Env,
  object: Governed,
  column: ColumnDef,
): { policy: CatalogObject<"MASKING_POLICY">; columns: string[] } | null {
  const { catalog } = env.ctx.services;
  if (column.maskingPolicyId !== undefined) {
    const policy = catalog.getAs("MASKING_POLICY", column.maskingPolicyId);
    if (!policy || policy.droppedOn !== null) throw errors.doesNotExist("Masking policy", "of the column");
    return { policy, columns: column.maskingPolicyColumns ?? [column.name] };
  }
  for (const tag of catalog.listAll("TAG")) {
    if (tag.props.maskingPolicies.length === 0) continue;
    const holders = new Set<number>();
    for (let at = catalog.get(object.id); at; at = catalog.get(at.parent)) holders.add(at.id);
    const tagged = tag.props.assignments.some(
      (a) =>
        holders.has(a.objectId) &&
        (a.column === null ||
          a.column === undefined ||
          (a.objectId === object.id && a.column === column.name)),
    );
    if (!tagged) continue;
    for (const id of tag.props.maskingPolicies) {
      const policy = catalog.getAs("MASKING_POLICY", id);
      if (policy && policy.droppedOn === null && policy.props.arguments[0]?.type.kind === column.type.kind)
        return { policy, columns: [column.name] };
    }
  }
  return null;
}

/** Masked expressions by column name, and the filter of the row access policy; null when nothing applies. */
export function policiesOn(
  env: Env,
  object: Governed,
  columnSql: (name: string) => string,
): { masks: Map<string, Typed>; filter: string | null } | null {
  const value = (name: string): Typed => {
    const column = object.props.columns.find((c) => c.name === name);
    if (!column) throw errors.invalidIdentifier(name);
    return { sql: columnSql(name), type: column.type, nullable: column.nullable };
  };
  const masks = new Map<string, Typed>();
  for (const column of object.props.columns) {
    const mask = maskOf(env, object, column);
    if (mask)
      masks.set(
        column.name,
        castTo(
          env,
          policyValue(env, mask.policy, mask.columns.map(value), {
            objectId: object.id,
            column: column.name,
          }),
          column.type,
        ),
      );
  }
  const access = object.props.rowAccessPolicy;
  let filter: string | null = null;
  if (access) {
    const policy = env.ctx.services.catalog.getAs("ROW_ACCESS_POLICY", access.policyId);
    if (!policy || policy.droppedOn !== null) throw errors.doesNotExist("Row access policy", "of the table");
    filter = castTo(
      env,
      policyValue(env, policy, access.columns.map(value), { objectId: object.id, column: null }),
      { kind: "BOOLEAN" },
    ).sql;
  }
  return masks.size === 0 && filter === null ? null : { masks, filter };
}

/** A relation as its policies let it be seen. */
export function applyPolicies(
  env: Env,
  object: StoredTable | CatalogObject<"MATERIALIZED_VIEW"> | CatalogObject<"VIEW">,
  source: Source,
): Source {
  let alias = "";
  const bySql = new Map(object.props.columns.map((c, i) => [c.name, source.columns[i]!.sqlName]));
  const policies = policiesOn(env, object, (name) => {
    alias ||= nextAlias(env, "g");
    return `${alias}.${quoteName(bySql.get(name)!)}`;
  });
  if (!policies) return source;
  env.shared.governed = true;
  const items = [...source.columns, ...(source.hidden ?? [])].map((c) => {
    const name = quoteName(c.sqlName);
    return `${policies.masks.get(c.name)?.sql ?? `${alias}.${name}`} AS ${name}`;
  });
  const where = policies.filter === null ? "" : ` WHERE ${policies.filter}`;
  const { probed: _, ...open } = source;
  return { ...open, sql: `(SELECT ${items.join(", ")} FROM ${source.sql} AS ${alias}${where})` };
}
