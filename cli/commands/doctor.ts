import { execFile } from "node:child_process";
import { statfs } from "node:fs/promises";
import { promisify } from "node:util";
import { Command } from "commander";
import pc from "picocolors";
import { EXIT } from "../failure.ts";
import { globalOptions, PROJECT_ROOT } from "../project.ts";
import { renderTable } from "../table.ts";

const run = promisify(execFile);

interface Finding {
  what: string;
  state: "ok" | "missing" | "old" | "warning";
  found: string;
  /** What to do, or what happens without it. */
  advice: string;
}

/** `firn doctor`: what this machine has and lacks for the embedded stack, and what to do. Changes nothing. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("say what this machine has and lacks, and what to do")
    .action(async (_options: unknown, command: Command) => {
      const { json } = globalOptions(command);
      const findings = await examine();
      const lacking = findings.filter((f) => f.state === "missing" || f.state === "old");
      if (json) console.log(JSON.stringify({ ok: lacking.length === 0, findings }));
      else {
        console.log(
          renderTable(
            ["", "WHAT", "FOUND", "WHAT TO DO"],
            findings.map((f) => [mark(f.state), f.what, f.found, f.advice]),
            { maxWidth: 100 },
          ),
        );
        console.log(
          lacking.length === 0
            ? pc.green("\nReady: `npm start` brings the whole platform up on this machine.")
            : pc.yellow(
                `\n${lacking.length} of ${findings.length} are lacking; \`npm start\` will stop there.`,
              ),
        );
      }
      if (lacking.length > 0) process.exitCode = EXIT.machine;
    });
}

const mark = (state: Finding["state"]): string =>
  state === "ok" ? pc.green("✔") : state === "warning" ? pc.yellow("!") : pc.red("✖");

async function examine(): Promise<Finding[]> {
  const { inspectEngine } = await import("../../local/engine/prepare.ts");
  const engine = await inspectEngine({});
  const needsBuild = Object.values(engine.parts).some((part) => part.plan === "build");
  return [
    {
      what: "Node.js",
      state: "ok",
      found: process.version,
      advice: "",
    },
    ...Object.entries(engine.parts).map(
      ([name, part]): Finding => ({
        what: `engine: ${name}`,
        state: part.plan === "missing" ? "missing" : "ok",
        found: part.found ?? "not here yet",
        advice: part.found ? "" : part.advice,
      }),
    ),
    {
      what: "Go",
      state: engine.go.usable ? "ok" : needsBuild ? "missing" : "warning",
      found: engine.go.version ?? "not found or too old",
      advice: engine.go.usable ? "" : engine.go.advice,
    },
    await tool("Python", "python3", ["--version"], "3.10", true, "runs the local AWS endpoint"),
    await tool("Java", "java", ["-version"], "17", true, "runs the local Kafka broker"),
    await tool("Maven", "mvn", ["-v"], "3.6", true, "fetches the Kafka broker at the first run"),
    await disk(),
  ];
}

async function tool(
  what: string,
  command: string,
  args: string[],
  least: string,
  required: boolean,
  purpose: string,
): Promise<Finding> {
  try {
    const { stdout, stderr } = await run(command, args, { timeout: 20_000 });
    const version = (stdout + stderr).match(/\d+\.\d+(\.\d+)?|"\d+/)?.[0]?.replace('"', "") ?? "?";
    const old = compareVersions(version, least) < 0;
    return {
      what,
      state: old ? "old" : "ok",
      found: version,
      advice: old ? `install ${what} ${least} or newer: it ${purpose}` : "",
    };
  } catch {
    return {
      what,
      state: required ? "missing" : "warning",
      found: "not found",
      advice: required ? `install ${what} ${least} or newer: it ${purpose}` : `not needed: it ${purpose}`,
    };
  }
}

/** Negative, zero or positive, comparing dotted numbers part by part. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

async function disk(): Promise<Finding> {
  const { bavail, bsize } = await statfs(PROJECT_ROOT);
  const gigabytes = (bavail * bsize) / 1e9;
  return {
    what: "free disk",
    state: gigabytes < 2 ? "missing" : gigabytes < 8 ? "warning" : "ok",
    found: `${gigabytes.toFixed(1)} GB`,
    advice: gigabytes < 8 ? "the first run needs about 8 GB (build caches included)" : "",
  };
}
