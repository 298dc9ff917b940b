import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keptVirtualClock } from "../../../local/account/kept-clock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "firn-clock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const START = Date.UTC(2026, 2, 1);
const HOUR = 3_600_000;

test("a new one starts where it is told", () => {
  expect(keptVirtualClock(join(folder, "new"), START).now()).toBe(START);
});

test("after a restart it goes on where it was, whatever start is given", async () => {
  await keptVirtualClock(folder, START).advance(START + HOUR);
  expect(keptVirtualClock(folder, START).now()).toBe(START + HOUR);
  expect(keptVirtualClock(folder, START + 2 * HOUR).now()).toBe(START + 2 * HOUR);
});

test("a kill in the middle of an advance finds the time of what was under way", async () => {
  const clock = keptVirtualClock(folder, START);
  let seen = 0;
  clock.schedule(START + HOUR, () => {
    seen = keptVirtualClock(folder, START).now();
  });
  await clock.advance(START + 2 * HOUR);
  expect(seen).toBe(START + HOUR);
});
