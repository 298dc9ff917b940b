/**
 * A metric's one written definition: statistic, population, grain, dimensions, filter, owner. One YAML file each under
 * sql/metrics/, named as the metric. Metrics that name the same table are its columns; the table's model is derived.
 */
import { z } from "zod";
import type { Problems } from "../../infra/errors.ts";
import type { Metric as MetricPlan } from "../../infra/platform.ts";
import { readDefinition } from "../definition.ts";
import type { ModelFile } from "../models/model.ts";

const name = z.string().regex(/^[a-z][a-z0-9_]*$/);
const STATISTICS = ["count", "count_distinct", "sum", "mean", "median", "min", "max"] as const;

const metricSchema = z.strictObject({
  description: z.string().min(1),
  owner: name,
  /** Its table in the owner's mart; the metric's own name by default. */
  table: name.optional(),
  /** Table of CORE that it counts, whose rows are called `r`. */
  from: z.string(),
  statistic: z.enum(STATISTICS),
  /** Expression over `r` that the statistic is of; not for count. */
  of: z.string().optional(),
  /** Which rows the table is about: conditions over `r`. */
  population: z.array(z.string()).default([]),
  /** Which of them this metric counts; all by default. */
  where: z.string().optional(),
  dimensions: z
    .record(
      name,
      z.strictObject({ of: z.string(), type: z.string().default("varchar"), description: z.string() }),
    )
    .default({}),
  type: z.string().default("number(38,0)"),
});
export type Metric = z.output<typeof metricSchema> & { name: string; file: string };

export type MetricFile = ModelFile;

/** Parses and checks; problems are added, and a wrong metric is left out. */
export function parseMetrics(files: readonly MetricFile[], problems: Problems): Metric[] {
  return files.flatMap((file) => {
    const metric = readDefinition(file, metricSchema, "metric", problems);
    if (metric === undefined) return [];
    if ((metric.statistic === "count") === (metric.of === undefined)) return [metric];
    problems.add({
      code: "MODEL_HEADER",
      file: file.path,
      path: "of",
      message:
        metric.of === undefined ? `is missing: the ${metric.statistic} of what` : "has no meaning for count",
    });
    return [];
  });
}

/** The definitions as the platform's data; those whose table this stack leaves out are left out too. */
export function planMetrics(metrics: readonly Metric[], tables: ReadonlySet<string>): MetricPlan[] {
  return metrics
    .map(({ table, dimensions, ...metric }) => ({
      ...metric,
      table: `mart.${metric.owner}.${table ?? metric.name}`,
      dimensions: Object.entries(dimensions).map(([name, { of, description }]) => ({
        name,
        of,
        description,
      })),
    }))
    .filter((metric) => tables.has(metric.table));
}

/** One model for each table: its dimensions are the key, its metrics the columns. Without dimensions it is a view of one row. */
export function metricModels(metrics: readonly Metric[], problems: Problems): ModelFile[] {
  const tables = new Map<string, Metric[]>();
  for (const metric of metrics) {
    const table = `${metric.owner}/${metric.table ?? metric.name}`;
    tables.set(table, [...(tables.get(table) ?? []), metric]);
  }
  return [...tables].flatMap(([table, members]) => {
    const first = members[0]!;
    const same = (one: Metric) => JSON.stringify([one.from, one.population, one.dimensions]);
    const other = members.find((one) => same(one) !== same(first));
    if (other === undefined) return [{ path: `sql/mart/${table}.sql`, text: modelText(members) }];
    problems.add({
      code: "MODEL_COLUMNS",
      file: other.file,
      path: "table",
      message: `shares its table with ${first.name}, but not from, population and dimensions`,
      hint: "Use where for what this metric alone leaves out, or another table.",
    });
    return [];
  });
}

function statisticOf({ statistic, of, where }: Metric): string {
  const kept = (expression: string) =>
    where === undefined ? expression : `case when ${where} then ${expression} end`;
  switch (statistic) {
    case "count":
      return where === undefined ? "count(*)" : `count(${kept("1")})`;
    case "count_distinct":
      return `count(distinct ${kept(of!)})`;
    case "sum":
      return `sum(${kept(of!)})`;
    case "mean":
      return `round(avg(${kept(of!)}), 2)`;
    case "median":
      return `round(median(${kept(of!)}), 2)`;
    case "min":
    case "max":
      return `${statistic}(${kept(of!)})`;
  }
}

/** The definition in words, as the catalogue shows it. */
export function definitionOf(metric: Metric): string {
  const rows = [...metric.population, ...(metric.where === undefined ? [] : [metric.where])].join(" and ");
  const of = metric.of === undefined ? "" : ` of ${metric.of}`;
  return `${metric.description} (${metric.statistic}${of} over ${metric.from}${rows === "" ? "" : ` where ${rows}`})`;
}

function modelText(members: readonly Metric[]): string {
  const { from, population, dimensions, owner } = members[0]!;
  const names = Object.keys(dimensions);
  const line = (column: string, type: string, description: string) =>
    `  ${column}: { type: ${JSON.stringify(type)}, description: ${JSON.stringify(description.replaceAll("*/", "* /"))} }`;
  const where = [
    ...population.map((one) => `(${one})`),
    ...Object.values(dimensions).map((one) => `${one.of} is not null`),
  ];
  return `/*
description: ${JSON.stringify(members.map((one) => one.description).join(" "))}
owner: ${owner}
grain: ${names.length === 0 ? "one row" : `one row for each ${names.join(" and ")}`}
${names.length === 0 ? "materialized: view" : `key: [${names.join(", ")}]`}
columns:
${[
  ...names.map((one) => line(one, dimensions[one]!.type, dimensions[one]!.description)),
  ...members.map((one) => line(one.name, one.type, definitionOf(one))),
].join("\n")}
*/
select
${[
  ...names.map((one) => `  ${dimensions[one]!.of} as ${one}`),
  ...members.map((one) => `  (${statisticOf(one)})::${one.type} as ${one.name}`),
].join(",\n")}
from ${from} r${where.length === 0 ? "" : `\nwhere ${where.join("\n  and ")}`}${
    names.length === 0 ? "" : `\ngroup by ${names.map((one) => dimensions[one]!.of).join(", ")}`
  }
`;
}
