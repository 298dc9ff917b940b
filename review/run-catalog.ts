import { resolve } from "node:path";
import { loadPriceBook } from "../cost/price-book.ts";
import { loadUsage } from "../cost/usage.ts";
import { quoted } from "../infra/names.ts";
import type { Metric, Platform } from "../infra/platform.ts";
import { gatherCatalog } from "./catalog/data.ts";
import type { KpiRows } from "./catalog/plot.ts";
import { sampleStatement } from "./catalog/sample.ts";
import { type SiteValues, siteFiles } from "./catalog/site.ts";
import { writeSite } from "./catalog/write.ts";
import { loadWorkingTree } from "./revision/load.ts";

export interface RunCatalogOptions {
  root: string;
  stack: string;
  /** Folder of the site. */
  output: string;
  /** Runs a metric's statement on an account; without it the site has no values. */
  query?(statement: string): Promise<{ columns: string[]; rows: unknown[][] }>;
  /** Said beside the values: when and where they were read. */
  readAt?: string;
}

export interface RunCatalog {
  folder: string;
  files: number;
  tables: number;
  metrics: number;
  /** Metrics, reports and samples whose values could not be read, with the reason. */
  unread: string[];
}

/** Compiles the working tree and writes its catalogue. */
export async function runCatalog(options: RunCatalogOptions): Promise<RunCatalog> {
  const { platform } = await loadWorkingTree(options.root, options.stack);
  const catalog = gatherCatalog(platform, loadPriceBook(), loadUsage(options.stack));
  const unread: string[] = [];
  const values: SiteValues = { metrics: {}, reports: {}, samples: {} };
  if (options.query) {
    const { query, readAt = "" } = options;
    const warehouse = platform.warehouses.find((each) => each.key === BI_WAREHOUSE) ?? platform.warehouses[0];
    if (warehouse) await query(`use warehouse ${quoted(warehouse.name)}`);
    const read = async (into: Record<string, KpiRows>, name: string, statement: string) => {
      try {
        const { columns, rows } = await query(statement);
        into[name] = { columns, rows: rows.map((row) => row.map(cell)), title: readAt };
      } catch (error) {
        unread.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    for (const kpi of platform.kpis) await read(values.reports, kpi.name, kpi.sql);
    for (const metric of platform.metrics)
      await read(values.metrics, metric.name, metricStatement(platform, metric));
    for (const entry of catalog.entries.values()) {
      // Records as a source sent them, and rejected ones, can hold what nobody has declared: they are on no page.
      if (!entry.logical.startsWith("core.") && !entry.logical.startsWith("mart.")) continue;
      const statement = sampleStatement(entry);
      if (statement !== undefined) await read(values.samples, entry.logical, statement);
    }
  }
  const folder = resolve(options.output);
  const files = writeSite(folder, siteFiles(catalog, values));
  return { folder, files, tables: catalog.entries.size, metrics: catalog.metrics.length, unread };
}

/** A metric's column by the dimensions of its table, newest or greatest first. */
function metricStatement(platform: Platform, metric: Metric): string {
  const table = [...platform.tables, ...platform.views].find((each) => each.logical === metric.table);
  if (table === undefined) throw new Error(`${metric.table} is not part of the platform`);
  const dimensions = metric.dimensions.map(({ name }) => name);
  const order = dimensions.map((_, index) => `${index + 1} desc`).join(", ");
  return [
    `select ${[...dimensions, metric.name].join(", ")}`,
    `from ${quoted(table.database, table.schema, table.name)}`,
    ...(order === "" ? [] : [`order by ${order}`]),
    `limit ${MOST_ROWS}`,
  ].join(" ");
}

const MOST_ROWS = 500;

/** The warehouse of people's questions, by its key. */
const BI_WAREHOUSE = "bi";

const cell = (value: unknown): string | number | null =>
  value === null || value === undefined
    ? null
    : typeof value === "number"
      ? value
      : value instanceof Date
        ? value.toISOString().slice(0, 10)
        : typeof value === "object"
          ? JSON.stringify(value)
          : String(value);
