import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cachedFolder, cacheRoot, contentKey } from "../../../local/supervisor/cache.ts";
import { tailOfFile, writeFileAtomic } from "../../../local/supervisor/files.ts";
import { withLock } from "../../../local/supervisor/lock.ts";
import { isSameProcess, processStart } from "../../../local/supervisor/process-identity.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "firn-supervisor-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("a process is itself, and not another one with the same pid", () => {
  const start = processStart(process.pid);
  expect(start).toBeDefined();
  expect(isSameProcess(process.pid, start!)).toBe(true);
  expect(isSameProcess(process.pid, `${start}0`)).toBe(false);
  expect(processStart(2 ** 22 + 7)).toBeUndefined();
});

test("an atomic write leaves no temporary file", () => {
  const path = join(dir, "a.json");
  writeFileAtomic(path, "one");
  writeFileAtomic(path, "two");
  expect(readFileSync(path, "utf8")).toBe("two");
  expect(readdirSync(dir)).toEqual(["a.json"]);
});

test("the tail of a log is its last lines, and empty without a file", () => {
  const path = join(dir, "x.log");
  writeFileSync(path, "1\n2\n3\n");
  expect(tailOfFile(path, 2)).toBe("2\n3");
  expect(tailOfFile(join(dir, "none"), 2)).toBe("");
});

describe("the lock", () => {
  test("is held by one at a time", async () => {
    const path = join(dir, "x.lock");
    let inside = 0;
    let most = 0;
    const body = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all([withLock(path, {}, body), withLock(path, {}, body), withLock(path, {}, body)]);
    expect(most).toBe(1);
    expect(readdirSync(dir)).toEqual([]);
  });

  test("is taken over from a dead process", async () => {
    const path = join(dir, "x.lock");
    writeFileSync(path, JSON.stringify({ pid: process.pid, start: "an earlier process" }));
    await expect(withLock(path, {}, async () => "done")).resolves.toBe("done");
  });

  test("of a living process ends the wait with its pid", async () => {
    const path = join(dir, "x.lock");
    writeFileSync(path, JSON.stringify({ pid: process.pid, start: processStart(process.pid) }));
    await expect(withLock(path, { timeoutMs: 0 }, async () => "done")).rejects.toThrow(
      `Another process (pid ${process.pid}) holds ${path}`,
    );
  });

  test("is released when the body throws", async () => {
    const path = join(dir, "x.lock");
    await expect(withLock(path, {}, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe("the cache", () => {
  test("builds once, and again after a half-done build", async () => {
    let builds = 0;
    const build = async (folder: string): Promise<void> => {
      builds += 1;
      writeFileSync(join(folder, "content"), String(builds));
      if (builds === 1) throw new Error("broken download");
    };
    const get = (): Promise<string> => cachedFolder("thing", contentKey("v1"), { root: dir }, build);
    await expect(get()).rejects.toThrow("broken download");
    expect(readdirSync(dir)).toEqual([]);
    const folder = await get();
    await get();
    expect(builds).toBe(2);
    expect(readFileSync(join(folder, "content"), "utf8")).toBe("2");
  });

  test("builds again what a kill left half-done, with its lock", async () => {
    const folder = join(dir, "thing-k");
    mkdirSync(folder);
    writeFileSync(join(folder, "half"), "");
    writeFileSync(`${folder}.lock`, JSON.stringify({ pid: process.pid, start: "an earlier process" }));
    await cachedFolder("thing", "k", { root: dir }, async (target) =>
      writeFileSync(join(target, "whole"), ""),
    );
    expect(readdirSync(folder).sort()).toEqual([".complete", "whole"]);
  });

  test("that cannot be made is one clear error", async () => {
    const root = join(dir, "file");
    writeFileSync(root, "");
    await expect(cachedFolder("thing", "k", { root }, async () => undefined)).rejects.toThrow(
      `${root} is not a folder.`,
    );
  });

  test("is where the platform keeps caches", () => {
    expect(cacheRoot({ HOME: "/h" }, "linux")).toBe("/h/.cache/firn");
    expect(cacheRoot({ HOME: "/h" }, "darwin")).toBe("/h/Library/Caches/firn");
    expect(cacheRoot({ HOME: "/h", XDG_CACHE_HOME: "/c" }, "darwin")).toBe("/c/firn");
  });
});
