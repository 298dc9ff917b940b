import type { Catalog, CatalogColumn, Entry } from "../data.ts";
import { splitColumn } from "../data.ts";
import { html, type Markup } from "../html.ts";
import { columnLineage } from "../lineage-svg.ts";
import { entryFile, kpiFile, metricFile } from "../names.ts";
import type { KpiRows } from "../plot.ts";
import { sample } from "../sample.ts";
import { databaseOf, list, page, usd } from "./frame.ts";

/** One table or view: meaning, columns, lineage, readers, cost, SQL, a sample; `rows` where an account gave some. */
export function tablePage(catalog: Catalog, entry: Entry, rows?: KpiRows): string {
  const { model } = entry;
  return page(
    catalog,
    "../",
    entry.logical,
    html`<p class="crumb"><span class="tag ${databaseOf(entry.logical)}">${databaseOf(entry.logical)}</span> <a href="../index.html#${entry.logical.split(".").slice(0, 2).join(".")}">${entry.logical.split(".").slice(0, 2).join(".")}</a></p>
<h1>${entry.logical}</h1>
<p class="lead">${entry.description}</p>
<dl class="facts">
<div><dt>Owner</dt><dd>${entry.owner || "–"}</dd></div>
<div><dt>One row is</dt><dd>${model?.grain ?? "one record, as the source sent it"}</dd></div>
${model && html`<div><dt>Key</dt><dd>${model.key.length > 0 ? html`<code>${model.key.join(", ")}</code>` : "–"}</dd></div>`}
<div><dt>Fresh</dt><dd>${freshness(entry)}</dd></div>
<div><dt>Kept up to date</dt><dd>${maintenance(entry)}</dd></div>
<div><dt>Expected a month</dt><dd>${costText(entry)}</dd></div>
<div><dt>In Snowflake</dt><dd><code>${entry.physical}</code></dd></div>
${entry.source && html`<div><dt>Source</dt><dd><a href="../index.html#source-${entry.source}">${entry.source}</a></dd></div>`}
${entry.kpis.length > 0 && html`<div><dt>Reports</dt><dd>${list(entry.kpis.map((name) => html`<a href="../report/${kpiFile(name)}">${name.replaceAll("_", " ")}</a>`))}</dd></div>`}
${entry.metrics.length > 0 && html`<div><dt>Metrics</dt><dd>${list(entry.metrics.map((name) => html`<a href="../metric/${metricFile(name)}">${name.replaceAll("_", " ")}</a>`))}</dd></div>`}
</dl>
<h2 id="columns">Columns</h2>
<div class="scroll"><table class="stack columns"><thead><tr><th>Column</th><th>Type</th><th>Meaning</th><th>Comes from</th><th>Used by</th></tr></thead><tbody>${entry.columns.map((column) => columnRow(catalog, column))}</tbody></table></div>
${checks(catalog, entry)}<h2 id="lineage">Lineage</h2>
${entry.reads.length + entry.readBy.length > 0 ? html`<p class="faint">Point at a column to follow it.</p>${columnLineage(catalog, entry)}` : html`<p>Nothing reads it, and it reads nothing.</p>`}
<h2 id="readers">Who can see it</h2>
${readers(entry)}
${sample(catalog, entry, rows)}
${model && html`<h2 id="sql">SQL</h2><p class="faint"><code>${model.file}</code></p><pre>${model.query}</pre>`}`,
  );
}

function columnRow(catalog: Catalog, column: CatalogColumn): Markup {
  const id = column.name.toLowerCase();
  return html`<tr id="${id}"><td><a href="#${id}"><code>${id}</code></a>${column.personal && html` <span class="tag personal" title="${column.personal}">personal</span>`}</td><td data-label="Type"><span class="faint">${shortType(column.type)}${!column.nullable && ", required"}</span></td><td>${column.description}</td><td data-label="Comes from">${columnLinks(catalog, column.from)}</td><td data-label="Used by">${columnLinks(catalog, column.into)}</td></tr>`;
}

function columnLinks(catalog: Catalog, paths: string[]): Markup | string {
  if (paths.length === 0) return "";
  return list(
    paths.map((path) => {
      const { table, name } = splitColumn(path);
      const label = html`<span class="faint">${table}.</span>${name}`;
      return catalog.entries.has(table)
        ? html`<a href="${entryFile(table)}#${name.toLowerCase()}">${label}</a>`
        : label;
    }),
  );
}

/** What must hold of its rows. */
function checks(catalog: Catalog, entry: Entry): Markup | string {
  const own = catalog.platform.checks.filter((check) => check.model === entry.logical);
  if (own.length === 0) return "";
  return html`<h2 id="checks">Checks</h2>
<div class="scroll"><table class="stack"><thead><tr><th>What must hold</th><th>Severity</th><th>When</th><th>Name</th></tr></thead><tbody>${own.map(
    (check) =>
      html`<tr><td>${check.says}</td><td data-label="Severity">${check.severity === "blocking" ? "blocking: what reads it waits" : "warning"}</td><td data-label="When">${check.run === "changes" ? "for rows that change" : "on a schedule"}</td><td data-label="Name"><code>${check.key}</code></td></tr>`,
  )}</tbody></table></div>
`;
}

/** Snowflake's default lengths say nothing. */
const shortType = (type: string): string =>
  type
    .replace("VARCHAR(16777216)", "VARCHAR")
    .replace("NUMBER(38,0)", "NUMBER")
    .replace(/^(TIMESTAMP_\w+)\(9\)$/, "$1");

function maintenance({ model }: Entry): Markup | string {
  if (!model) return "loaded as it comes, never changed";
  switch (model.maintenance.kind) {
    case "view":
      return "a view: computed when it is read";
    case "arrivals":
      return "arriving rows only";
    case "affected":
      return html`the keys that a change touches${model.maintenance.grain.length > 0 && html` (<code>${model.maintenance.grain.join(", ")}</code>)`}`;
    case "rebuild":
      return `rebuilt whole: ${model.maintenance.reason}`;
    default:
      return String((model.maintenance as { kind: string }).kind);
  }
}

function freshness({ model }: Entry): string {
  if (!model) return "as it arrives";
  return model.maintenance.kind === "view" ? "as what it reads" : `${model.freshness}, on ${model.warehouse}`;
}

function costText({ model, cost }: Entry): string {
  if (model?.maintenance.kind === "view") return "nothing of its own: whoever reads it pays";
  if (cost.compute === 0) return `${usd(cost.storage)} storage`;
  return `${usd(cost.compute)} compute (its share of the schedule), ${usd(cost.storage)} storage`;
}

function readers(entry: Entry): Markup {
  if (entry.readers.length === 0) return html`<p>No functional role or service may read it.</p>`;
  return html`<div class="scroll"><table class="stack"><thead><tr><th>Who</th><th>May</th><th>Through</th><th>Masked</th></tr></thead><tbody>${entry.readers.map(
    (reader) =>
      html`<tr><td><code>${reader.principal}</code> <span class="faint">${reader.kind}</span></td><td data-label="May">${reader.privileges.join(", ")}</td><td data-label="Through">${reader.via.map((role, index) => html`${index > 0 ? " → " : ""}<code>${role}</code>`)}</td><td data-label="Masked">${reader.masked.length > 0 ? reader.masked.join(", ").toLowerCase() : "nothing"}</td></tr>`,
  )}</tbody></table></div>`;
}
