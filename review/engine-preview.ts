import { z } from "zod";

const previewSchema = z.object({
  changeSummary: z.record(z.string(), z.number()).default({}),
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        replaceReasons: z.array(z.string()).nullish(),
        diffReasons: z.array(z.string()).nullish(),
      }),
    )
    .default([]),
  diagnostics: z
    .array(z.object({ message: z.string(), severity: z.string(), urn: z.string().nullish() }))
    .default([]),
});

/** What the engine says it would do to the real stack: operations and properties, never values, which may be secret. */
export interface EnginePreview {
  counts: Record<string, number>;
  steps: { op: string; type: string; name: string; properties: string[] }[];
  errors: string[];
}

/** Reads what `pulumi preview --json` prints. Throws a ZodError where that is something else. */
export function parsePreview(printed: string): EnginePreview {
  const { changeSummary, steps, diagnostics } = previewSchema.parse(JSON.parse(printed));
  return {
    counts: Object.fromEntries(Object.entries(changeSummary).filter(([, count]) => count > 0)),
    steps: steps
      .filter((step) => step.op !== "same" && step.op !== "read")
      .map((step) => ({
        op: step.op,
        ...nameOf(step.urn),
        properties: [...new Set([...(step.replaceReasons ?? []), ...(step.diffReasons ?? [])])],
      })),
    errors: diagnostics.filter((each) => each.severity === "error").map((each) => each.message.trim()),
  };
}

/** `urn:pulumi:prod::firn::a$b$snowflake:index/table:Table::core.x` as its type and its logical name. */
function nameOf(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1)?.split(":").at(-1) ?? "", name: name.join("::") };
}
