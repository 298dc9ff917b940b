import type { Metric } from "../../../infra/platform.ts";
import { type Catalog, lineageOf } from "../data.ts";
import { html, type Markup } from "../html.ts";
import { entryFile, kpiFile } from "../names.ts";
import { type KpiRows, plot } from "../plot.ts";
import { list, page } from "./frame.ts";

const STATISTICS: Record<Metric["statistic"], string> = {
  count: "how many rows there are",
  count_distinct: "how many different values there are of",
  sum: "the sum of",
  mean: "the mean of",
  median: "the median of",
  min: "the least of",
  max: "the greatest of",
};

/** A metric: its one definition, where its number stands, what it is computed from, and its values where an account was at hand. */
export function metricPage(catalog: Catalog, metric: Metric, rows: KpiRows | undefined): string {
  const title = metric.name.replaceAll("_", " ");
  const entry = catalog.entries.get(metric.table);
  const reports = catalog.kpis.filter((kpi) => kpi.reads.includes(metric.table));
  const readers = (entry?.readers ?? []).map((reader) => html`<code>${reader.principal}</code>`);
  return page(
    catalog,
    "../",
    title,
    html`<p class="crumb"><a href="../index.html#metrics">Metrics</a></p>
<h1>${title}</h1>
<p class="lead">${metric.description}</p>
<h2 id="definition">The one definition</h2>
<dl class="facts"><div><dt>Statistic</dt><dd>${STATISTICS[metric.statistic]}${metric.of !== undefined && html` <code>${metric.of}</code>`}</dd></div><div><dt>Of the rows <code>r</code> of</dt><dd>${tableLink(catalog, metric.from)}</dd></div><div><dt>Population</dt><dd>${conditions(metric)}</dd></div><div><dt>For each</dt><dd>${list(metric.dimensions.map(({ name, of }) => html`<span>${name} (<code>${of}</code>)</span>`))}</dd></div><div><dt>Owner</dt><dd>${metric.owner}</dd></div><div><dt>Written in</dt><dd><code>${metric.file}</code></dd></div></dl>
${rows && html`<h2 id="values">Latest values</h2>${plot(title, rows)}`}
<h2 id="where">Where its number stands</h2>
<dl class="facts"><div><dt>Column</dt><dd><a href="../table/${entryFile(metric.table)}#${metric.name}">${metric.table}.${metric.name}</a></dd></div><div><dt>Comes from</dt><dd>${list(lineageOf(entry?.model, metric.name).map((column) => html`<code>${column}</code>`))}</dd></div><div><dt>Reports</dt><dd>${list(reports.map((kpi) => html`<a href="../report/${kpiFile(kpi.name)}">${kpi.name.replaceAll("_", " ")}</a>`))}</dd></div><div><dt>Who may see it</dt><dd>${list(readers)}</dd></div></dl>`,
  );
}

const tableLink = (catalog: Catalog, table: string): Markup =>
  catalog.entries.has(table)
    ? html`<a href="../table/${entryFile(table)}">${table}</a>`
    : html`<code>${table}</code>`;

function conditions({ population, where }: Metric): Markup | string {
  const all = [...population, ...(where === undefined ? [] : [where])];
  return all.length === 0
    ? "all of them"
    : html`${all.map((condition, index) => html`${index > 0 ? " and " : ""}<code>${condition}</code>`)}`;
}
