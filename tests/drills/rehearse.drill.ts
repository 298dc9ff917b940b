import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Rehearsal } from "../../cli/rehearse/report.ts";
import { stopServices } from "../../local/supervisor/stop.ts";

// Production rehearsed as its file stands: every resource by the real engine, days on the virtual clock, killed on the way.
const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".firn/rehearsals/prod");
const DAYS = 2;

const ARGUMENTS = ["--stack", "prod", "--json", "rehearse", "--days", String(DAYS), "--scale", "tiny"];
const command = [join(ROOT, "cli/bin.mjs"), ...ARGUMENTS];

/** Whole days that are replayed, as the rehearsal's own ledger has them. */
function daysDone(): number {
  const ledger = join(FOLDER, "run/rehearsal.json");
  return existsSync(ledger) ? (JSON.parse(readFileSync(ledger, "utf8")) as { days: number }).days : 0;
}

async function killAfterFirstDay(child: ChildProcess): Promise<void> {
  while (child.exitCode === null && daysDone() < 1) await delay(50);
  child.kill("SIGKILL");
}

async function clean(): Promise<void> {
  await stopServices(join(FOLDER, "run/services"));
  rmSync(FOLDER, { recursive: true, force: true });
}

let atTheKill: number;
let report: Rehearsal & { ok: boolean };
beforeAll(async () => {
  await clean();
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await killAfterFirstDay(child);
  await ended;
  atTheKill = daysDone();
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`firn rehearse ended with ${status}\n${stdout}\n${stderr}`);
  report = JSON.parse(stdout) as typeof report;
});
afterAll(clean);

test("a rehearsal that is killed goes on where it was", () => {
  expect(atTheKill).toBe(1);
  expect(report.resources["same"]).toBeGreaterThan(500);
  expect(Object.keys(report.resources).filter((change) => !/^(same|create|update)$/.test(change))).toEqual(
    [],
  );
});

test("every KPI equals the generator's truth", () => {
  expect(report.kpis.filter((kpi) => !kpi.equal)).toEqual([]);
  expect(report.kpis.length).toBeGreaterThan(20);
});

test("no task failed, no stream holds unread rows, every model is as fresh as promised", () => {
  expect(report.failedTasks).toEqual([]);
  expect(report.unreadStreams).toEqual([]);
  expect(report.freshness.filter((one) => !one.kept)).toEqual([]);
});

test("it says what it cost, by warehouse, and what could not be executed here, by name", () => {
  expect(Object.values(report.credits.warehouses).reduce((sum, one) => sum + one, 0)).toBeGreaterThan(0);
  for (const one of report.notExecuted) expect(one.name).not.toBe("");
});
