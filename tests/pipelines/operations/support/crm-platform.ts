import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { compile } from "../../../../infra/compile.ts";
import type { Platform } from "../../../../infra/platform.ts";
import { SOURCES } from "../../../../pipelines/sources/index.ts";
import { PUBLIC_KEY, ROOT, stackConfig, stackText } from "../../../infra/sample.ts";

const files = (folder: string, extension: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

/** The project's models that need nothing but the CRM's files; `change` edits the stack's file. */
export function crmPlatform(change: (text: string) => string = (text) => text): Platform {
  const text = stackText("local")
    .replace("firn:sources: [salesforce, product]", "firn:sources: [salesforce]")
    .replace("enabled: true, partitions", "enabled: false, partitions");
  return compile({
    stack: "local",
    config: stackConfig(change(text)),
    sources: SOURCES,
    models: files("sql", ".sql").filter(({ path }) => !path.startsWith("sql/kpi/")),
    metrics: files("sql/metrics", ".yaml"),
    kpis: [],
    publicKeys: { kafka_loader: PUBLIC_KEY },
  });
}
