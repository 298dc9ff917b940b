/** Pulumi.<stack>.yaml on disk to a checked StackConfig. Needs no SQL parser, so that a wrong setting is told at once. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { didYouMean, type Problems } from "../errors.ts";
import { readStackConfig } from "./read-stack.ts";
import type { StackConfig } from "./schema.ts";

/** Adds every problem to `problems`; undefined if there was one. */
export function readStackFile(root: string, stack: string, problems: Problems): StackConfig | undefined {
  const file = `Pulumi.${stack}.yaml`;
  const path = join(root, file);
  if (existsSync(path)) return readStackConfig(file, readFileSync(path, "utf8"), problems);
  const stacks = readdirSync(root)
    .filter((name) => name.startsWith("Pulumi.") && name.endsWith(".yaml") && name !== "Pulumi.yaml")
    .map((name) => name.slice("Pulumi.".length, -".yaml".length));
  problems.add({
    code: "CONFIG_FILE",
    file,
    message: `there is no stack ${stack}`,
    allowed: stacks.join(", "),
    hint: didYouMean(stack, stacks),
  });
  return undefined;
}
