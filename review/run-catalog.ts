import { resolve } from "node:path";
import { loadPriceBook } from "../cost/price-book.ts";
import { loadUsage } from "../cost/usage.ts";
import { quoted } from "../infra/names.ts";
import { gatherCatalog } from "./catalog/data.ts";
import type { KpiRows } from "./catalog/plot.ts";
import { siteFiles } from "./catalog/site.ts";
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
  /** Metrics whose values could not be read, with the reason. */
  unread: string[];
}

/** Compiles the working tree and writes its catalogue. */
export async function runCatalog(options: RunCatalogOptions): Promise<RunCatalog> {
  const { platform } = await loadWorkingTree(options.root, options.stack);
  const catalog = gatherCatalog(platform, loadPriceBook(), loadUsage(options.stack));
  const values: Record<string, KpiRows> = {};
  const unread: string[] = [];
  const warehouse = platform.warehouses.find((each) => each.key === BI_WAREHOUSE) ?? platform.warehouses[0];
  if (options.query && warehouse) await options.query(`use warehouse ${quoted(warehouse.name)}`);
  for (const kpi of options.query ? platform.kpis : []) {
    try {
      const result = await options.query?.(kpi.sql);
      if (result)
        values[kpi.name] = {
          columns: result.columns,
          rows: result.rows.map((row) => row.map(cell)),
          title: options.readAt ?? "",
        };
    } catch (error) {
      unread.push(`${kpi.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const folder = resolve(options.output);
  const files = writeSite(folder, siteFiles(catalog, values));
  return { folder, files, tables: catalog.entries.size, metrics: catalog.kpis.length, unread };
}

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
