import { existsSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "./engine-error.ts";
import { compareVersions, OLDEST_NODE } from "./versions.ts";

/** The checkout that this file belongs to. */
export const CHECKOUT = join(import.meta.dirname, "..", "..");

/** A Node that runs TypeScript as it is: this process's own, else the one that the project brings along. */
export function findNode(): string {
  if (compareVersions(process.versions.node, OLDEST_NODE) >= 0) return process.execPath;
  const bundled = join(CHECKOUT, "node_modules", "node", "bin", "node");
  if (existsSync(bundled)) return bundled;
  throw new EngineError(
    "node-too-old",
    `Node ${process.versions.node} does not run TypeScript; ${OLDEST_NODE} or newer is needed`,
    'run "npm ci" in the project, which brings its own Node, or install a newer one',
  );
}
