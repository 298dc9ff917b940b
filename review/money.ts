import type { EstimateOptions } from "../cost/estimate/context.ts";
import { type Estimate, estimate, totalsOf } from "../cost/estimate/estimate.ts";
import type { CostItem, Total } from "../cost/estimate/item.ts";
import type { OverQuota } from "../cost/estimate/warehouses.ts";
import type { PriceBook } from "../cost/price-book.ts";
import type { Usage } from "../cost/usage.ts";
import type { Platform } from "../infra/platform.ts";

export interface MoneyLine {
  name: string;
  before: Total;
  after: Total;
  /** After − before, USD a month. */
  expected: number;
  ceiling: number;
}

/** A setting of the cost policy that changes, alone, and what it does to the month. */
export interface PolicyChange {
  name: string;
  setting: string;
  before: string;
  after: string;
  /** USD a month that this one change adds to the base: what it alone would do. */
  expected: number;
  ceiling: number;
  /** Things that nothing limits any more because of it. */
  unbounded: string[];
  /** Things that have no price any more because of it: they are in neither amount. */
  unpriced: string[];
}

/** Settings that nobody wrote, and what the vendor's default can cost a month. */
export interface UnsetDefault {
  name: string;
  what: string;
  ceiling: number | "unbounded";
}

export interface Money {
  before?: Estimate;
  after: Estimate;
  total: MoneyLine;
  departments: MoneyLine[];
  services: MoneyLine[];
  policyChanges: PolicyChange[];
  defaults: UnsetDefault[];
  /** Departments whose expected warehouse use is above their budget; `before` is the base's. */
  overBudget: { department: string; budget: number; expected: number; before?: number }[];
  /** Monitors that would suspend their warehouses; `before` is what was wanted of them in the base. */
  overQuota: (OverQuota & { before?: number })[];
  unbounded: Estimate["unbounded"];
  unpriced: Estimate["unpriced"];
  /** Unbounded things that the base did not have. */
  newlyUnbounded: string[];
  /** Things without a price that had one in the base, or that the base did not have. */
  newlyUnpriced: string[];
  notes: string[];
}

const NOTHING: Total = { expected: 0, ceiling: 0, unbounded: [], unpriced: [] };

/** Both estimates and what lies between them. Without a base only the head is priced. */
export function compareMoney(
  base: Platform | undefined,
  head: Platform,
  book: PriceBook,
  usage: Usage,
  options: EstimateOptions = {},
): Money {
  const before = base && estimate(base, book, usage, options);
  const after = estimate(head, book, usage, options);
  const known = new Set(before?.unbounded.map((each) => each.name));
  const unpricedBefore = new Set(before?.unpriced.map((each) => each.name));
  const compared = comparable(before, after);
  return {
    before,
    after,
    total: line("total", compared.before.total, compared.after.total),
    departments: lines(compared.before.byDepartment, compared.after.byDepartment),
    services: lines(compared.before.byService, compared.after.byService),
    policyChanges:
      base && before
        ? policyChanges(base, head, before, (platform) => estimate(platform, book, usage, options))
        : [],
    defaults: after.items
      .filter((item) => item.notes.some((note) => note.startsWith("nobody set")))
      .map((item) => ({
        name: item.resource.name,
        what: item.notes.find((note) => note.startsWith("nobody set")) ?? "",
        ceiling: item.ceiling.value.kind === "number" ? item.ceiling.value.number : "unbounded",
      })),
    overBudget: overBudget(before, after, head.budgets),
    overQuota: after.overQuota.map((each) => ({
      ...each,
      before: before?.overQuota.find((was) => was.monitor === each.monitor)?.wanted,
    })),
    unbounded: after.unbounded,
    unpriced: after.unpriced,
    newlyUnbounded: after.unbounded
      .map((each) => each.name)
      .filter((name) => before !== undefined && !known.has(name)),
    newlyUnpriced: after.unpriced
      .map((each) => each.name)
      .filter((name) => before !== undefined && !unpricedBefore.has(name)),
    notes: after.notes,
  };
}

type Totals = Pick<Estimate, "total" | "byDepartment" | "byService">;

/** The totals of what has a price on both sides: a price that is missing is no saving. */
function comparable(before: Estimate | undefined, after: Estimate): { before: Totals; after: Totals } {
  if (!before) return { before: { total: NOTHING, byDepartment: {}, byService: {} }, after };
  const open = new Set([...before.items, ...after.items].filter(withoutPrice).map(itemKey));
  if (open.size === 0) return { before, after };
  const of = (estimate: Estimate): Totals =>
    totalsOf(estimate.items.filter((item) => !open.has(itemKey(item))));
  return { before: of(before), after: of(after) };
}

const withoutPrice = (item: CostItem): boolean =>
  item.expected.value.kind === "no-price" || item.ceiling.value.kind === "no-price";
const itemKey = ({ resource, service }: CostItem): string => `${resource.kind} ${resource.key} ${service}`;

/** Whether something passes a limit that it did not pass before, or passes it further; without a base, that it does. */
export const passesAnew = (
  now: number,
  before: number | undefined,
  limit = Number.NEGATIVE_INFINITY,
): boolean => before === undefined || before <= limit || now > before * 1.001;

