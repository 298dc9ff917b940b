import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { systemCode } from "./errors.ts";

export interface RunResult {
  /** Undefined when the command could not be run at all or was ended by a signal. */
  exitCode: number | undefined;
  /** True when there is no such command. */
  missing: boolean;
  /** Standard output and standard error, interleaved; the last 400 lines. */
  output: string;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  onLine?: (line: string) => void;
}

/** Runs a command to its end, with no input. Never throws for what the command does; throws when the signal aborts. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const lines: string[] = [];
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > 400) lines.shift();
      options.onLine?.(line);
    });
  }
  const result = await new Promise<Omit<RunResult, "output">>((resolve) => {
    child.once("error", (error) => resolve({ exitCode: undefined, missing: systemCode(error) === "ENOENT" }));
    child.once("close", (code) => resolve({ exitCode: code ?? undefined, missing: false }));
  });
  options.signal?.throwIfAborted();
  return { ...result, output: lines.join("\n") };
}
