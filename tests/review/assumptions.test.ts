import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { movedAssumptions } from "../../review/revision/assumptions.ts";

const root = mkdtempSync(join(tmpdir(), "firn-assumptions-"));
const write = (path: string, text: string): void => writeFileSync(join(root, "cost", path), text);

beforeAll(() => {
  const git = (...args: string[]) =>
    execFileSync(
      "git",
      ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", ...args],
      {
        cwd: root,
      },
    );
  mkdirSync(join(root, "cost"));
  git("init", "-q", "-b", "main");
  write("price-book.yaml", "version: 1\n");
  write("usage.yaml", "version: 1\n");
  git("add", "-A");
  git("commit", "-q", "-m", "first");
});
afterAll(() => rmSync(root, { recursive: true }));

test("prices and assumptions that stay as they are say nothing", async () => {
  expect(await movedAssumptions(root, "prod", "HEAD")).toEqual([]);
});

test("those that the change moves are told, for both sides are priced by the new ones", async () => {
  write("price-book.yaml", "version: 2\n");
  write("usage.prod.yaml", "version: 1\n");
  expect(await movedAssumptions(root, "prod", "HEAD")).toEqual([
    expect.stringContaining("The price book changes too (cost/price-book.yaml)"),
    expect.stringContaining("(cost/usage.prod.yaml)"),
  ]);
  expect(await movedAssumptions(root, "local", "HEAD")).toHaveLength(1);
});
