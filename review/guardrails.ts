import type { PolicyConfig } from "../policy/config.ts";
import { compareFields } from "./resources/changes.ts";

/** A limit, a level, a waiver or a budget that changes: what a change may do is decided by these. */
export interface GuardrailChange {
  /** `limits.statementTimeout`, `waivers.warehouse-size for warehouse BI`, `budgets.sales`. */
  setting: string;
  before: string;
  after: string;
}

/** What finance and security edit, before and after. Pure. */
export function compareGuardrails(
  base: { policy: PolicyConfig; budgets: Record<string, number> },
  head: { policy: PolicyConfig; budgets: Record<string, number> },
): GuardrailChange[] {
  return compareFields(flat(base), flat(head))
    .map(({ path, before, after }) => ({ setting: path, before: plain(before), after: plain(after) }))
    .filter(({ before, after }) => before !== after)
    .sort((left, right) => (left.setting < right.setting ? -1 : 1));
}

const flat = ({ policy, budgets }: { policy: PolicyConfig; budgets: Record<string, number> }) => ({
  limits: policy.limits,
  levels: policy.levels,
  waivers: Object.fromEntries(
    policy.waivers.map(({ rule, resource, owner, reason, expires }) => [
      `${rule} for ${resource}`,
      `until ${expires} by ${owner}: ${reason}`,
    ]),
  ),
  budgets,
});

const plain = (json: string | undefined): string => {
  if (json === undefined || json === "{}") return "none";
  const value: unknown = JSON.parse(json);
  return typeof value === "string" ? value : json;
};
