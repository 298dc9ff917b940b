import { splitColumn } from "../infra/personal.ts";
import type { Kpi, Metric, Model, Platform } from "../infra/platform.ts";
import type { History } from "./history.ts";
import { changedColumns } from "./query-changes.ts";

export interface ModelChange {
  logical: string;
  file: string;
  owner: string;
  change: "new" | "changed" | "removed";
  /** In words: `query`, `grain: one row each → …`. */
  what: string[];
  columns: { name: string; change: "new" | "removed" | "type" | "values" | "description"; detail?: string }[];
  /** What it reads. */
  upstream: string[];
  /** Every model whose columns take values from it, with those columns. */
  downstream: { logical: string; owner: string; columns: string[] }[];
  /** KPIs whose statement names it or one of its downstream models. */
  kpis: string[];
  /** Why the model is rebuilt whole, where it is. */
  rebuild?: string;
  /** What its changed definition does to the numbers of the past, where an account was asked. */
  history?: History;
}

export interface Meaning {
  models: ModelChange[];
  /** Written definitions that differ, each difference in words. */
  metrics: { name: string; file: string; change: "new" | "changed" | "removed"; what: string[] }[];
  kpis: { name: string; change: "new" | "changed" | "removed" }[];
  /** What must hold of the data, and what people are told, where that changes. */
  rules: RuleChange[];
  /** Owners whose numbers can change. */
  owners: string[];
}

export interface RuleChange {
  rule: "check" | "alert";
  name: string;
  owner: string;
  change: "new" | "changed" | "removed";
  /** What must hold, or what is told, and how much it weighs. */
  says: string;
  severity: string;
}

/** Models, columns and KPIs that change, and what depends on them by column lineage. */
export function compareMeaning(base: Platform, head: Platform): Meaning {
  const before = new Map(base.models.map((model) => [model.logical, model]));
  const after = new Map(head.models.map((model) => [model.logical, model]));
  const downstreamBase = dependents(base);
  const downstreamHead = dependents(head);
  const models: ModelChange[] = [];
  for (const logical of new Set([...after.keys(), ...before.keys()])) {
    const was = before.get(logical);
    const is = after.get(logical);
    const shown = is ?? was;
    if (!shown) continue;
    const columns = columnChanges(was, is);
    const what = was && is ? wordsOf(was, is) : [];
    if (was && is && what.length === 0 && columns.length === 0) continue;
    const touched = columns.filter((column) => column.change !== "description").map((column) => column.name);
    const downstream = reach(shown, touched, is ? downstreamHead : downstreamBase);
    models.push({
      logical,
      file: shown.file,
      owner: shown.owner,
      change: !was ? "new" : !is ? "removed" : "changed",
      what,
      columns,
      upstream: shown.reads,
      downstream,
      kpis: kpisNaming(is ? head.kpis : base.kpis, [logical, ...downstream.map((each) => each.logical)]),
      rebuild: shown.maintenance.kind === "rebuild" ? shown.maintenance.reason : undefined,
    });
  }
  return {
    models,
    // Earlier versions of the code do not tell their metrics apart.
    metrics: metricChanges(base.metrics ?? head.metrics, head.metrics),
    kpis: kpiChanges(base.kpis, head.kpis),
    rules: [
      ...ruleChanges("check", checksOf(base), checksOf(head)),
      ...ruleChanges("alert", alertsOf(base), alertsOf(head)),
    ],
    owners: [
      ...new Set(models.flatMap((model) => [model.owner, ...model.downstream.map((each) => each.owner)])),
    ].sort(),
  };
}

function wordsOf(was: Model, is: Model): string[] {
  const words: string[] = [];
  const say = (name: string, from: string, to: string): void => {
    if (from !== to) words.push(`${name}: ${from || "none"} → ${to || "none"}`);
  };
  if (was.query !== is.query && changedColumns(was.query, is.query)?.length !== 0) words.push("query");
  say("key", was.key.join(", "), is.key.join(", "));
  say("grain", was.grain, is.grain);
  say("owner", was.owner, is.owner);
  say("freshness", was.freshness, is.freshness);
  say("warehouse", was.warehouse, is.warehouse);
  say("maintenance", was.maintenance.kind, is.maintenance.kind);
  say("description", was.description, is.description);
  return words;
}