/** A department's warehouse use, USD a month: what its budget limits. */
const WAREHOUSE_USE = new Set(["Virtual Warehouse", "Query Acceleration"]);

function overBudget(
  before: Estimate | undefined,
  after: Estimate,
  budgets: Record<string, number>,
): Money["overBudget"] {
  const use = (of: Estimate): Record<string, Total> =>
    totalsOf(of.items.filter((item) => WAREHOUSE_USE.has(item.service))).byDepartment;
  const now = use(after);
  const then = before && use(before);
  return Object.entries(budgets).flatMap(([department, budget]) => {
    const expected = now[department]?.expected ?? 0;
    return expected > budget ? [{ department, budget, expected, before: then?.[department]?.expected }] : [];
  });
}

function lines(before: Record<string, Total>, after: Record<string, Total>): MoneyLine[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((name) => line(name, before[name] ?? NOTHING, after[name] ?? NOTHING))
    .sort(
      (left, right) =>
        Math.max(right.after.expected, right.before.expected) -
        Math.max(left.after.expected, left.before.expected),
    );
}

const line = (name: string, before: Total, after: Total): MoneyLine => ({
  name,
  before,
  after,
  expected: after.expected - before.expected,
  ceiling: after.ceiling - before.ceiling,
});

/** The lists and settings that make up the cost policy. */
const SETTINGS = {
  warehouses: [
    "size",
    "minClusters",
    "maxClusters",
    "autoSuspend",
    "statementTimeout",
    "queueTimeout",
    "monitor",
    "type",
    "generation",
    "queryAcceleration",
  ],
  monitors: ["credits", "frequency", "start", "suspend", "suspendImmediate", "account", "notify"],
  databases: ["timeTravelDays"],
  tasks: ["timeout", "schedule", "warehouse", "maximumSize", "started"],
} as const;

type List = keyof typeof SETTINGS;
type Entry = Record<string, unknown> & { key: string; name: string };

function policyChanges(
  base: Platform,
  head: Platform,
  before: Estimate,
  price: (platform: Platform) => Estimate,
): PolicyChange[] {
  const changes: PolicyChange[] = (["region", "edition"] as const)
    .filter((setting) => base[setting] !== head[setting])
    .map((setting) => ({
      name: head.stack,
      setting,
      before: base[setting],
      after: head[setting],
      ...effect(before, price({ ...base, [setting]: head[setting] })),
    }));
  for (const list of Object.keys(SETTINGS) as List[]) {
    const old = new Map(entries(base, list).map((entry) => [entry.key, entry]));
    for (const now of entries(head, list)) {
      const was = old.get(now.key);
      if (!was) {
        if (list !== "tasks") changes.push(added(base, list, now, before, price, "new"));
        continue;
      }
      for (const setting of SETTINGS[list]) {
        if (JSON.stringify(was[setting]) === JSON.stringify(now[setting])) continue;
        const alone = { ...was, [setting]: now[setting] };
        const changed = price(
          withEntries(
            base,
            list,
            entries(base, list).map((entry) => (entry === was ? alone : entry)),
          ),
        );
        changes.push({
          name: now.name,
          setting,
          before: show(was[setting]),
          after: show(now[setting]),
          ...effect(before, changed),
        });
      }
    }
    const kept = new Set(entries(head, list).map((entry) => entry.key));
    for (const was of old.values())
      if (!kept.has(was.key) && list !== "tasks") {
        const changed = price(
          withEntries(
            base,
            list,
            entries(base, list).filter((entry) => entry !== was),
          ),
        );
        changes.push({
          name: was.name,
          setting: LABEL[list],
          before: "exists",
          after: "none",
          ...effect(before, changed),
        });
      }
  }
  return changes;
}

const LABEL: Record<List, string> = {
  warehouses: "warehouse",
  monitors: "monitor",
  databases: "database",
  tasks: "task",
};

function added(
  base: Platform,
  list: List,
  now: Entry,
  before: Estimate,
  price: (platform: Platform) => Estimate,
  word: string,
): PolicyChange {
  const changed = price(withEntries(base, list, [...entries(base, list), now]));
  return { name: now.name, setting: LABEL[list], before: "none", after: word, ...effect(before, changed) };
}

const entries = (platform: Platform, list: List): Entry[] => platform[list] as unknown as Entry[];
const withEntries = (platform: Platform, list: List, changed: Entry[]): Platform =>
  ({ ...platform, [list]: changed }) as Platform;

/** What lies between two estimates of which both have a price. */
function effect(
  before: Estimate,
  after: Estimate,
): Pick<PolicyChange, "expected" | "ceiling" | "unbounded" | "unpriced"> {
  const compared = comparable(before, after);
  return {
    expected: compared.after.total.expected - compared.before.total.expected,
    ceiling: compared.after.total.ceiling - compared.before.total.ceiling,
    unbounded: after.total.unbounded.filter((name) => !before.total.unbounded.includes(name)),
    unpriced: after.total.unpriced.filter((name) => !before.total.unpriced.includes(name)),
  };
}

/** A setting as people write it. */
function show(value: unknown): string {
  if (value === undefined || value === null) return "not set";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
