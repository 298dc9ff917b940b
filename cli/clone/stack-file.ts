/** Pulumi.dev-<name>.yaml: made at the first `firn up`, not checked in, a few lines that its developer may edit. */
import { existsSync, readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { CLONE_STACK_FORM, isCloneName } from "../../infra/config/clone.ts";
import { clonableStacks, clonedStack } from "../../infra/config/read-stack-file.ts";
import { writeFileAtomic } from "../../local/supervisor/files.ts";
import { CliError, EXIT } from "../failure.ts";
import { PROJECT_ROOT, stackFileOf } from "../project.ts";

/**
 * Makes the file of a clone where `--of` asks for one and there is none. The copies are of one moment, just before:
 * a table that changes while the others are cloned does not fall out of step with them.
 */
export function ensureCloneFile(stack: string, of: string | undefined, now: () => number = Date.now): void {
  const file = stackFileOf(stack);
  if (of === undefined) return;
  if (!isCloneName(stack))
    throw new CliError(
      `--of makes a developer's clone, and ${stack} is not the name of one.`,
      `Name it ${CLONE_STACK_FORM}.`,
      EXIT.usage,
    );
  if (existsSync(file)) {
    refuseOther(file, stack, of);
    return;
  }
  const known = clonableStacks(PROJECT_ROOT);
  if (!known.includes(of))
    throw new CliError(`--of ${of}: there is no such stack.`, `Name one of ${known.join(", ")}.`, EXIT.usage);
  const { config } = parse(readFileSync(stackFileOf(of), "utf8")) as { config?: Record<string, unknown> };
  const limits = config?.["policy:limits"];
  const at = `${new Date(now()).toISOString().slice(0, 19)}Z`;
  writeFileAtomic(
    file,
    [
      `# A developer's clone of the stack ${of}, on its account: made by \`firn up --stack ${stack} --of ${of}\`, not checked in.`,
      "# Everything follows from that stack's file; beside it one may set size (of the warehouses, XSMALL), credits (a month,",
      "# 10) and started (whether tasks run by themselves, false).",
      stringify({
        config: {
          "firn:clone": { of, at },
          ...(isRecord(limits) ? { "policy:limits": { ...limits, protect: false } } : {}),
        },
      }),
    ].join("\n"),
  );
}

function refuseOther(file: string, stack: string, of: string): void {
  const actual = clonedStack(readFileSync(file, "utf8"));
  if (actual === of) return;
  throw new CliError(
    `${stack} is a clone of ${String(actual)} already.`,
    `Take another name, or remove it first: npx firn down --stack ${stack}.`,
    EXIT.usage,
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
