import type { Platform } from "../../infra/platform.ts";
import type { Schedule } from "../../infra/units.ts";
import type { Catalog } from "./data.ts";
import { html, type Markup } from "./html.ts";
import { type Box, type Edge, layered, type Placed } from "./layout.ts";
import { curve, round, svg } from "./lineage-svg.ts";
import { entryFile } from "./names.ts";
import { fittingText, fittingTitle, titleWidth } from "./text-width.ts";

interface MapNode {
  id: string;
  style: string;
  title: string;
  sub: string;
  rows: string[];
  link?: string;
}

const LEAST_WIDTH = 196;
const MOST_WIDTH = 288;
const ROW = 16;
const HEAD = 42;
const MOST_ROWS = 9;

/** Sources, the ways in, schemas with their tables, and the roles that read them. */
export function flowMap(catalog: Catalog): Markup {
  const { platform } = catalog;
  const nodes = new Map<string, MapNode>();
  const edges = new Map<string, Edge & { count: number }>();
  const link = (from: string, to: string): void => {
    const key = `${from} ${to}`;
    edges.set(key, { from, to, count: (edges.get(key)?.count ?? 0) + 1 });
  };
  for (const entry of catalog.entries.values()) {
    const schema = schemaOf(entry.logical);
    const known = nodes.get(schema) ?? schemaNode(schema);
    nodes.set(schema, known);
    known.rows.push(entry.logical.split(".").at(-1) ?? "");
    for (const read of entry.reads)
      if (schemaOf(read) !== schema && catalog.entries.has(read)) link(schemaOf(read), schema);
  }
  waysIn(platform, nodes, link);
  const readers = new Map<string, Set<string>>();
  for (const entry of catalog.entries.values())
    for (const reader of entry.readers)
      if (reader.kind === "role" && entry.logical.startsWith("mart."))
        readers.set(
          reader.principal,
          (readers.get(reader.principal) ?? new Set()).add(schemaOf(entry.logical)),
        );
  for (const [role, schemas] of readers) {
    const id = `role ${role}`;
    nodes.set(id, { id, style: "role", title: role, sub: "role", rows: [] });
    for (const schema of schemas) link(schema, id);
  }
  return draw([...nodes.values()], [...edges.values()], "From sources to readers", (id) =>
    LANES.findIndex((begins) => begins.test(id)),
  );
}

/** What stands in which lane, from left to right. */
const LANES = [
  /^source /,
  /^(bucket$|topic )/,
  /^(pipes|connectors) /,
  /^raw\./,
  /^core\./,
  /^(mart|ops)\./,
  /^role /,
];

const schemaNode = (schema: string): MapNode => ({
  id: schema,
  style: schema.split(".")[0] ?? "",
  title: schema,
  sub: "schema",
  rows: [],
  link: `index.html#${schema}`,
});
const schemaOf = (logical: string): string => logical.split(".").slice(0, 2).join(".");

function waysIn(
  platform: Platform,
  nodes: Map<string, MapNode>,
  link: (from: string, to: string) => void,
): void {
  const logicalOf = new Map(
    platform.tables.map((table) => [`${table.database}.${table.schema}.${table.name}`, table.logical]),
  );
  const bySchema = Map.groupBy(platform.pipes, (pipe) => `${pipe.database}.${pipe.schema}`);
  for (const [place, pipes] of bySchema) {
    const schema = platform.schemas.find((each) => `${each.database}.${each.schema}` === place)?.logical;
    if (!schema) continue;
    const id = `pipes ${schema}`;
    nodes.set("bucket", {
      id: "bucket",
      style: "outside",
      title: platform.landing!.bucket,
      sub: "landing bucket (S3)",
      rows: [],
    });
    nodes.set(id, {
      id,
      style: "way",
      title: `${pipes.length} ${pipes.length === 1 ? "pipe" : "pipes"}`,
      sub: "Snowpipe, auto-ingest",
      rows: pipes.map((pipe) => pipe.name.toLowerCase()),
    });
    link("bucket", id);
    link(id, schema);
  }
  for (const connector of platform.connectors) {
    const table = logicalOf.get(
      `${connector.table.database}.${connector.table.schema}.${connector.table.name}`,
    );
    if (!table) continue;
    const topic = `topic ${connector.topic}`;
    const declared = platform.topics.find((each) => each.name === connector.topic);
    nodes.set(topic, {
      id: topic,
      style: "outside",
      title: connector.topic,
      sub: `Kafka topic, ${declared?.partitions ?? "?"} partitions`,
      rows: [],
    });
    const id = `connectors ${schemaOf(table)}`;
    const known = nodes.get(id) ?? {
      id,
      style: "way",
      title: "connector",
      sub: "Kafka to Snowflake, streaming",
      rows: [],
    };
    known.rows.push(connector.topic);
    known.title = `${known.rows.length} ${known.rows.length === 1 ? "connector" : "connectors"}`;
    nodes.set(id, known);
    link(topic, id);
    link(id, schemaOf(table));
  }
  for (const source of platform.sources ?? []) {
    const id = `source ${source.key}`;
    const tables = source.objects.flatMap((object) => (object.table ? [object.table] : []));
    nodes.set(id, {
      id,
      style: "outside",
      title: source.key,
      sub: `source (${source.wayIn})`,
      rows: [],
      link: `index.html#source-${source.key}`,
    });
    const schemas = new Set(tables.map(schemaOf));
    for (const schema of schemas) {
      const fed = platform.connectors.filter(
        (each) =>
          schemaOf(logicalOf.get(`${each.table.database}.${each.table.schema}.${each.table.name}`) ?? "") ===
          schema,
      );
      if (source.wayIn === "topic") for (const connector of fed) link(id, `topic ${connector.topic}`);
      else if (nodes.has(`pipes ${schema}`)) link(id, "bucket");
      else link(id, schema);
    }
    if (schemas.size === 0) nodes.delete(id);
  }
}