/** Columns that are new, gone, of another type, or whose values can differ: by lineage and by their own expressions, or all of them where other parts of the query changed. */
function columnChanges(was: Model | undefined, is: Model | undefined): ModelChange["columns"] {
  const from = new Map((was?.columns ?? []).map((column) => [column.name, column]));
  const to = new Map((is?.columns ?? []).map((column) => [column.name, column]));
  const changes: ModelChange["columns"] = [];
  for (const name of new Set([...to.keys(), ...from.keys()])) {
    const old = from.get(name);
    const now = to.get(name);
    if (!now) changes.push({ name, change: "removed" });
    else if (!old) changes.push({ name, change: "new", detail: lineageOf(is, name).join(", ") });
    else if (old.type !== now.type)
      changes.push({ name, change: "type", detail: `${old.type} → ${now.type}` });
    else if (lineageOf(was, name).join() !== lineageOf(is, name).join())
      changes.push({
        name,
        change: "values",
        detail: `now from ${lineageOf(is, name).join(", ") || "no column"}`,
      });
    else if (old.description !== now.description) changes.push({ name, change: "description" });
  }
  if (!was || !is || was.query === is.query) return changes;
  const told = new Set(changes.filter(({ change }) => change !== "description").map((column) => column.name));
  const changed = changedColumns(was.query, is.query);
  const add = (name: string, detail: string): void => {
    if (told.has(name)) return;
    const described = changes.findIndex((column) => column.name === name);
    if (described >= 0) changes.splice(described, 1);
    changes.push({ name, change: "values", detail });
  };
  if (changed !== undefined)
    for (const name of changed.filter((each) => to.has(each))) add(name, "its expression changed");
  else if (told.size === 0) for (const name of to.keys()) add(name, "the query changed; its sources did not");
  return changes;
}

const lineageOf = (model: Model | undefined, column: string): string[] =>
  (model?.lineage[column] ?? model?.lineage[column.toLowerCase()] ?? []).toSorted();

/** From a column (`table.column`, lower-case) to the columns that take their value from it. */
function dependents(platform: Platform): Map<string, { model: Model; column: string }[]> {
  const edges = new Map<string, { model: Model; column: string }[]>();
  for (const model of platform.models)
    for (const [column, sources] of Object.entries(model.lineage))
      for (const source of sources) {
        const id = source.toLowerCase();
        const known = edges.get(id) ?? [];
        edges.set(id, known);
        known.push({ model, column });
      }
  return edges;
}

function reach(
  model: Model,
  columns: string[],
  edges: Map<string, { model: Model; column: string }[]>,
): ModelChange["downstream"] {
  const seen = new Set<string>();
  const found = new Map<string, { owner: string; columns: Set<string> }>();
  const queue = columns.map((column) => `${model.logical}.${column}`.toLowerCase());
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const next of edges.get(id) ?? []) {
      const known = found.get(next.model.logical) ?? { owner: next.model.owner, columns: new Set() };
      known.columns.add(next.column);
      found.set(next.model.logical, known);
      queue.push(`${next.model.logical}.${next.column}`.toLowerCase());
    }
  }
  found.delete(model.logical);
  return [...found].map(([logical, each]) => ({
    logical,
    owner: each.owner,
    columns: [...each.columns].sort(),
  }));
}

/** KPIs whose SQL names one of the models. A word match is enough here: a false hit asks for a look, no more. */
const kpisNaming = (kpis: Kpi[], logicals: string[]): string[] =>
  kpis
    .filter((kpi) =>
      logicals.some((logical) => kpi.sql.toLowerCase().replaceAll('"', "").includes(logical.toLowerCase())),
    )
    .map((kpi) => kpi.name);

