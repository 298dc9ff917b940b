/**
 * How soon a mistake is told: a wrong value in a stack's file, an unknown column in a model. `node bench/refusal.ts`
 * copies the project's own files, breaks one, and runs `firn up` on the copy; nothing is started. The least of
 * three runs; the baseline is Node alone.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const copy = mkdtempSync(join(tmpdir(), "firn-refusal-"));
const PARTS = ["cli", "infra", "pipelines", "roles", "cost", "policy", "review", "local", "sql"];

function measure(what: string, args: string[], expected: number): void {
  const runs = Array.from({ length: 3 }, () => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8" });
    if (status !== expected) throw new Error(`${what}: exit code ${status}\n${stderr}`);
    return { seconds: (performance.now() - start) / 1000, message: stderr };
  });
  const seconds = Math.min(...runs.map((run) => run.seconds));
  console.log(
    `${what.padEnd(34)}${seconds.toFixed(2).padStart(7)} s   ${runs[0]!.message.split("\n")[0]!.slice(0, 90)}`,
  );
}

function broken(file: string, from: string, to: string, work: () => void): void {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  if (!text.includes(from)) throw new Error(`${file} does not hold: ${from}`);
  writeFileSync(path, text.replace(from, to));
  work();
  writeFileSync(path, text);
}

try {
  for (const part of PARTS) cpSync(join(root, part), join(copy, part), { recursive: true });
  for (const file of ["package.json", "Pulumi.yaml", "Pulumi.local.yaml"])
    cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const up = ["cli/bin.mjs", "up"];
  measure("Node alone", ["-e", "0"], 0);
  broken("Pulumi.local.yaml", "autoSuspend: 60 seconds", "autoSuspend: 60 parsecs", () =>
    measure("a wrong setting", up, 2),
  );
  broken("sql/mart/product/daily_usage.sql", "e.user_id", "e.user_idd", () =>
    measure("an unknown column", up, 2),
  );
} finally {
  rmSync(copy, { recursive: true, force: true });
}
