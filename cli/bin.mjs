#!/usr/bin/env node
// Runs the command line on a Node that executes TypeScript: this one when it is new enough, else the one that
// `npm ci` put into node_modules (package `node`).
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("./firn.ts", import.meta.url));
const [major, minor] = process.versions.node.split(".").map(Number);

// Compiled modules are kept between runs, also for the processes that this one starts.
process.env.NODE_COMPILE_CACHE ??= join(homedir(), ".cache", "firn", "node-compile-cache");

if (major > 22 || (major === 22 && minor >= 18)) {
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
  await import("./firn.ts");
} else {
  const bundled = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  if (!existsSync(bundled)) {
    console.error(
      `firn needs Node.js 22.18 or newer; this is ${process.version} and node_modules holds none.\nRun \`npm ci\` first, or install a newer Node.js.`,
    );
    process.exit(3);
  }
  const child = spawn(bundled, [entry, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}
