import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workingTreeKey } from "../../review/revision/cache.ts";
import { findRevision, UnreadableRevision } from "../../review/revision/git.ts";
import { loadRevision } from "../../review/revision/load.ts";

const scratch = mkdtempSync(join(tmpdir(), "firn-revision-test-"));
const root = join(scratch, "repository");
const cacheDir = join(scratch, "cache");
const git = (...args: string[]): string =>
  execFileSync(
    "git",
    ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", ...args],
    { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  ).trim();
const write = (path: string, text: string): void => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
};
const commit = (message: string): string => {
  git("add", "-A");
  git("commit", "-q", "-m", message);
  return git("rev-parse", "HEAD");
};
const load = (ref: string, stack = "local") => loadRevision({ root, stack, ref, cacheDir });
const temporaryFolders = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith("firn-review-"));

const LOADER = `import { readFileSync } from "node:fs";
export const loadPlatform = ({ root, stack }: { root: string; stack: string }) => ({
  stack, note: "NOTE", settings: readFileSync(root + "/Pulumi." + stack + ".yaml", "utf8"),
  secret: process.env.AWS_SECRET_ACCESS_KEY ?? "none",
});`;

let older = "";
let first = "";
let broken = "";

beforeAll(() => {
  mkdirSync(join(root, "node_modules"), { recursive: true });
  git("init", "-q", "-b", "main");
  write(".gitignore", "node_modules\n");
  older = commit("before the compiler");
  write("Pulumi.local.yaml", "first");
  write("package.json", '{"type":"module"}');
  write("infra/load.ts", LOADER);
  first = commit("first");
  write("infra/load.ts", `throw new Error("this revision is broken");`);
  broken = commit("broken");
  write("infra/load.ts", LOADER.replace("NOTE", "later code"));
  write("Pulumi.local.yaml", "uncommitted");
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("a git revision", () => {
  test("is compiled by its own code with its own settings; the checkout is left as it is", async () => {
    const before = temporaryFolders();
    const status = git("status", "--porcelain");
    const { platform, label } = await load(first);
    expect(platform).toMatchObject({ note: "NOTE", settings: "first" });
    expect(label).toBe(first.slice(0, 7));
    expect(git("status", "--porcelain")).toBe(status);
    expect(temporaryFolders()).toEqual(before);
  });

  test("sees no credential of this process", async () => {
    process.env["AWS_SECRET_ACCESS_KEY"] = "do-not-pass-on";
    try {
      rmSync(cacheDir, { recursive: true, force: true });
      expect((await load(first)).platform).toMatchObject({ secret: "none" });
    } finally {
      delete process.env["AWS_SECRET_ACCESS_KEY"];
    }
  });

  test("is read from the cache the second time", async () => {
    await load(first);
    const [file = ""] = readdirSync(cacheDir);
    writeFileSync(join(cacheDir, file), JSON.stringify({ platform: { note: "cached" }, unread: [] }));
    expect((await load(first)).platform).toMatchObject({ note: "cached" });
    rmSync(cacheDir, { recursive: true, force: true });
  });

  test.each([
    ["that does not compile", () => broken, "this revision is broken"],
    ["from before the compiler", () => older, "has no infra/load.ts"],
    ["that does not exist", () => "nowhere", "is no revision of this repository"],
    ["that looks like an option", () => "--output=x", "is no revision of this repository"],
  ])("%s is told in a sentence, and leaves nothing behind", async (_case, ref, reason) => {
    const before = temporaryFolders();
    await expect(load(ref())).rejects.toThrow(UnreadableRevision);
    await expect(load(ref())).rejects.toThrow(reason);
    expect(temporaryFolders()).toEqual(before);
    expect(existsSync(join(root, "x"))).toBe(false);
  });

  test("that a shallow clone lacks is told apart", async () => {
    const clone = join(scratch, "shallow");
    execFileSync("git", ["clone", "-q", "--depth", "1", `file://${root}`, clone], { stdio: "ignore" });
    await expect(findRevision(clone, first)).rejects.toThrow(/shallow.*fetch-depth: 0/);
  });

  test("outside a repository is told", async () => {
    await expect(findRevision(scratch, "main")).rejects.toThrow(UnreadableRevision);
  });
});

describe("the working tree's cache", () => {
  test("follows the content of what is compiled, and of nothing else", () => {
    const tree = join(scratch, "tree");
    const put = (path: string, text: string): void => {
      mkdirSync(join(tree, path, ".."), { recursive: true });
      writeFileSync(join(tree, path), text);
    };
    const key = (stack = "local"): string => workingTreeKey(tree, stack);
    put("sql/core/a.sql", "select 1");
    put("Pulumi.local.yaml", "config: {}");
    const before = key();
    put("docs/x.md", "text");
    expect(key()).toBe(before);
    expect(key("prod")).not.toBe(before);
    for (const [path, text] of [
      ["sql/core/a.sql", "select 2"],
      ["Pulumi.local.yaml", "config: {a: 1}"],
      ["infra/load.ts", ""],
      [".firn/local/keys/k.pub", "key"],
      ["Pulumi.local.yaml", "u: { publicKeyFile: elsewhere/k.pub }"],
      ["elsewhere/k.pub", "key"],
    ] as const) {
      const last = key();
      put(path, text);
      expect(key()).not.toBe(last);
    }
  });
});
