import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../progress.ts";
import { cachedFolder, contentKey } from "../supervisor/cache.ts";
import { LocalError } from "../supervisor/errors.ts";
import { run } from "../supervisor/run.ts";
import { findPython } from "./python.ts";

export interface PrepareOptions {
  progress?: Progress;
  signal?: AbortSignal;
  /** The folder of caches; the user's unless told. */
  cacheRoot?: string;
}

const REQUIREMENTS = join(import.meta.dirname, "server", "requirements.txt");

/**
 * Installs the local AWS endpoint into a virtual environment of the cache folder, once for each list of pins.
 * Returns the path of its Python. Throws LocalError MISSING_TOOL or INSTALL_FAILED.
 */
export async function prepareAws(options: PrepareOptions = {}): Promise<string> {
  const python = await findPython(process.env, options.signal);
  const requirements = readFileSync(REQUIREMENTS, "utf8");
  const total = requirements.match(/^[a-z0-9._-]+==/gim)?.length ?? 0;
  const minor = python.version.split(".").slice(0, 2).join(".");
  const key = contentKey(requirements, minor, process.platform, process.arch);
  const onWait = (pid: number): void =>
    options.progress?.({ step: "aws", detail: `waiting for process ${pid}, which installs it` });
  // Virtual environments cannot be moved, so it is built where it stays and counts once it is marked complete.
  const folder = await cachedFolder(
    "aws",
    key,
    { onWait, ...(options.cacheRoot ? { root: options.cacheRoot } : {}), ...signalOf(options) },
    async (target) => {
      options.progress?.({ step: "aws", detail: `creating a Python ${minor} environment`, done: 0, total });
      const created = await run(python.command, ["-m", "venv", target], signalOf(options));
      if (created.exitCode !== 0) throw installError("the Python environment", created.output);
      let done = 0;
      const installed = await run(
        pythonOf(target),
        [
          ...["-m", "pip", "install", "--require-hashes", "--no-input", "--prefer-binary"],
          ...["--disable-pip-version-check", "--progress-bar", "off", "-r", REQUIREMENTS],
        ],
        {
          ...signalOf(options),
          onLine: (line) => {
            const name = /^Collecting ([a-z0-9._-]+)/i.exec(line)?.[1];
            if (name) options.progress?.({ step: "aws", detail: name, done: ++done, total });
            else if (line.startsWith("Installing collected"))
              options.progress?.({ step: "aws", detail: "installing", done: total, total });
          },
        },
      );
      if (installed.exitCode !== 0) throw installError("its Python packages", installed.output);
    },
  );
  return pythonOf(folder);
}

const pythonOf = (folder: string): string => join(folder, "bin", "python");

const signalOf = (options: PrepareOptions): { signal?: AbortSignal } =>
  options.signal ? { signal: options.signal } : {};

function installError(what: string, output: string): LocalError {
  const errors = output.split("\n").filter((line) => /error/i.test(line));
  const reason = (errors.length > 0 ? errors : output.split("\n"))
    .slice(-3)
    .map(withoutCredentials)
    .join("\n  ");
  const full = /No space left|Errno 28/.test(output);
  return new LocalError(
    full ? "DISK" : "INSTALL_FAILED",
    `The local AWS endpoint could not be installed: ${what} failed.\n  ${reason}`,
    full
      ? "Free some space and run the command again."
      : "Check the network and the package index (pip config list), then run the command again.",
  );
}

/** Index addresses may carry a user and a password. */
const withoutCredentials = (line: string): string => line.replace(/\/\/[^/@\s]+@/g, "//");