/** One graph of tasks for each schedule: the root, what runs after what, on which warehouse, waiting for which streams. */
export function taskGraphs(catalog: Catalog): { title: string; picture: Markup }[] {
  const { platform } = catalog;
  return platform.tasks
    .filter((root) => root.schedule)
    .map((root) => {
      const members = platform.tasks.filter((task) => task.freshness === root.freshness);
      const nodes = members.map((task): MapNode => {
        const streams = platform.streams.filter((stream) => stream.consumer === (task.model ?? task.key));
        const wait = !task.when
          ? []
          : streams.length > 0
            ? [`waits for ${streams.length} stream${streams.length === 1 ? "" : "s"}`]
            : ["waits for any stream"];
        return {
          id: task.key,
          style: task.model ? (task.model.split(".")[0] ?? "") : "way",
          title: task.model?.split(".").at(-1) ?? task.name.toLowerCase(),
          sub: task.model ? schemaOf(task.model) : "root task",
          rows: [`on ${task.warehouse || "serverless compute"}`, `at most ${minutes(task.timeout)}`, ...wait],
          link: task.model ? `table/${entryFile(task.model)}` : undefined,
        };
      });
      const edges = members.flatMap((task) => task.after.map((from) => ({ from, to: task.key, count: 1 })));
      return {
        title: `${root.freshness}: ${schedule(root.schedule)}, ${members.length} tasks`,
        picture: draw(nodes, edges, `Tasks of ${root.freshness}`),
      };
    });
}

const minutes = (seconds: number): string =>
  seconds % 3600 === 0 ? `${seconds / 3600} h` : `${Math.round(seconds / 60)} min`;

export const schedule = (given: Schedule | undefined): string =>
  !given
    ? "no schedule"
    : given.kind === "cron"
      ? given.cron
      : given.minutes % 60 === 0
        ? `every ${given.minutes / 60} h`
        : `every ${given.minutes} min`;

function draw(
  nodes: MapNode[],
  edges: (Edge & { count: number })[],
  label: string,
  lane?: (id: string) => number,
): Markup {
  const rowsOf = (node: MapNode): string[] =>
    node.rows.length > MOST_ROWS
      ? [...node.rows.slice(0, MOST_ROWS - 1), `and ${node.rows.length - MOST_ROWS + 1} more`]
      : node.rows;
  const boxes = nodes.map(
    (node): Box => ({
      id: node.id,
      width: widthOf(node),
      height: HEAD + rowsOf(node).length * ROW + (node.rows.length > 0 ? 8 : 4),
    }),
  );
  const layout = layered(boxes, edges, { x: 64, y: 18 }, lane);
  const place = new Map(layout.boxes.map((box) => [box.id, box]));
  const curves = edges.map((edge) => {
    const [start, end] = [place.get(edge.from), place.get(edge.to)];
    if (!start || !end) return undefined;
    return html`<path class="edge" data-from="${edge.from}" data-to="${edge.to}" style="stroke-width:${round(Math.min(6, 1 + Math.log2(edge.count + 1)))}" d="${way(start, end)}"/>`;
  });
  const drawn = nodes.map((node) => {
    const box = place.get(node.id);
    if (!box) return undefined;
    const text = rowsOf(node).map(
      (row, index) =>
        html`<text class="row" x="${round(box.x + 10)}" y="${round(box.y + HEAD + 12 + index * ROW)}">${fittingText(row, box.width - 16)}</text>`,
    );
    const group = html`<g class="node ${node.style}" data-column="${node.id}"><rect class="box" x="${round(box.x)}" y="${round(box.y)}" width="${box.width}" height="${box.height}" rx="6"/><text class="name" x="${round(box.x + 10)}" y="${round(box.y + 19)}">${fittingTitle(node.title, box.width - 20)}<title>${node.title}</title></text><text class="sub" x="${round(box.x + 10)}" y="${round(box.y + 35)}">${fittingText(node.sub, box.width - 16)}</text>${text}</g>`;
    return node.link ? html`<a href="${node.link}">${group}</a>` : group;
  });
  return svg(layout.width, layout.height, label, [...curves, ...drawn], "map");
}

const widthOf = (node: MapNode): number =>
  Math.ceil(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, titleWidth(node.title) + 20)));

/** Into the next lane, or around the outside of the own one. */
function way(start: Placed, end: Placed): string {
  const from: [number, number] = [start.x + start.width, start.y + 22];
  if (start.x !== end.x) return curve(from, [end.x, end.y + 22]);
  const side = end.x + end.width;
  return `M${round(from[0])} ${round(from[1])}C${round(side + 46)} ${round(from[1])} ${round(side + 46)} ${round(end.y + 22)} ${round(side)} ${round(end.y + 22)}`;
}
