import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildEntry, explainGo, findGo, minimumGo, type Target } from "../../../local/engine/go-build.ts";

const linux = { goos: "linux", goarch: "amd64", pulumi: "linux-x64" } as const;

describe("what a failing Go means", () => {
  const failed = (...errorLines: string[]) => ({ code: 1, stdout: "", errorLines });

  test.each([
    ["disk-full", "build", "write /root/.cache/go-build/x: no space left on device"],
    ["checksum-mismatch", "fetch", "verifying github.com/a/b@v1.0.0: checksum mismatch"],
    ["module-fetch-failed", "fetch", 'Get "https://proxy/": dial tcp: lookup proxy: no such host'],
    ["build-failed", "build", "x.go:1:1: undefined: y"],
    ["build-failed", "build", "compile: signal: killed"],
    ["cancelled", "build", "signal: interrupt"],
  ] as const)("%s while it does a %s", (code, doing, line) => {
    const error = explainGo(failed(line), doing);
    expect(error.code).toBe(code);
    expect(error.hint).not.toBe("");
  });

  test("the message carries Go's last words without its progress", () => {
    const { message } = explainGo(
      failed("go: downloading a v1", "b.go:1: broken", "go: downloading c v1"),
      "build",
    );
    expect(message).toContain("b.go:1: broken");
    expect(message).not.toContain("downloading");
  });
});

describe("the toolchain", () => {
  let folder: string;
  const path = process.env["PATH"];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "firn-go-"));
    process.env["PATH"] = folder;
  });

  afterEach(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });

  function pretend(version: string, toolchain: string): void {
    const answer = JSON.stringify({ GOVERSION: version, GOTOOLCHAIN: toolchain, GOCACHE: "/c" });
    writeFileSync(join(folder, "go"), `#!/bin/sh\necho '${answer}'\n`);
    chmodSync(join(folder, "go"), 0o755);
  }

  test("without Go the error says how to get on", async () => {
    await expect(findGo()).rejects.toMatchObject({
      code: "go-missing",
      hint: expect.stringContaining(minimumGo()),
    });
  });

  test("a Go that is new enough is taken", async () => {
    pretend(`go${minimumGo()}`, "local");
    await expect(findGo()).resolves.toMatchObject({ version: minimumGo(), buildCache: "/c" });
  });

  test("an older one is refused, with its version and the one that is needed", async () => {
    pretend("go1.22.0", "local");
    await expect(findGo()).rejects.toMatchObject({
      code: "go-too-old",
      message: expect.stringMatching(/1\.22\.0.*needs/),
    });
  });

  test("an older one that may fetch a newer toolchain is taken", async () => {
    pretend("go1.22.0", "auto");
    await expect(findGo()).resolves.toMatchObject({ version: "1.22.0" });
    pretend("go1.20.0", "auto"); // before 1.21 Go could not
    await expect(findGo()).rejects.toMatchObject({ code: "go-too-old" });
  });
});

test("each target on each platform has an entry of its own, the same at every call", () => {
  const targets: Target[] = ["pulumi", "snowflake", "kafka"];
  const entries = targets.flatMap((target) => [
    buildEntry(target, linux),
    buildEntry(target, { ...linux, goarch: "arm64" }),
    buildEntry(target, { ...linux, goos: "darwin" }),
  ]);
  expect(new Set(entries).size).toBe(9);
  expect(buildEntry("pulumi", linux)).toBe(entries[0]);
});
