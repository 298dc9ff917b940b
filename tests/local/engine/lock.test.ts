import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquireLock, isAlive } from "../../../local/engine/lock.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "firn-lock-"));
  path = join(folder, "lock");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid as number;
}

test("a second taker waits for the first, is told of it, and then has the lock", async () => {
  const release = await acquireLock(path);
  const waitedFor: number[] = [];
  const events: string[] = [];
  const second = acquireLock(path, { interval: 5, onWait: (pid) => waitedFor.push(pid) }).then(
    (releaseSecond) => {
      events.push("second");
      return releaseSecond;
    },
  );
  while (waitedFor.length === 0) await new Promise((resolve) => setImmediate(resolve));
  events.push("release");
  release();
  (await second)();
  expect(events).toEqual(["release", "second"]);
  expect(waitedFor[0]).toBe(process.pid);
  expect(readdirSync(folder)).toEqual([]);
});

test("many takers hold it one after the other", async () => {
  let holders = 0;
  let most = 0;
  const take = async () => {
    const release = await acquireLock(path, { interval: 1 });
    most = Math.max(most, ++holders);
    await new Promise((resolve) => setImmediate(resolve));
    holders--;
    release();
  };
  await Promise.all(Array.from({ length: 20 }, take));
  expect(most).toBe(1);
});

test("the lock of a dead process is taken over", async () => {
  writeFileSync(path, JSON.stringify({ pid: await deadPid(), started: "1" }));
  const release = await acquireLock(path, { interval: 1 });
  release();
  expect(existsSync(path)).toBe(false);
});

test("a pid that now belongs to another process does not hold the lock", async () => {
  writeFileSync(path, JSON.stringify({ pid: process.pid, started: "an earlier life" }));
  (await acquireLock(path, { interval: 1 }))();
  expect(readdirSync(folder)).toEqual([]);
});

test("waiting ends when it is cancelled", async () => {
  const release = await acquireLock(path);
  const controller = new AbortController();
  const waiting = acquireLock(path, {
    interval: 1,
    signal: controller.signal,
    onWait: () => controller.abort(),
  });
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  release();
});

test("a process is alive until it has ended", async () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(await deadPid())).toBe(false);
});
