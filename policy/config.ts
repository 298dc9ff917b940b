import { z } from "zod";
import { WAREHOUSE_SIZES } from "../infra/config/schema.ts";
import { parseDuration } from "../infra/units.ts";

const size = z.enum(WAREHOUSE_SIZES);
const duration = z.string().transform((text, context): number => {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  context.addIssue({ code: "custom", message: `"${text}" is no duration, such as "5 minutes"` });
  return z.NEVER;
});

const department = z.strictObject({ maxSize: size, maxClusters: z.number().int().min(1).max(10) });

const limitsSchema = z.strictObject({
  autoSuspend: z
    .strictObject({ least: duration.prefault("30 seconds"), most: duration.prefault("5 minutes") })
    .prefault({}),
  statementTimeout: duration.prefault("2 hours"),
  serverlessSize: size.default("MEDIUM"),
  serverlessTimeout: duration.prefault("1 hour"),
  /** Who answers for each warehouse, by its key. */
  warehouseOwners: z.record(z.string(), z.string()).default({}),
  departments: z.record(z.string(), department).default({}),
  /** For owners that `departments` does not name. */
  anyDepartment: department.prefault({ maxSize: "MEDIUM", maxClusters: 3 }),
  /** Whether stateful resources have to be protected. */
  protect: z.boolean().default(true),
  /** Resources that may be replaced: `Stream OPS.PIPELINE.X`. */
  replacements: z.array(z.string()).default([]),
});

const waiver = z.strictObject({
  rule: z.string(),
  /** As findings name it: `warehouse TRANSFORM`. */
  resource: z.string(),
  owner: z.string().min(1),
  reason: z.string().min(1),
  expires: z.iso.date(),
});

const policySchema = z.strictObject({
  limits: limitsSchema.prefault({}),
  levels: z.record(z.string(), z.enum(["mandatory", "advisory", "disabled"])).default({}),
  waivers: z.array(waiver).default([]),
});

export type Limits = z.output<typeof limitsSchema>;
export type PolicyConfig = z.output<typeof policySchema>;

/** The keys `policy:limits`, `policy:levels` and `policy:waivers` of a stack's file. Throws a ZodError that names the field. */
export const parsePolicyConfig = (data: unknown): PolicyConfig => policySchema.parse(data ?? {});

/** The `policy:` keys among a stack file's `config`. */
export function policyKeys(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith("policy:"))
      .map(([key, value]) => [key.slice("policy:".length), value]),
  );
}
