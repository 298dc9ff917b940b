import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../progress.ts";
import { cachedFolder, contentKey } from "../supervisor/cache.ts";
import { LocalError } from "../supervisor/errors.ts";
import { run } from "../supervisor/run.ts";
import { findJava, type Java } from "./java.ts";

export interface PrepareOptions {
  progress?: Progress;
  signal?: AbortSignal;
  /** The folder of caches; the user's unless told. */
  cacheRoot?: string;
}

export interface PreparedKafka {
  java: Java;
  /** Folder of the broker's jars. */
  lib: string;
}

export const BROKER_FILES = join(import.meta.dirname, "broker");

/**
 * Fetches the broker's jars with Maven into the cache folder, once for each list of checksums, and checks every one.
 * Throws LocalError MISSING_TOOL or INSTALL_FAILED.
 */
export async function prepareKafka(options: PrepareOptions = {}): Promise<PreparedKafka> {
  const java = await findJava(process.env, options.signal);
  const pom = readFileSync(join(BROKER_FILES, "pom.xml"), "utf8");
  const sums = parseChecksums(readFileSync(join(BROKER_FILES, "jars.sha256"), "utf8"));
  const onWait = (pid: number): void =>
    options.progress?.({ step: "kafka", detail: `waiting for process ${pid}, which installs it` });
  const signal = options.signal ? { signal: options.signal } : {};
  const folder = await cachedFolder(
    "kafka",
    contentKey(pom, JSON.stringify([...sums])),
    { onWait, ...(options.cacheRoot ? { root: options.cacheRoot } : {}), ...signal },
    async (target) => {
      const total = sums.size;
      options.progress?.({ step: "kafka", detail: "fetching the broker with Maven", done: 0, total });
      copyFileSync(join(BROKER_FILES, "pom.xml"), join(target, "pom.xml"));
      const fetched = new Set<string>();
      const result = await run(
        "mvn",
        ["-B", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=lib"],
        {
          cwd: target,
          ...signal,
          onLine: (line) => {
            const jar = /(?:Downloaded from|Copying).*?([^/\s]+\.jar)/.exec(line)?.[1];
            if (!jar || !sums.has(jar) || fetched.has(jar)) return;
            fetched.add(jar);
            options.progress?.({ step: "kafka", detail: jar, done: fetched.size, total });
          },
        },
      );
      if (result.missing) {
        throw new LocalError(
          "MISSING_TOOL",
          "The local Kafka broker is fetched with Maven, and there is no mvn on PATH.",
          "Install it (Debian/Ubuntu: apt-get install maven; macOS: brew install maven) and run the command again.",
        );
      }
      if (result.exitCode !== 0) throw fetchError(result.output);
      verify(join(target, "lib"), sums);
    },
  );
  return { java, lib: join(folder, "lib") };
}

/** File name → SHA-256 in hex, from the format of sha256sum. */
export function parseChecksums(text: string): Map<string, string> {
  return new Map(
    text
      .trim()
      .split("\n")
      .map((line) => {
        const [sum = "", file = ""] = line.split(/\s+/);
        return [file, sum];
      }),
  );
}

/** Checks that the folder holds exactly these files; anything else is an INSTALL_FAILED. */
export function verify(folder: string, sums: ReadonlyMap<string, string>): void {
  const present = new Set(readdirSync(folder));
  for (const [file, sum] of sums) {
    const actual = present.has(file)
      ? createHash("sha256")
          .update(readFileSync(join(folder, file)))
          .digest("hex")
      : "missing";
    if (actual !== sum) {
      throw new LocalError(
        "INSTALL_FAILED",
        `${file} of the local Kafka broker is not what it must be (SHA-256 ${actual}, expected ${sum}).`,
        "Remove it from the local Maven repository (~/.m2/repository) and run the command again.",
      );
    }
  }
  for (const file of present) if (!sums.has(file)) rmSync(join(folder, file), { recursive: true });
}

function fetchError(output: string): LocalError {
  const full = /No space left/.test(output);
  const reason = output
    .split("\n")
    .filter((line) => line.includes("[ERROR]"))
    .slice(0, 3)
    .map((line) => line.replace(/\/\/[^/@\s]+@/g, "//"))
    .join("\n  ");
  return new LocalError(
    full ? "DISK" : "INSTALL_FAILED",
    `The local Kafka broker could not be fetched.\n  ${reason || output.split("\n").slice(-3).join("\n  ")}`,
    full
      ? "Free some space and run the command again."
      : "Check the network and Maven's settings, then run again.",
  );
}
