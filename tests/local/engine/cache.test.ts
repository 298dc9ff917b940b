import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { Cache, contentKey, defaultCacheDir } from "../../../local/engine/cache.ts";

let folder: string;
let cache: Cache;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "firn-cache-"));
  cache = new Cache(folder);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("the cache lies where the platform keeps caches", () => {
  expect(defaultCacheDir({ XDG_CACHE_HOME: "/x" }, "linux")).toBe("/x/firn");
  expect(defaultCacheDir({ XDG_CACHE_HOME: "relative" }, "linux")).toBe(join(homedir(), ".cache/firn"));
  expect(defaultCacheDir({}, "darwin")).toBe(join(homedir(), "Library/Caches/firn"));
});

test("an entry appears whole", () => {
  const work = cache.temporary();
  writeFileSync(join(work, "a"), "1");
  expect(cache.has("build/k")).toBe(false);
  cache.publish(work, "build/k");
  expect(readFileSync(join(cache.path("build/k"), "a"), "utf8")).toBe("1");
  expect(existsSync(work)).toBe(false);
});

test("of two that publish the same entry the first stays, and nothing is left over", () => {
  for (const text of ["first", "second"]) {
    const work = cache.temporary();
    writeFileSync(join(work, "a"), text);
    cache.publish(work, "build/k");
  }
  expect(readFileSync(join(cache.path("build/k"), "a"), "utf8")).toBe("first");
  expect(readdirSync(cache.root)).toEqual(["build"]);
});

test("the leftovers of dead processes are swept, those of living ones stay", () => {
  const mine = cache.temporary();
  mkdirSync(join(cache.root, "tmp-4194305-dead")); // above the largest pid of Linux and macOS
  cache.sweep();
  expect(readdirSync(cache.root)).toEqual([mine.split("/").at(-1)]);
});

test("an entry that nobody used for a month goes, one in use stays", () => {
  const days = (count: number) => new Date(count * 24 * 3600 * 1000);
  for (const name of ["old", "used"]) {
    cache.publish(cache.temporary(), `build/${name}`);
    cache.markUsed(`build/${name}`, days(100));
  }
  cache.markUsed("build/used", days(125));
  cache.sweep(days(131));
  expect(readdirSync(cache.path("build"))).toEqual(["used"]);
});

test("a key depends on every part and on where one ends", () => {
  const keys = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""]].map((parts) => contentKey(...parts));
  expect(new Set(keys).size).toBe(4);
  expect(contentKey("ab", "c")).toBe(keys[0]);
});
