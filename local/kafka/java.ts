import { join } from "node:path";
import { LocalError } from "../supervisor/errors.ts";
import { run } from "../supervisor/run.ts";

/** Kafka's broker 4.x needs at least this. */
const OLDEST_JAVA = 17;

export interface Java {
  command: string;
  major: number;
}

/** The Java of $JAVA_HOME, else of PATH. Throws LocalError MISSING_TOOL when it is missing or too old. */
export async function findJava(env: NodeJS.ProcessEnv = process.env, signal?: AbortSignal): Promise<Java> {
  const candidates = [...(env["JAVA_HOME"] ? [join(env["JAVA_HOME"], "bin", "java")] : []), "java"];
  let found = "none was found on PATH";
  for (const command of candidates) {
    const result = await run(command, ["-version"], { env, ...(signal ? { signal } : {}) });
    if (result.exitCode !== 0) continue;
    const major = javaMajor(result.output);
    if (major !== undefined && major >= OLDEST_JAVA) return { command, major };
    found = `${command} is ${result.output.split("\n")[0]}`;
  }
  throw new LocalError(
    "MISSING_TOOL",
    `The local Kafka broker needs Java ${OLDEST_JAVA} or newer; ${found}.`,
    "Install it (Debian/Ubuntu: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk) or set JAVA_HOME.",
  );
}

/** 17 of `openjdk version "17.0.15" 2025-04-15`; 8 of `"1.8.0_292"`. */
export function javaMajor(versionOutput: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(versionOutput);
  return match ? Number(match[1]) : undefined;
}
