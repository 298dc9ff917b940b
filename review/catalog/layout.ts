/** A node of a drawn graph; sizes and places in pixels. */
export interface Box {
  id: string;
  width: number;
  height: number;
}

export interface Placed extends Box {
  x: number;
  y: number;
}

export interface Edge {
  from: string;
  to: string;
}

export interface Layout {
  boxes: Placed[];
  width: number;
  height: number;
}

/** Layers from left to right by the longest way, or as `lane` says; boxes within a layer ordered by their neighbours. Edges that close a circle are passed over. */
export function layered(
  boxes: readonly Box[],
  edges: readonly Edge[],
  gap = { x: 90, y: 22 },
  lane?: (id: string) => number,
): Layout {
  const ids = new Set(boxes.map((box) => box.id));
  const known = edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to) && edge.from !== edge.to);
  const layer = lane ? new Map(boxes.map(({ id }) => [id, lane(id)])) : layersOf(boxes, known);
  const layers: Box[][] = Array.from({ length: Math.max(-1, ...layer.values()) + 1 }, () => []);
  for (const box of boxes) {
    const index = layer.get(box.id) ?? 0;
    layers[index] = [...(layers[index] ?? []), box];
  }
  for (let sweep = 0; sweep < 4; sweep++)
    for (let index = 0; index < layers.length; index++)
      order(layers, sweep % 2 === 0 ? index : layers.length - 1 - index, known);
  const heights = layers.map((each) => each.reduce((sum, box) => sum + box.height + gap.y, -gap.y));
  const height = Math.max(0, ...heights);
  const placed: Placed[] = [];
  let x = 0;
  layers.forEach((each, index) => {
    let y = (height - (heights[index] ?? 0)) / 2;
    for (const box of each) {
      placed.push({ ...box, x, y });
      y += box.height + gap.y;
    }
    x += Math.max(0, ...each.map((box) => box.width)) + gap.x;
  });
  return { boxes: placed, width: Math.max(0, x - gap.x), height };
}

function layersOf(boxes: readonly Box[], edges: readonly Edge[]): Map<string, number> {
  const incoming = Map.groupBy(edges, (edge) => edge.to);
  const layer = new Map<string, number>();
  const visiting = new Set<string>();
  const depth = (id: string): number => {
    const done = layer.get(id);
    if (done !== undefined) return done;
    if (visiting.has(id)) return 0;
    visiting.add(id);
    const value = Math.max(
      0,
      ...(incoming.get(id) ?? []).map((edge) => (visiting.has(edge.from) ? 0 : depth(edge.from) + 1)),
    );
    visiting.delete(id);
    layer.set(id, value);
    return value;
  };
  for (const box of boxes) depth(box.id);
  return layer;
}

/** Sorts a layer by the mean place of each box's neighbours in the other layers. */
function order(layers: Box[][], index: number, edges: readonly Edge[]): void {
  const place = new Map(
    layers.flatMap((layer) =>
      (layer ?? []).map((box, at) => [box.id, at / Math.max(1, layer.length)] as const),
    ),
  );
  const neighbours = new Map<string, number[]>();
  for (const { from, to } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), place.get(to) ?? 0]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), place.get(from) ?? 0]);
  }
  const mean = (box: Box): number => {
    const values = neighbours.get(box.id) ?? [];
    return values.length === 0
      ? (place.get(box.id) ?? 0)
      : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const layer = layers[index];
  if (layer)
    layers[index] = layer
      .map((box) => ({ box, mean: mean(box) }))
      .sort((left, right) => left.mean - right.mean)
      .map(({ box }) => box);
}