/** `statistic: mean → median`, for each part of the definition that differs. */
function metricChanges(base: Metric[], head: Metric[]): Meaning["metrics"] {
  const before = new Map(base.map((metric) => [metric.name, metric]));
  const after = new Map(head.map((metric) => [metric.name, metric]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name): Meaning["metrics"] => {
    const was = before.get(name);
    const is = after.get(name);
    const shown = is ?? was;
    if (!shown) return [];
    if (!was || !is) return [{ name, file: shown.file, change: was ? "removed" : "new", what: [] }];
    const what = DEFINITION.flatMap(({ part, say }) => {
      const [from, to] = [say(was), say(is)];
      return from === to ? [] : [`${part}: ${from || "none"} → ${to || "none"}`];
    });
    return what.length === 0 ? [] : [{ name, file: is.file, change: "changed" as const, what }];
  });
}

const DEFINITION: { part: string; say: (metric: Metric) => string }[] = [
  { part: "statistic", say: (metric) => metric.statistic },
  { part: "of", say: (metric) => metric.of ?? "" },
  { part: "from", say: (metric) => metric.from },
  { part: "population", say: (metric) => metric.population.join(" and ") },
  { part: "only where", say: (metric) => metric.where ?? "" },
  {
    part: "dimensions",
    say: (metric) => metric.dimensions.map(({ name, of }) => `${name} (${of})`).join(", "),
  },
  { part: "type", say: (metric) => metric.type },
  { part: "table", say: (metric) => metric.table },
  { part: "owner", say: (metric) => metric.owner },
];

function kpiChanges(base: Kpi[], head: Kpi[]): Meaning["kpis"] {
  const before = new Map(base.map((kpi) => [kpi.name, kpi]));
  const after = new Map(head.map((kpi) => [kpi.name, kpi]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const was = before.get(name);
    const is = after.get(name);
    if (was && is && was.sql === is.sql) return [];
    return [{ name, change: !was ? ("new" as const) : !is ? ("removed" as const) : ("changed" as const) }];
  });
}

type Rule = Omit<RuleChange, "rule" | "change"> & { text: string };

/** An older revision's platform has none of these lists. */
const checksOf = (platform: Platform): Rule[] =>
  (platform.checks ?? []).map(({ key, owner, says, severity, query }) => ({
    name: key,
    owner,
    says,
    severity,
    text: query,
  }));
const alertsOf = (platform: Platform): Rule[] =>
  (platform.alerts ?? []).map(({ key, owner, description, severity, condition, action, schedule }) => ({
    name: key,
    owner,
    says: description,
    severity,
    text: JSON.stringify([condition, action, schedule]),
  }));

function ruleChanges(rule: RuleChange["rule"], base: Rule[], head: Rule[]): RuleChange[] {
  const [before, after] = [base, head].map((rules) => new Map(rules.map((each) => [each.name, each])));
  return [...new Set([...before!.keys(), ...after!.keys()])].flatMap((name) => {
    const [was, is] = [before!.get(name), after!.get(name)];
    const shown = is ?? was;
    if (shown === undefined || JSON.stringify(was) === JSON.stringify(is)) return [];
    const change = !was ? "new" : !is ? "removed" : "changed";
    const severity =
      was && is && was.severity !== is.severity ? `${was.severity} → ${is.severity}` : shown.severity;
    return [{ rule, name, owner: shown.owner, change, says: shown.says, severity }];
  });
}

/** The columns that a column's value comes from, all the way up. */
export function upstreamOf(platform: Platform, column: string): string[] {
  const models = new Map(platform.models.map((model) => [model.logical, model]));
  const found = new Set<string>();
  const queue = [column];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const { table, name } = splitColumn(id);
    for (const source of lineageOf(models.get(table), name))
      if (!found.has(source)) {
        found.add(source);
        queue.push(source);
      }
  }
  return [...found].sort();
}
