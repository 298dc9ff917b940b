/**
 * Where the time of `firn up` goes: runs it once cold (an erased stack) and once warm, and prints each phase. The engine
 * counts as cold only when the user's cache folder is empty (`XDG_CACHE_HOME=$(mktemp -d) node bench/up.ts`).
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { renderTable } from "../cli/table.ts";

const { values } = parseArgs({ options: { stack: { type: "string", default: "local" } } });
const bin = fileURLToPath(new URL("../cli/bin.mjs", import.meta.url));

interface Answer {
  timings: { phase: string; seconds: number }[];
}

function firn(...args: string[]): string {
  const result = spawnSync(process.execPath, [bin, "--stack", values.stack, "--json", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0)
    throw new Error(`firn ${args.join(" ")} ended with ${result.status}: ${result.stdout}`);
  return result.stdout;
}

firn("down", "--erase");
const cold = (JSON.parse(firn("up")) as Answer).timings;
const warm = (JSON.parse(firn("up")) as Answer).timings;
firn("down");

const seconds = (phases: Answer["timings"]) => phases.reduce((sum, phase) => sum + phase.seconds, 0);
console.log(
  renderTable(
    ["PHASE", "COLD s", "WARM s"],
    [
      ...cold.map(({ phase, seconds: s }) => [
        phase,
        s.toFixed(1),
        (warm.find((each) => each.phase === phase)?.seconds ?? 0).toFixed(1),
      ]),
      ["all", seconds(cold).toFixed(1), seconds(warm).toFixed(1)],
    ],
  ),
);
