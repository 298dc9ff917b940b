/** Column lineage: for each output of a query, the table columns that its value is made of. */
import { columnRefs, type Query, type Select } from "./query.ts";

/** Stored output name → `core.usage.event.event_id`, sorted, each once. Filters and join conditions do not count. */
export function lineageOf(query: Query): Map<string, string[]> {
  if (query.kind === "union") {
    const [left, right] = [lineageOf(query.left), [...lineageOf(query.right).values()]];
    return new Map(
      [...left].map(([name, from], index) => [name, unique([...from, ...(right[index] ?? [])])]),
    );
  }
  const cache = new Map<Query, Map<string, string[]>>();
  return new Map(
    query.outputs.map((output) => [
      output.name,
      unique(
        columnRefs(output.expression).flatMap((ref) => sourceColumns(query, ref.alias, ref.name, cache)),
      ),
    ]),
  );
}

function sourceColumns(
  select: Select,
  alias: string,
  name: string,
  cache: Map<Query, Map<string, string[]>>,
): string[] {
  const source = select.items.find((item) => item.alias === alias)?.source;
  switch (source?.kind) {
    case "table":
      return [`${source.relation.logical}.${name.toLowerCase()}`];
    case "query": {
      const inner = cache.get(source.query) ?? lineageOf(source.query);
      cache.set(source.query, inner);
      return inner.get(name) ?? [];
    }
    case "flatten":
      return columnRefs(source.call).flatMap((ref) => sourceColumns(select, ref.alias, ref.name, cache));
    case undefined:
      return [];
  }
}

const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();
