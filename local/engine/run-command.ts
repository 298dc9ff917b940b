import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { EngineError } from "./engine-error.ts";

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Called for each line of stderr as it comes. */
  onErrorLine?: (line: string) => void;
  signal?: AbortSignal | undefined;
}

export interface CommandResult {
  /** -1 where the program could not be started at all. */
  code: number;
  stdout: string;
  /** The last 200 lines. */
  errorLines: string[];
}

/** Runs a program to its end. Never rejects for a failing program; rejects with `cancelled` when the signal fires. */
export function runCommand(
  file: string,
  args: string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) return reject(cancelled());
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: Buffer[] = [];
    const errorLines: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    createInterface({ input: child.stderr }).on("line", (line) => {
      errorLines.push(line);
      if (errorLines.length > 200) errorLines.shift();
      options.onErrorLine?.(line);
    });
    let killer: NodeJS.Timeout | undefined;
    const stop = () => {
      child.kill("SIGINT");
      killer = setTimeout(() => child.kill("SIGKILL"), 3000);
    };
    options.signal?.addEventListener("abort", stop, { once: true });
    const onExit = () => child.kill("SIGKILL");
    process.once("exit", onExit);
    const finish = () => {
      clearTimeout(killer);
      options.signal?.removeEventListener("abort", stop);
      process.off("exit", onExit);
    };
    child.on("error", (error) => {
      finish();
      resolve({ code: -1, stdout: "", errorLines: [error.message] });
    });
    child.on("close", (code) => {
      finish();
      if (options.signal?.aborted) return reject(cancelled());
      resolve({ code: code ?? 1, stdout: Buffer.concat(output).toString("utf8"), errorLines });
    });
  });
}

export function cancelled(): EngineError {
  return new EngineError(
    "cancelled",
    "the preparation of the engine was cancelled",
    "run the command again: what was finished is kept, the rest starts over",
  );
}
