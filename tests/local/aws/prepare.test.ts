import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareAws } from "../../../local/aws/prepare.ts";
import { findPython } from "../../../local/aws/python.ts";
import type { ProgressEvent } from "../../../local/progress.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "firn-python-"));
});
afterEach(() => {
  delete process.env["FIRN_PYTHON"];
  rmSync(dir, { recursive: true, force: true });
});

/** A command that answers as a Python does: its version, whether it has venv, and what `-m pip` says and ends with. */
function fakePython(version: string, modules: string, pip = "exit 0"): string {
  const file = join(dir, "python");
  writeFileSync(
    file,
    `#!/bin/sh
case "$1 $2" in
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip") ${pip} ;;
  *) echo ${version}; ${modules} ;;
esac
`,
  );
  chmodSync(file, 0o755);
  process.env["FIRN_PYTHON"] = file;
  return file;
}

test("no Python, an old one, and one without venv: each is told, with what to install", async () => {
  mkdirSync(join(dir, "empty"));
  await expect(findPython({ PATH: join(dir, "empty") })).rejects.toMatchObject({
    code: "MISSING_TOOL",
    message: expect.stringContaining("none was found on PATH.\nInstall it"),
  });
  const file = fakePython("3.8.1", "echo venv");
  await expect(findPython()).rejects.toThrow(
    `needs Python 3.10 or newer with its venv module; ${file} is 3.8.1`,
  );
  fakePython("3.12.1", ":");
  await expect(findPython()).rejects.toThrow("3.12.1 has no venv module");
});

test("a failed installation tells why, shows no credentials, and leaves nothing behind", async () => {
  fakePython("3.12.1", "echo venv", 'echo "ERROR: no match at https://me:secret@index/simple"; exit 1');
  const cacheRoot = join(dir, "cache");
  const error = await prepareAws({ cacheRoot }).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ code: "INSTALL_FAILED" });
  expect(String(error)).toContain("ERROR: no match at https://index/simple");
  expect(String(error)).not.toContain("secret");
  expect(readdirSync(cacheRoot)).toEqual([]);
});

test("a full disk is told as such", async () => {
  fakePython("3.12.1", "echo venv", 'echo "OSError: [Errno 28] No space left on device"; exit 1');
  await expect(prepareAws({ cacheRoot: join(dir, "cache") })).rejects.toMatchObject({ code: "DISK" });
});

test("an installation is made once, with progress by package", async () => {
  fakePython(
    "3.12.1",
    "echo venv",
    'echo "Collecting boto3==1.0"; echo "Installing collected packages: boto3"',
  );
  const cacheRoot = join(dir, "cache");
  const events: ProgressEvent[] = [];
  const python = await prepareAws({ cacheRoot, progress: (event) => events.push(event) });
  expect(events).toContainEqual(
    expect.objectContaining({ detail: "boto3", done: 1, total: expect.any(Number) }),
  );
  events.length = 0;
  expect(await prepareAws({ cacheRoot, progress: (event) => events.push(event) })).toBe(python);
  expect(events).toEqual([]);
});
