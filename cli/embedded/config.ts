import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { CliError, EXIT } from "../failure.ts";
import { hostOf, type Project } from "../project.ts";

/**
 * `embedded:data` of a stack's file: this stack runs on local endpoints, with generated data. Only the command line reads
 * it; the program knows nothing of it.
 */
const schema = z.strictObject({
  /** Seed of the generated company: the same seed, the same rows. */
  seed: z.int().nonnegative().default(7),
  /** First day of the generated data, UTC. */
  startDay: z.iso.date().default("2026-03-01"),
  days: z.int().min(1).max(3650).default(3),
  /** 1 is about 400 accounts and 60,000 events a day. */
  scale: z.number().positive().default(1),
  /** Day from which schemas of the CRM drift: a new, a missing and a retyped field on some records; never by default. */
  drift: z.int().min(1).optional(),
  /** Sources besides the CRM and the product's events: all, or their names in local/data/README.md. */
  sources: z.union([z.literal("all"), z.array(z.string())]).default([]),
});

export type EmbeddedConfig = z.infer<typeof schema>;

/** The embedded part of the stack's configuration, or undefined for a stack on a real account. A clone has its host's. */
export function embeddedConfig(project: Project): EmbeddedConfig | undefined {
  const { stack, stackFile } = hostOf(project);
  const file = parse(readFileSync(stackFile, "utf8")) as { config?: Record<string, unknown> } | null;
  const section = file?.config?.["embedded:data"];
  if (section === undefined) return undefined;
  const parsed = schema.safeParse(section);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `Pulumi.${stack}.yaml: ${["embedded:data", ...issue.path].join(".")}: ${issue.message}`,
  );
  throw new CliError(problems.join("\n"), "Correct the values and run again.", EXIT.usage);
}
