import { CATALOG_CSS, CATALOG_JS } from "./assets.ts";
import type { Catalog } from "./data.ts";
import { jsonForScript } from "./html.ts";
import { entryFile, kpiFile, metricFile } from "./names.ts";
import { indexPage } from "./pages/index-page.ts";
import { metricPage } from "./pages/metric-page.ts";
import { lineagePage, mapPage, reportPage } from "./pages/other-pages.ts";
import { tablePage } from "./pages/table-page.ts";
import type { KpiRows } from "./plot.ts";

export interface SiteFile {
  path: string;
  text: string;
}

/** Rows that an account gave, by name. */
export interface SiteValues {
  metrics: Record<string, KpiRows>;
  reports: Record<string, KpiRows>;
  /** By the table's logical name. */
  samples: Record<string, KpiRows>;
}

/** Every file of the site, one after the other. Pure. */
export function* siteFiles(catalog: Catalog, values?: SiteValues): Generator<SiteFile> {
  yield { path: "style.css", text: CATALOG_CSS };
  yield { path: "catalog.js", text: CATALOG_JS };
  yield { path: "search.js", text: `window.FIRN_INDEX=${jsonForScript(searchIndex(catalog)).text};\n` };
  yield { path: "index.html", text: indexPage(catalog) };
  yield { path: "lineage.html", text: lineagePage(catalog) };
  yield { path: "map.html", text: mapPage(catalog) };
  for (const entry of catalog.entries.values())
    yield {
      path: `table/${entryFile(entry.logical)}`,
      text: tablePage(catalog, entry, values?.samples[entry.logical]),
    };
  for (const metric of catalog.metrics)
    yield {
      path: `metric/${metricFile(metric.name)}`,
      text: metricPage(catalog, metric, values?.metrics[metric.name]),
    };
  for (const kpi of catalog.kpis)
    yield { path: `report/${kpiFile(kpi.name)}`, text: reportPage(catalog, kpi, values?.reports[kpi.name]) };
}

/** What is found: name, kind, page, what it says, and the words it is found by. */
interface SearchItem {
  n: string;
  t: "table" | "column" | "metric" | "report";
  u: string;
  s: string;
  /** Lower-case name. */
  k: string;
  /** Lower-case description. */
  d: string;
}

export function searchIndex(catalog: Catalog): SearchItem[] {
  const item = (n: string, t: SearchItem["t"], u: string, s: string, more = ""): SearchItem => ({
    n,
    t,
    u,
    s,
    k: n.toLowerCase(),
    d: `${s} ${more}`.toLowerCase(),
  });
  const items = [...catalog.entries.values()].flatMap((entry) => [
    item(entry.logical, "table", `table/${entryFile(entry.logical)}`, entry.description, entry.owner),
    ...entry.columns.map((column) =>
      item(
        `${entry.logical}.${column.name.toLowerCase()}`,
        "column",
        `table/${entryFile(entry.logical)}#${column.name.toLowerCase()}`,
        column.description,
      ),
    ),
  ]);
  return [
    ...items,
    ...catalog.metrics.map((metric) =>
      item(
        metric.name.replaceAll("_", " "),
        "metric",
        `metric/${metricFile(metric.name)}`,
        metric.description,
        metric.owner,
      ),
    ),
    ...catalog.kpis.map((kpi) =>
      item(kpi.name.replaceAll("_", " "), "report", `report/${kpiFile(kpi.name)}`, kpi.columns.join(", ")),
    ),
  ];
}
