/** Pulumi.<stack>.yaml on disk to a checked StackConfig. Needs no SQL parser, so that a wrong setting is told at once. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { didYouMean, type Problems } from "../errors.ts";
import { CLONE_STACK_FORM, cloneConfig, cloneFile, isCloneName } from "./clone.ts";
import { readSettings, readStackConfig } from "./read-stack.ts";
import type { StackConfig } from "./schema.ts";

/** Adds every problem to `problems`; undefined if there was one. */
export function readStackFile(root: string, stack: string, problems: Problems): StackConfig | undefined {
  const file = `Pulumi.${stack}.yaml`;
  const path = join(root, file);
  if (existsSync(path)) {
    const text = readFileSync(path, "utf8");
    return clonedStack(text) === undefined
      ? readStackConfig(file, text, problems)
      : readClone(root, stack, file, text, problems);
  }
  const stacks = stacksIn(root);
  problems.add({
    code: "CONFIG_FILE",
    file,
    message: `there is no stack ${stack}`,
    allowed: stacks.join(", "),
    hint: didYouMean(stack, stacks),
  });
  return undefined;
}

/** The stack that the text of a stack's file says it is a clone of; undefined for any other, or where it is not YAML. */
export function clonedStack(text: string): string | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !document.hasIn(["config", "firn:clone"])) return undefined;
  return String(document.getIn(["config", "firn:clone", "of"]) ?? "");
}

function readClone(root: string, stack: string, file: string, text: string, problems: Problems) {
  if (!isCloneName(stack))
    problems.add({
      code: "CONFIG_FILE",
      file,
      path: "firn:clone",
      message: "is for stacks of developers",
      given: JSON.stringify(stack),
      allowed: CLONE_STACK_FORM,
    });
  const settings = readSettings(cloneFile, file, text, problems)?.clone;
  if (settings === undefined) return undefined;
  const base = clonableStacks(root);
  if (!base.includes(settings.of)) {
    problems.add({
      code: "CONFIG_VALUE",
      file,
      path: "firn:clone.of",
      message: "is no stack that can be cloned",
      given: JSON.stringify(settings.of),
      allowed: base.join(", "),
      hint: didYouMean(settings.of, base),
    });
    return undefined;
  }
  const config = readStackFile(root, settings.of, problems);
  return config === undefined || !isCloneName(stack) ? undefined : cloneConfig(stack, settings, config);
}

/** Stacks that a developer's may be a clone of: all but such clones. */
export const clonableStacks = (root: string): string[] => stacksIn(root).filter((name) => !isCloneName(name));

/** Stacks that have a file in the project's folder, by name. */
const stacksIn = (root: string): string[] =>
  readdirSync(root)
    .filter((name) => name.startsWith("Pulumi.") && name.endsWith(".yaml") && name !== "Pulumi.yaml")
    .map((name) => name.slice("Pulumi.".length, -".yaml".length))
    .sort();
