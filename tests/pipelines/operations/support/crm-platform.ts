import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadPlatform } from "../../../../infra/load.ts";
import type { Platform } from "../../../../infra/platform.ts";
import { PUBLIC_KEY, ROOT, sampleText } from "../../../infra/sample.ts";

/** The project with nothing but the CRM's files; `change` edits the stack's file. */
export function crmPlatform(change: (text: string) => string = (text) => text): Platform {
  const root = mkdtempSync(join(tmpdir(), "firn-crm-"));
  try {
    symlinkSync(join(ROOT, "sql"), join(root, "sql"));
    const text = sampleText()
      .replace("firn:sources: [salesforce, product]", "firn:sources: [salesforce]")
      .replace("enabled: true, partitions", "enabled: false, partitions");
    writeFileSync(join(root, "Pulumi.local.yaml"), change(text));
    return loadPlatform({ root, stack: "local", publicKeys: { kafka_loader: PUBLIC_KEY } });
  } finally {
    rmSync(root, { recursive: true });
  }
}
