import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { WAREHOUSE_SIZES } from "../infra/config/schema.ts";

const count = z.number().nonnegative();
const share = z.number().min(0).max(1);
const hour = z.number().min(0).max(24);

const people = z
  .strictObject({
    department: z.string().min(1),
    burstsPerDay: count,
    busySeconds: count,
    daysPerWeek: z.number().int().min(1).max(7),
    fromHour: hour,
    toHour: hour,
  })
  .refine((each) => each.toHour > each.fromHour, { message: "toHour comes after fromHour" });

/** Without a share of its own, a task finds work as often as its sources bring some. */
const taskUse = z.strictObject({ busySeconds: count, shareOfRunsWithWork: share.optional() });
const warehouseUse = z.strictObject({
  averageClusters: z.number().min(1).max(10),
  accelerationHours: count,
  people: z.array(people),
});
const ingestUse = z.strictObject({ gbPerDay: count, maximumGbPerDay: count.nullable() });
const pipeUse = ingestUse.extend({ filesPerDay: count });
const tableUse = z.strictObject({
  gb: count,
  growthGbPerMonth: count,
  maximumGb: count.nullable(),
  churnPerDay: share,
});
const cases = z.strictObject({ low: z.number(), expected: z.number(), high: z.number() });
const withDefault = <T extends z.ZodType>(schema: T) =>
  z
    .record(z.string(), schema)
    .refine((record) => record["default"] !== undefined, { message: "needs a default" });

const usageSchema = z.strictObject({
  version: z.string(),
  tasks: withDefault(taskUse),
  /** How many tasks of one graph keep the warehouse busy side by side. */
  tasksAtOnce: z.number().min(1).max(100),
  warehouses: withDefault(warehouseUse),
  pipes: withDefault(pipeUse),
  connectors: withDefault(ingestUse),
  tables: withDefault(tableUse),
  cloudServices: z.strictObject({ shareOfWarehouseCredits: share, maximumCreditsPerDay: count.nullable() }),
  serverless: z.strictObject({ averageSeconds: count, averageSize: z.enum(WAREHOUSE_SIZES) }),
  landing: z.strictObject({ historyDays: count, maximumGbPerDay: count.nullable(), readBackGb: count }),
  flows: withDefault(z.strictObject({ gbPerRun: count, maximumGbPerDay: count.nullable() })),
  outbound: z.strictObject({ gbPerDay: count, filesPerDay: count, maximumGbPerDay: count.nullable() }),
  connect: z.strictObject({
    logGbPerDay: count,
    maximumLogGbPerDay: count.nullable(),
    logRetentionDays: count,
    secretRequestsPerMonth: count,
  }),
  classifications: z.strictObject({ gb: count, maximumGb: count.nullable() }),
  kafka: z.strictObject({
    service: z.enum(["msk-serverless", "not-priced"]),
    gbOutPerGbIn: count,
    retentionDays: count,
    connectMcu: count,
  }),
  transfer: z.strictObject({ snowflakeInternetGb: count, maximumSnowflakeInternetGb: count.nullable() }),
  suspendImmediateLagSeconds: count,
  forecast: z
    .strictObject({
      months: z.number().int().min(1).max(120),
      growth: cases,
      computeElasticity: z.number().min(0).max(2),
      seasonality: z.array(z.number().positive()).length(12),
    })
    .refine((each) => each.growth.low <= each.growth.expected && each.growth.expected <= each.growth.high, {
      message: "growth rises from low to high",
    }),
});

export type Usage = z.infer<typeof usageSchema>;
export type People = z.infer<typeof people>;

/** Validates usage assumptions; throws a ZodError that names the field. */
export const parseUsage = (data: unknown): Usage => usageSchema.parse(data);

/** cost/usage.yaml, with cost/usage.<stack>.yaml laid over it where that exists. */
export function loadUsage(stack: string): Usage {
  const base: unknown = parse(readFileSync(new URL("./usage.yaml", import.meta.url), "utf8"));
  const own = new URL(`./usage.${stack}.yaml`, import.meta.url);
  return parseUsage(existsSync(own) ? overlay(base, parse(readFileSync(own, "utf8"))) : base);
}

/** The entry for a name: its own, else that of its longest `prefix.*`, else the default. */
export function usageFor<T>(record: Record<string, T>, name: string): T {
  const exact = record[name];
  if (exact !== undefined) return exact;
  const prefix = Object.keys(record)
    .filter((key) => key.endsWith(".*") && name.startsWith(key.slice(0, -1)))
    .sort((left, right) => right.length - left.length)[0];
  return record[prefix ?? "default"] as T;
}

/** `over` wins, mapping by mapping; lists and values are replaced whole. */
export function overlay(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over === undefined ? base : over;
  return Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(over)])].map((key) => [
      key,
      overlay(base[key], over[key]),
    ]),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
