/** The `tests` of a model's header: what must hold of its rows. */
import { z } from "zod";
import { DURATION_FORM, parseDuration } from "../../infra/units.ts";

export const SEVERITIES = ["warning", "blocking"] as const;
export type Severity = (typeof SEVERITIES)[number];

const column = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "a column: lower-case letters, digits and _, starting with a letter");
const columns = z
  .union([column, z.array(column).min(1)])
  .transform((given) => (typeof given === "string" ? [given] : given));
const table = z
  .string()
  .regex(/^[a-z]+\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, "a table, as core.customer.account");

const duration = z.string().transform((text, ctx): number => {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  ctx.addIssue({ code: "custom", message: DURATION_FORM });
  return z.NEVER;
});

/** One of these each; the rows that break it are counted. */
const KINDS = {
  /** No column of these is NULL. */
  not_null: columns,
  /** No two rows have the same values here; rows with a NULL do not count. */
  unique: columns,
  /** The values are a key of `to`; rows with a NULL do not count. */
  relationship: z.strictObject({ column: columns, to: table }),
  accepted_values: z.strictObject({
    column,
    values: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1),
  }),
  /** A condition over the model's columns, which every row meets. */
  holds: z.string().min(1),
  /** The newest value of a time (UTC) is no older. */
  freshness: z.strictObject({ column, within: duration }),
  /** Rows of the last whole day, as multiples of the mean of the `days` before. */
  volume: z
    .strictObject({
      column,
      days: z.number().int().min(2).max(60).default(14),
      least: z.number().min(0).default(0.5),
      most: z.number().positive().default(2),
    })
    .refine((given) => given.least < given.most, "least is less than most"),
  /** On each of the last whole `days`, as many rows as the source has sound records with different keys. */
  reconciliation: z.strictObject({ with: table, column, days: z.number().int().min(1).max(31).default(3) }),
};

export const TEST_KINDS = Object.keys(KINDS) as (keyof typeof KINDS)[];
export const TEST_KEYS = [...TEST_KINDS, "severity"];

const optional = Object.fromEntries(
  Object.entries(KINDS).map(([kind, schema]) => [kind, schema.optional()]),
) as { [Kind in keyof typeof KINDS]: z.ZodOptional<(typeof KINDS)[Kind]> };

/** Kinds that look at the rows that changed, in the graph; the others look at the table, on a schedule. */
const OVER_CHANGES: readonly string[] = ["not_null", "unique", "relationship", "accepted_values", "holds"];

export const testSchema = z
  .strictObject({ ...optional, severity: z.enum(SEVERITIES).default("warning") })
  .superRefine((test, ctx) => {
    if (ctx.issues.length > 0) return;
    const given = TEST_KINDS.filter((kind) => test[kind] !== undefined);
    if (given.length !== 1)
      ctx.addIssue({ code: "custom", message: `exactly one of ${TEST_KINDS.join(", ")}` });
    else if (test.severity === "blocking" && !OVER_CHANGES.includes(given[0]!))
      ctx.addIssue({
        code: "custom",
        path: ["severity"],
        message: `warning: ${given[0]} runs on a schedule, when what follows has run already; ${OVER_CHANGES.join(", ")} can be blocking`,
      });
  })
  .transform(({ severity, ...kinds }): HeaderTest => {
    const kind = TEST_KINDS.find((one) => kinds[one] !== undefined);
    return kind === undefined ? z.NEVER : ({ kind, given: kinds[kind], severity } as HeaderTest);
  });

type Given = { [Kind in keyof typeof KINDS]: z.output<(typeof KINDS)[Kind]> };
export type TestKind = keyof Given;
export type HeaderTest = {
  [Kind in TestKind]: { kind: Kind; given: Given[Kind]; severity: Severity; line?: number };
}[TestKind];
