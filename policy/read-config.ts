import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type PolicyConfig, parsePolicyConfig, policyKeys } from "./config.ts";

/** A wrong `policy:` setting, as a user sees it. */
export class PolicyConfigError extends Error {
  readonly hint = "The limits, levels and waivers are described in policy/README.md.";
  readonly exitCode = 2;

  constructor(message: string) {
    super(message);
    this.name = "PolicyConfigError";
  }
}

/** Limits, levels and waivers of Pulumi.<stack>.yaml; the defaults where it has none. */
export function readPolicyConfig(root: string, stack: string): PolicyConfig {
  const file = `Pulumi.${stack}.yaml`;
  const path = join(root, file);
  return existsSync(path) ? policyConfigOf(readFileSync(path, "utf8"), file) : parsePolicyConfig({});
}

/** The same of the file's text; `file` is what errors call it. Throws a PolicyConfigError. */
export function policyConfigOf(text: string, file: string): PolicyConfig {
  try {
    const document = parse(text) as { config?: Record<string, unknown> } | null;
    return parsePolicyConfig(policyKeys(document?.config ?? {}));
  } catch (error) {
    if (!(error instanceof z.ZodError))
      throw new PolicyConfigError(`${file} cannot be read: ${(error as Error).message.split("\n")[0]}`);
    const issues = error.issues.map((issue) => {
      const [key = "", ...rest] = issue.path.map(String);
      return `${file}: policy:${[key, ...rest].join(".")}: ${issue.message}`;
    });
    throw new PolicyConfigError(issues.join("\n"));
  }
}
