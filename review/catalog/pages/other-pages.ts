import { showUsd } from "../../../cost/explain.ts";
import type { Catalog } from "../data.ts";
import { html, type Markup } from "../html.ts";
import { tableGraph } from "../lineage-svg.ts";
import { flowMap, taskGraphs } from "../map-svg.ts";
import { entryFile } from "../names.ts";
import { type KpiRows, plot } from "../plot.ts";
import { list, page } from "./frame.ts";

/** A report: the question that it asks, what it reads, and its latest answer where an account was at hand. */
export function reportPage(
  catalog: Catalog,
  kpi: Catalog["kpis"][number],
  rows: KpiRows | undefined,
): string {
  return page(
    catalog,
    "../",
    kpi.name,
    html`<p class="crumb"><a href="../index.html#reports">Reports</a></p>
<h1>${kpi.name.replaceAll("_", " ")}</h1>
<dl class="facts"><div><dt>Columns</dt><dd>${kpi.columns.join(", ")}</dd></div><div><dt>Reads</dt><dd>${list(kpi.reads.map((read) => html`<a href="../table/${entryFile(read)}">${read}</a>`))}</dd></div></dl>
${rows && html`<h2 id="values">Latest values</h2>${plot(kpi.name.replaceAll("_", " "), rows)}`}
<h2 id="statement">Its statement</h2>
<pre>${kpi.sql}</pre>`,
  );
}

/** Everything that reads something, as one graph. A platform too large for one picture is drawn mart by mart. */
export function lineagePage(catalog: Catalog): string {
  const all = new Set(catalog.entries.keys());
  const pictures: Markup[] = [];
  if (all.size <= LARGEST) pictures.push(tableGraph(catalog, all, "table/"));
  else
    for (const [schema, tables] of Map.groupBy(
      [...all].filter((name) => name.startsWith("mart.")),
      (name) => name.split(".").slice(0, 2).join("."),
    )) {
      const wanted = upstream(catalog, tables, LARGEST);
      pictures.push(
        html`<h2 id="${schema}">${schema}</h2>${wanted.cut && html`<p class="faint">The nearest ${wanted.tables.size} tables; the others are on their own pages.</p>`}${tableGraph(catalog, wanted.tables, "table/")}`,
      );
    }
  return page(
    catalog,
    "",
    "Lineage",
    html`<h1>What reads what</h1><p class="lead">From the sources on the left to the marts on the right. Point at a table to follow it both ways.</p>${legend()}${pictures}`,
    true,
  );
}

const LARGEST = 160;

function upstream(catalog: Catalog, start: string[], most: number): { tables: Set<string>; cut: boolean } {
  const tables = new Set(start.slice(0, most));
  const queue = [...tables];
  for (let name = queue.shift(); name !== undefined; name = queue.shift())
    for (const read of catalog.entries.get(name)?.reads ?? []) {
      if (tables.has(read)) continue;
      if (tables.size >= most) return { tables, cut: true };
      tables.add(read);
      queue.push(read);
    }
  return { tables, cut: start.length > most };
}

/** The platform as pictures: the way of the data, the warehouses with their limits, the graphs of tasks. */
export function mapPage(catalog: Catalog): string {
  const { platform } = catalog;
  return page(
    catalog,
    "",
    "Map",
    html`<h1>The platform at a glance</h1>
<p class="lead">Databases, pipes, streams and tasks of stack ${platform.stack}.</p>
${legend()}
${flowMap(catalog)}
<h2 id="warehouses">Warehouses and their limits</h2>
<div class="scroll"><table class="stack"><thead><tr><th>Warehouse</th><th>Size</th><th class="num">Clusters</th><th>Suspends after</th><th>Statement timeout</th><th>Resource monitor</th></tr></thead><tbody>${platform.warehouses.map(
      (warehouse) => {
        const monitor = platform.monitors.find((each) => each.name === warehouse.monitor);
        return html`<tr><td><code>${warehouse.name}</code></td><td data-label="Size">${warehouse.size}</td><td class="num" data-label="Clusters">${warehouse.minClusters === warehouse.maxClusters ? warehouse.maxClusters : `${warehouse.minClusters}–${warehouse.maxClusters}`}</td><td data-label="Suspends after">${warehouse.autoSuspend} s idle</td><td data-label="Statement timeout">${warehouse.statementTimeout} s</td><td data-label="Monitor">${monitor ? `${monitor.name}: ${monitor.credits} credits ${monitor.frequency.toLowerCase()}, suspends at ${monitor.suspend} %` : "none"}</td></tr>`;
      },
    )}</tbody></table></div>
${platform.monitors.filter((monitor) => monitor.account).map((monitor) => html`<p>The whole account stops at ${monitor.suspend} % of ${monitor.credits} credits, ${monitor.frequency.toLowerCase()} (<code>${monitor.name}</code>).</p>`)}
<h2 id="tasks">Task graphs</h2>
${taskGraphs(catalog).map(({ title, picture }) => html`<h3>${title}</h3>${picture}`)}
<p class="faint">${platform.streams.length} streams, ${platform.tasks.length} tasks, ${platform.pipes.length} pipes. ${showUsd(catalog.monthly.expected)} expected a month.</p>`,
    true,
  );
}

const legend = (): Markup =>
  html`<p class="legend"><span class="dot raw">■ raw</span><span class="dot core">■ core</span><span class="dot mart">■ mart</span><span class="dot ops">■ ops</span></p>`;
