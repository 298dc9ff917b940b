import type { Catalog, Entry } from "../data.ts";
import { html, type Markup } from "../html.ts";
import { entryFile, kpiFile, metricFile } from "../names.ts";
import { databaseOf, page, usd } from "./frame.ts";

/** Everything that there is, by schema. */
export function indexPage(catalog: Catalog): string {
  const { platform } = catalog;
  const entries = [...catalog.entries.values()];
  const columns = entries.reduce((total, entry) => total + entry.columns.length, 0);
  const schemas = Map.groupBy(entries, (entry) => entry.logical.split(".").slice(0, 2).join("."));
  const order = ["mart", "core", "ops", "raw"];
  const sorted = [...schemas].sort(
    ([left], [right]) =>
      order.indexOf(databaseOf(left)) - order.indexOf(databaseOf(right)) || (left < right ? -1 : 1),
  );
  return page(
    catalog,
    "",
    "Overview",
    html`<h1>What data there is, what it means, and who may see it</h1>
<dl class="facts"><div><dt>Tables and views</dt><dd class="big">${entries.length}</dd></div><div><dt>Columns</dt><dd class="big">${columns}</dd></div><div><dt>Metrics</dt><dd class="big">${catalog.metrics.length}</dd></div><div><dt>Reports</dt><dd class="big">${catalog.kpis.length}</dd></div><div><dt>Sources</dt><dd class="big">${(platform.sources ?? []).length}</dd></div><div><dt>Expected a month</dt><dd class="big">${usd(catalog.monthly.expected)}</dd></div></dl>
${metrics(catalog)}
${reports(catalog)}
${sources(catalog)}
<h2 id="tables">Tables</h2>
${sorted.map(([schema, group]) => schemaTable(schema, group))}`,
  );
}

function schemaTable(schema: string, entries: Entry[]): Markup {
  return html`<h3 id="${schema}"><span class="tag ${databaseOf(schema)}">${databaseOf(schema)}</span> ${schema}</h3>
<div class="scroll"><table class="stack"><thead><tr><th>Table</th><th>What it is</th><th>Owner</th><th>Fresh</th><th class="num">Columns</th><th class="num">A month</th></tr></thead><tbody>${entries.map(
    (entry) =>
      html`<tr><td><a href="table/${entryFile(entry.logical)}">${entry.logical.split(".").at(-1)}</a>${entry.columns.some((column) => column.personal) && html` <span class="tag personal">personal</span>`}</td><td>${entry.description}</td><td data-label="Owner">${entry.owner}</td><td data-label="Fresh">${entry.model?.freshness ?? "as it arrives"}</td><td class="num" data-label="Columns">${entry.columns.length}</td><td class="num" data-label="A month">${usd(total(entry))}</td></tr>`,
  )}</tbody></table></div>`;
}

/** Null where a part has no price. */
const total = ({ cost }: Entry): number | null =>
  cost.compute === null || cost.storage === null ? null : cost.compute + cost.storage;

function metrics(catalog: Catalog): Markup | undefined {
  if (catalog.metrics.length === 0) return undefined;
  return html`<h2 id="metrics">Metrics</h2><p>Each has one written definition, from which every department's number comes.</p><div class="scroll"><table class="stack"><thead><tr><th>Metric</th><th>What it is</th><th>Owner</th><th>For each</th></tr></thead><tbody>${catalog.metrics.map(
    (metric) =>
      html`<tr><td><a href="metric/${metricFile(metric.name)}">${metric.name.replaceAll("_", " ")}</a></td><td>${metric.description}</td><td data-label="Owner">${metric.owner}</td><td data-label="For each">${metric.dimensions.map(({ name }) => name).join(", ") || "the whole company"}</td></tr>`,
  )}</tbody></table></div>`;
}

function reports(catalog: Catalog): Markup | undefined {
  if (catalog.kpis.length === 0) return undefined;
  return html`<h2 id="reports">Reports</h2><div class="scroll"><table class="stack"><thead><tr><th>Report</th><th>Columns</th><th>Reads</th></tr></thead><tbody>${catalog.kpis.map(
    (kpi) =>
      html`<tr><td><a href="report/${kpiFile(kpi.name)}">${kpi.name.replaceAll("_", " ")}</a></td><td>${kpi.columns.join(", ")}</td><td data-label="From">${kpi.reads.map((read, index) => html`${index > 0 ? ", " : ""}<a href="table/${entryFile(read)}">${read}</a>`)}</td></tr>`,
  )}</tbody></table></div>`;
}

function sources(catalog: Catalog): Markup | undefined {
  const all = catalog.platform.sources ?? [];
  if (all.length === 0) return undefined;
  return html`<h2 id="sources">Sources</h2><div class="scroll"><table class="stack"><thead><tr><th>Source</th><th>What it brings</th><th>Owner</th><th>Way in</th><th>Objects</th></tr></thead><tbody>${all.map(
    (source) =>
      html`<tr id="source-${source.key}"><td>${source.key}</td><td>${source.description}</td><td data-label="Owner">${source.owner}</td><td data-label="Way in">${source.wayIn}</td><td data-label="Objects">${source.objects.map((object, index) => html`${index > 0 ? ", " : ""}${object.table && catalog.entries.has(object.table) ? html`<a href="table/${entryFile(object.table)}">${object.label}</a>` : object.label}`)}</td></tr>`,
  )}</tbody></table></div>`;
}
