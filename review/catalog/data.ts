import { costByModel, type ModelCost } from "../../cost/by-model.ts";
import { estimate } from "../../cost/estimate/estimate.ts";
import type { PriceBook } from "../../cost/price-book.ts";
import type { Usage } from "../../cost/usage.ts";
import { personalColumns, splitColumn } from "../../infra/personal.ts";
import type { Column, Kpi, Metric, Model, Platform } from "../../infra/platform.ts";
import type { ColumnSight } from "../access/columns.ts";
import { effectiveAccess } from "../access/effective.ts";

export interface CatalogColumn extends Omit<Column, "tags"> {
  tags: string[];
  /** Why it counts as personal. */
  personal?: string;
  /** Columns that its value comes from, `table.column`. */
  from: string[];
  /** Columns that take their value from it. */
  into: string[];
}

/** Somebody who can read a table. */
export interface Reader {
  principal: string;
  kind: string;
  privileges: string[];
  via: string[];
  masked: string[];
}

/** A table or view, with everything the catalogue says of it. */
export interface Entry {
  logical: string;
  physical: string;
  kind: "model" | "source";
  description: string;
  owner: string;
  columns: CatalogColumn[];
  model?: Model;
  source?: string;
  reads: string[];
  readBy: string[];
  kpis: string[];
  /** Metrics that are its columns. */
  metrics: string[];
  readers: Reader[];
  cost: ModelCost;
}

export interface Catalog {
  platform: Platform;
  entries: Map<string, Entry>;
  metrics: Metric[];
  kpis: (Kpi & { reads: string[] })[];
  monthly: { expected: number; priceBook: string };
}

/** What the platform's data say, gathered by table. Pure. */
export function gatherCatalog(platform: Platform, book: PriceBook, usage: Usage): Catalog {
  const priced = estimate(platform, book, usage);
  const costs = costByModel(platform, priced, book, usage);
  const personal = personalColumns(platform);
  const models = new Map(platform.models.map((model) => [model.logical, model]));
  const sources = sourcesByTable(platform);
  const readers = readersByTable(platform);
  const { into, readBy } = reverseLineage(platform);
  const kpis = platform.kpis.map((kpi) => ({ ...kpi, reads: tablesNamed(kpi, platform) }));
  const entries = new Map<string, Entry>();
  for (const table of [...platform.tables, ...platform.views]) {
    const model = models.get(table.logical);
    const source = sources.get(table.logical);
    const columns = (model?.columns ?? table.columns).map((column): CatalogColumn => {
      const id = `${table.logical}.${column.name}`.toLowerCase();
      return {
        ...column,
        personal: personal.get(table.logical)?.get(column.name.toUpperCase()),
        from: lineageOf(model, column.name),
        into: into.get(id) ?? [],
      };
    });
    entries.set(table.logical, {
      logical: table.logical,
      physical: `${table.database}.${table.schema}.${table.name}`,
      kind: model ? "model" : "source",
      description: model?.description ?? table.comment,
      owner: model?.owner ?? source?.owner ?? "",
      columns,
      model,
      source: source?.key,
      reads: model?.reads ?? [],
      readBy: readBy.get(table.logical) ?? [],
      kpis: kpis.filter((kpi) => kpi.reads.includes(table.logical)).map((kpi) => kpi.name),
      metrics: platform.metrics
        .filter((metric) => metric.table === table.logical)
        .map((metric) => metric.name),
      readers: readers.get(`${table.database}.${table.schema}.${table.name}`) ?? [],
      cost: costs.get(table.logical) ?? { compute: 0, storage: 0 },
    });
  }
  return {
    platform,
    entries,
    metrics: [...platform.metrics].sort(
      (left, right) => byText(left.owner, right.owner) || byText(left.name, right.name),
    ),
    kpis,
    monthly: { expected: priced.total.expected, priceBook: priced.priceBook },
  };
}

const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

export const lineageOf = (model: Model | undefined, column: string): string[] =>
  model?.lineage[column.toLowerCase()] ?? model?.lineage[column] ?? [];

function sourcesByTable(platform: Platform): Map<string, Platform["sources"][number]> {
  return new Map(
    (platform.sources ?? []).flatMap((source) =>
      source.objects.flatMap((object) => (object.table ? [[object.table, source] as const] : [])),
    ),
  );
}

function reverseLineage(platform: Platform): { into: Map<string, string[]>; readBy: Map<string, string[]> } {
  const into = new Map<string, string[]>();
  const readBy = new Map<string, string[]>();
  const add = (map: Map<string, string[]>, key: string, value: string): void => {
    const known = map.get(key) ?? [];
    map.set(key, known);
    if (!known.includes(value)) known.push(value);
  };
  for (const model of platform.models) {
    for (const read of model.reads) add(readBy, read, model.logical);
    for (const [column, from] of Object.entries(model.lineage))
      for (const source of from) add(into, source.toLowerCase(), `${model.logical}.${column.toLowerCase()}`);
  }
  return { into, readBy };
}

function readersByTable(platform: Platform): Map<string, Reader[]> {
  const readers = new Map<string, Reader[]>();
  for (const access of effectiveAccess(platform)) {
    if (access.objectKind !== "table" && access.objectKind !== "view") continue;
    const name = access.object.slice(access.objectKind.length + 1);
    const privileges = Object.keys(access.privileges).sort();
    const known = readers.get(name) ?? [];
    readers.set(name, known);
    known.push({
      principal: access.principal,
      kind: access.principalKind,
      privileges,
      via: Object.values(access.privileges)[0]?.roles ?? [],
      masked: Object.entries(access.columns).flatMap(([column, { sight }]: [string, ColumnSight]) =>
        sight === "masked" ? [column] : [],
      ),
    });
  }
  return readers;
}

/** Tables that a KPI's statement names, by their physical names. */
function tablesNamed(kpi: Kpi, platform: Platform): string[] {
  const text = kpi.sql.replaceAll('"', "").toUpperCase();
  return [...platform.tables, ...platform.views]
    .filter((table) =>
      new RegExp(
        `(^|[^\\w.])${[table.database, table.schema, table.name].map(escapePattern).join("\\.")}(?![\\w.])`,
      ).test(text),
    )
    .map((table) => table.logical);
}

const escapePattern = (name: string): string => name.toUpperCase().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

export { splitColumn };
