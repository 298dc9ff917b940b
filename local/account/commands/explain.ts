import type { StoredTable } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, type ResultColumn, tableOutcome, type Value } from "../session/outcome.ts";
import { explainQuery, type Operator } from "../sql/index.ts";
import { number, varchar } from "../types/data-type.ts";
import type { Cursor } from "./cursor.ts";
import { countRows } from "./physical.ts";
import { type CommandDef, command } from "./registry.ts";
import { rowBytes } from "./show-tables.ts";

const FORMATS = ["TABULAR", "JSON", "TEXT"] as const;

/** What a scan would read. A table is one partition here, none where it is empty. */
interface Cost {
  partitionsTotal: number;
  partitionsAssigned: number;
  bytesAssigned: number;
}

const COLUMNS: ResultColumn[] = [
  ...["step", "id"].map((name) => ({ name, type: number(), nullable: true })),
  ...["parentOperators", "operation", "objects", "alias", "expressions"].map((name) => ({
    name,
    type: varchar(),
    nullable: true,
  })),
  ...["partitionsTotal", "partitionsAssigned", "bytesAssigned"].map((name) => ({
    name,
    type: number(),
    nullable: true,
  })),
];

/** EXPLAIN [USING { TABULAR | JSON | TEXT }] query. Source: "EXPLAIN". */
async function explain(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const format = cursor.accept("USING") ? cursor.acceptOneOf(...FORMATS) : "TABULAR";
  if (!format) throw cursor.syntaxError();
  const isQuery = ["SELECT", "WITH", "VALUES"].some((word) => cursor.sees(word)) || cursor.seesSymbol("(");
  if (!isQuery) throw errors.unsupported(`EXPLAIN ${cursor.peek()?.value ?? ""}`.trim());
  // Blanks stand for what precedes the query, so that positions in errors are those of the statement.
  const before = [...cursor.text.slice(0, cursor.peek()?.start)].map((c) => (c === "\n" ? c : " ")).join("");
  const { operators, columns } = await explainQuery(ctx, before + cursor.rest());
  const costs = new Map<number, Cost>();
  const shown = operators.map((one) => {
    const read = one.object && columns.get(one.object.id);
    return read ? { ...one, expressions: [...read] } : one;
  });
  for (const { id, object } of operators)
    if (object) costs.set(id, await costOf(ctx, object.id, columns.get(object.id)));
  const total = (key: keyof Cost) => [...costs.values()].reduce((sum, cost) => sum + cost[key], 0);
  const all: Cost = {
    partitionsTotal: total("partitionsTotal"),
    partitionsAssigned: total("partitionsAssigned"),
    bytesAssigned: total("bytesAssigned"),
  };
  if (format === "TABULAR") return tableOutcome("OTHER", COLUMNS, tabular(shown, costs, all));
  const content = format === "JSON" ? json(shown, costs, all) : text(shown, costs, all);
  return tableOutcome("OTHER", [{ name: "content", type: varchar(), nullable: true }], [[content]]);
}

async function costOf(
  ctx: StatementContext,
  id: number,
  read: ReadonlySet<string> | undefined,
): Promise<Cost> {
  const object = ctx.services.catalog.get(id);
  if (object?.kind !== "TABLE" && object?.kind !== "DYNAMIC_TABLE")
    return { partitionsTotal: 0, partitionsAssigned: 0, bytesAssigned: 0 };
  const table = object as unknown as StoredTable;
  const rows = await ctx.inTransaction([], ({ connection }) => countRows(connection, id));
  const columns = table.props.columns.filter(({ name }) => !read || read.has(name));
  const partitions = rows > 0 ? 1 : 0;
  return {
    partitionsTotal: partitions,
    partitionsAssigned: partitions,
    bytesAssigned: rows * rowBytes(columns),
  };
}

function tabular(operators: readonly Operator[], costs: ReadonlyMap<number, Cost>, all: Cost): Value[][] {
  const figures = (cost: Cost | undefined): Value[] =>
    cost
      ? [cost.partitionsTotal, cost.partitionsAssigned, cost.bytesAssigned].map(BigInt)
      : [null, null, null];
  return [
    [null, null, null, "GlobalStats", null, null, null, ...figures(all)],
    ...operators.map((one): Value[] => [
      1n,
      BigInt(one.id),
      one.parent === null ? null : `[${one.parent}]`,
      one.operation,
      one.object?.name ?? null,
      one.alias,
      one.expressions.length > 0 ? one.expressions.join(", ") : null,
      ...figures(costs.get(one.id)),
    ]),
  ];
}

const json = (operators: readonly Operator[], costs: ReadonlyMap<number, Cost>, all: Cost): string =>
  JSON.stringify({
    GlobalStats: all,
    Operations: [
      operators.map((one) => ({
        id: one.id,
        ...(one.parent === null ? {} : { parentOperators: [one.parent] }),
        operation: one.operation,
        ...(one.object ? { objects: [one.object.name] } : {}),
        ...(one.alias ? { alias: one.alias } : {}),
        ...(one.expressions.length > 0 ? { expressions: one.expressions } : {}),
        ...costs.get(one.id),
      })),
    ],
  });

function text(operators: readonly Operator[], costs: ReadonlyMap<number, Cost>, all: Cost): string {
  const depths = new Map<number, number>();
  const lines = operators.map((one) => {
    const depth = one.parent === null ? 0 : depths.get(one.parent)! + 1;
    depths.set(one.id, depth);
    const cost = costs.get(one.id);
    const parts = [
      `->${one.operation}`,
      one.object?.name,
      one.alias,
      one.expressions.join(", ") || null,
      cost &&
        `{partitionsTotal=${cost.partitionsTotal}, partitionsAssigned=${cost.partitionsAssigned}, bytesAssigned=${cost.bytesAssigned}}`,
    ].filter(Boolean);
    return `1:${one.id}     ${"     ".repeat(depth)}${parts.join("  ")}`;
  });
  const stats = Object.entries(all).map(([key, value]) => `    ${key}=${value}`);
  return ["GlobalStats:", ...stats, "Operations:", ...lines, ""].join("\n");
}

export const explainCommands: CommandDef[] = [
  command("EXPLAIN", "", explain, {
    source: "EXPLAIN",
    status: "approximate",
    test: "tests/local/account/commands/explain.test.ts",
    note: "Of queries. Operators stand as the query is written, views expanded; nothing is optimized, and a table is one partition.",
  }),
];
