import { constants, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { VirtualClock } from "./clock.ts";

/** Digits of the kept time: a fixed length, so that each write replaces the one before it. */
const WIDTH = 16;

/**
 * A virtual clock whose time is kept in the account's folder, so that after a kill it goes on where it was: what has
 * run does not lie in the future, and no schedule comes twice. It starts at `start` unless it is further on.
 */
export function keptVirtualClock(dataDir: string, start: number): VirtualClock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "virtual-clock");
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  const text = readFileSync(file, "latin1").trim();
  const kept = text === "" ? Number.NaN : Number(text);
  const keep = (now: number) => {
    writeSync(file, String(now).padStart(WIDTH, " "), 0, "latin1");
  };
  const now = Number.isFinite(kept) ? Math.max(kept, start) : start;
  keep(now);
  return new VirtualClock(now, keep);
}
