/** A small stack for tests: text of its file, and a compile with few lines. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "../../infra/compile.ts";
import { readStackConfig } from "../../infra/config/read-stack.ts";
import type { StackConfig } from "../../infra/config/schema.ts";
import { Problems } from "../../infra/errors.ts";
import { loadPlatform } from "../../infra/load.ts";
import type { Platform } from "../../infra/platform.ts";
import type { ModelFile } from "../../pipelines/models/model.ts";
import { SOURCES } from "../../pipelines/sources/index.ts";

export const ROOT = join(import.meta.dirname, "..", "..");

export const stackText = (stack: string): string => readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8");

/** The local stack's file with the CRM's and the product's records alone, and nothing sent back. */
export function sampleText(): string {
  const kept = stackText("local")
    .split("\n")
    .filter((line) => !/^ {2}firn:(flows|activation):/.test(line))
    .join("\n");
  return kept.replace(/firn:sources: .*/, "firn:sources: [salesforce, product]");
}

export function stackConfig(text: string = sampleText()): StackConfig {
  const problems = new Problems();
  const config = readStackConfig("Pulumi.local.yaml", text, problems);
  problems.throwIfAny();
  return config!;
}

/** Stands for a key of 2048 bits. */
export const PUBLIC_KEY = `MII${"A".repeat(387)}==`;

const PUBLIC_KEYS = { kafka_loader: PUBLIC_KEY, fivetran: PUBLIC_KEY, bi_tool: PUBLIC_KEY };

export const compileSample = (models: readonly ModelFile[], config: StackConfig = stackConfig()): Platform =>
  compile({
    stack: "local",
    config,
    sources: SOURCES,
    models: models.filter((file) => !/^sql\/(checks|alerts)\//.test(file.path)),
    checks: models.filter((file) => file.path.startsWith("sql/checks/")),
    alerts: models.filter((file) => file.path.startsWith("sql/alerts/")),
    kpis: [],
    publicKeys: PUBLIC_KEYS,
  });

/** The checked-in project, with a key that stands for the one that the command line makes. */
export const loadProject = (stack: string): Platform =>
  loadPlatform({ root: ROOT, stack, publicKeys: PUBLIC_KEYS });

/** The checked-in project with another text of the stack's file. */
export function loadChanged(stack: string, change: (text: string) => string): Platform {
  const root = mkdtempSync(join(tmpdir(), "firn-stack-"));
  try {
    symlinkSync(join(ROOT, "sql"), join(root, "sql"));
    writeFileSync(join(root, `Pulumi.${stack}.yaml`), change(stackText(stack)));
    return loadPlatform({ root, stack, publicKeys: PUBLIC_KEYS });
  } finally {
    rmSync(root, { recursive: true });
  }
}
