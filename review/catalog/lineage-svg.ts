import type { Catalog, Entry } from "./data.ts";
import { splitColumn } from "./data.ts";
import { html, type Markup } from "./html.ts";
import { type Box, type Edge, layered, type Placed } from "./layout.ts";
import { entryFile } from "./names.ts";
import { fittingText, fittingTitle } from "./text-width.ts";

const ROW = 19;
const HEAD = 30;
const NODE_WIDTH = 236;
const MOST_ROWS = 40;

/** A table's columns between the columns that they come from and those that take from them; each edge is one column's way. */
export function columnLineage(catalog: Catalog, entry: Entry): Markup {
  const columns = entry.columns.slice(0, MOST_ROWS);
  const tables = new Map<string, string[]>([
    [entry.logical, columns.map((column) => column.name.toLowerCase())],
  ]);
  const edges: { from: string; to: string }[] = [];
  const put = (path: string): void => {
    const { table, name } = splitColumn(path);
    const known = tables.get(table) ?? [];
    tables.set(table, known);
    if (!known.includes(name.toLowerCase())) known.push(name.toLowerCase());
  };
  for (const column of columns) {
    const own = `${entry.logical}.${column.name.toLowerCase()}`;
    for (const from of column.from) {
      put(from);
      edges.push({ from: from.toLowerCase(), to: own });
    }
    for (const into of column.into) {
      put(into);
      edges.push({ from: own, to: into.toLowerCase() });
    }
  }
  for (const table of [...entry.reads, ...entry.readBy]) if (!tables.has(table)) tables.set(table, []);
  const boxes = [...tables].map(
    ([id, names]): Box => ({ id, width: NODE_WIDTH, height: HEAD + Math.max(1, names.length) * ROW + 6 }),
  );
  const tableEdges: Edge[] = [
    ...entry.reads.map((from) => ({ from, to: entry.logical })),
    ...entry.readBy.map((to) => ({ from: entry.logical, to })),
  ];
  const layout = layered(boxes, tableEdges);
  const place = new Map(layout.boxes.map((box) => [box.id, box]));
  const anchor = (path: string, side: "left" | "right"): [number, number] | undefined => {
    const { table, name } = splitColumn(path);
    const box = place.get(table);
    const row = tables.get(table)?.indexOf(name) ?? -1;
    if (!box || row < 0) return undefined;
    return [box.x + (side === "right" ? box.width : 0), box.y + HEAD + row * ROW + ROW / 2];
  };
  const curves = edges.map((edge) => {
    const start = anchor(edge.from, "right");
    const end = anchor(edge.to, "left");
    if (!start || !end) return undefined;
    return html`<path class="edge" data-from="${edge.from}" data-to="${edge.to}" d="${curve(start, end)}"/>`;
  });
  const nodes = layout.boxes.map((box) =>
    columnNode(catalog, box, tables.get(box.id) ?? [], box.id === entry.logical),
  );
  return svg(
    layout.width,
    layout.height,
    `Where the columns of ${entry.logical} come from and go to`,
    [...curves, ...nodes],
    "lineage",
  );
}

function columnNode(catalog: Catalog, box: Placed, names: string[], own: boolean): Markup {
  const entry = catalog.entries.get(box.id);
  const title = html`<text class="name" x="${round(box.x + 10)}" y="${round(box.y + 20)}">${fittingTitle(box.id, box.width - 18)}<title>${box.id}</title></text>`;
  const rows = names.map((name, index) => {
    const y = box.y + HEAD + index * ROW;
    return html`<g class="col" data-column="${box.id}.${name}"><rect x="${round(box.x + 1)}" y="${round(y)}" width="${box.width - 2}" height="${ROW}"/><text x="${round(box.x + 14)}" y="${round(y + 13.5)}">${fittingText(name, box.width - 20)}</text></g>`;
  });
  return html`<g class="node${own ? " own" : ""} ${box.id.split(".")[0]}"><rect class="box" x="${round(box.x)}" y="${round(box.y)}" width="${box.width}" height="${box.height}" rx="6"/>${entry && !own ? html`<a href="${entryFile(box.id)}">${title}</a>` : title}${rows}</g>`;
}

const TABLE_HEIGHT = 46;

/** Tables and what reads what, the whole way from sources to marts. */
export function tableGraph(catalog: Catalog, wanted: ReadonlySet<string>, prefix: string): Markup {
  const shown = [...catalog.entries.values()].filter((entry) => wanted.has(entry.logical));
  const boxes = shown.map((entry): Box => ({ id: entry.logical, width: NODE_WIDTH, height: TABLE_HEIGHT }));
  const edges = shown.flatMap((entry) =>
    entry.reads.filter((read) => wanted.has(read)).map((from): Edge => ({ from, to: entry.logical })),
  );
  const layout = layered(boxes, edges, { x: 80, y: 14 });
  const place = new Map(layout.boxes.map((box) => [box.id, box]));
  const curves = edges.map(({ from, to }) => {
    const [start, end] = [place.get(from), place.get(to)];
    if (!start || !end) return undefined;
    return html`<path class="edge" data-from="${from}" data-to="${to}" d="${curve([start.x + start.width, start.y + start.height / 2], [end.x, end.y + end.height / 2])}"/>`;
  });
  const nodes = layout.boxes.map((box) => {
    const entry = catalog.entries.get(box.id);
    const [database = "", schema = "", name = ""] = box.id.split(".");
    return html`<a href="${prefix}${entryFile(box.id)}"><g class="node ${database}" data-column="${box.id}"><rect class="box" x="${round(box.x)}" y="${round(box.y)}" width="${box.width}" height="${box.height}" rx="6"/><text class="name" x="${round(box.x + 10)}" y="${round(box.y + 20)}">${fittingTitle(name, box.width - 18)}<title>${box.id}: ${entry?.description}</title></text><text class="sub" x="${round(box.x + 10)}" y="${round(box.y + 36)}">${database}.${schema}</text></g></a>`;
  });
  return svg(layout.width, layout.height, "What reads what", [...curves, ...nodes], "lineage");
}

export function svg(
  width: number,
  height: number,
  label: string,
  inner: (Markup | undefined)[],
  className: string,
): Markup {
  const pad = 4;
  return html`<div class="drawing" tabindex="0" role="region" aria-label="${label}"><svg class="${className}" role="img" aria-label="${label}" width="${round(width + 2 * pad)}" height="${round(height + 2 * pad)}" viewBox="${-pad} ${-pad} ${round(width + 2 * pad)} ${round(height + 2 * pad)}">${inner}</svg></div>`;
}

export function curve([x1, y1]: [number, number], [x2, y2]: [number, number]): string {
  const bend = Math.max(30, Math.abs(x2 - x1) / 2);
  return `M${round(x1)} ${round(y1)}C${round(x1 + bend)} ${round(y1)} ${round(x2 - bend)} ${round(y2)} ${round(x2)} ${round(y2)}`;
}

export const round = (number: number): number => Math.round(number * 10) / 10;
