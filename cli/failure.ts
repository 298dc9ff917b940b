import { inspect } from "node:util";
import pc from "picocolors";

/** Exit codes that scripts can use. */
export const EXIT = { ok: 0, failed: 1, usage: 2, machine: 3, interrupted: 130 } as const;

/** A failure that the command line itself finds: one sentence on what, one on what to do. */
export class CliError extends Error {
  readonly hint: string;
  readonly exitCode: number;

  constructor(message: string, hint: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = "CliError";
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

interface Problem {
  file: string;
  path: string;
  message: string;
  given?: string;
  allowed?: string;
  hint?: string;
}

/** The fields by which the layers' own error types tell their story; read by shape, since `local/` shares none with the platform. */
interface KnownFailure {
  name: string;
  message: string;
  code?: string;
  hint?: string;
  exitCode?: number;
  problems?: Problem[];
}

const MACHINE_CODES = new Set(["MISSING_TOOL", "INSTALL_FAILED", "MISSING_GO", "OLD_GO", "DISK"]);

/** The exit code that fits what was thrown. */
export function exitCodeOf(error: KnownFailure): number {
  if (error.name === "AbortError") return EXIT.interrupted;
  if (error.exitCode !== undefined) return error.exitCode;
  if (error.problems) return EXIT.usage;
  if (error.code && MACHINE_CODES.has(error.code)) return EXIT.machine;
  return EXIT.failed;
}

/** Prints what went wrong and what to do, to stderr (or as JSON to stdout); returns the exit code. No stack traces for known failures. */
export function reportFailure(thrown: unknown, json: boolean): number {
  const error: KnownFailure =
    thrown instanceof Error || (typeof thrown === "object" && thrown !== null && "message" in thrown)
      ? (thrown as KnownFailure)
      : { name: "Error", message: String(thrown) };
  const exitCode = exitCodeOf(error);
  const text = withoutHint(error);
  if (json) {
    console.log(
      JSON.stringify({
        ok: false,
        exitCode,
        error: { code: error.code, message: text, hint: error.hint, problems: error.problems },
      }),
    );
    return exitCode;
  }
  if (exitCode === EXIT.interrupted) {
    console.error(pc.yellow("Interrupted. Run the same command again; it goes on where it was."));
    return exitCode;
  }
  console.error(`${pc.red("✖")} ${text}`);
  if (error.hint) console.error(`  ${pc.dim(error.hint)}`);
  if (process.env["FIRN_DEBUG"]) console.error(pc.dim(inspect(thrown, { depth: 6 })));
  return exitCode;
}

/** Some error types repeat their hint at the end of the message. */
function withoutHint(error: KnownFailure): string {
  return error.hint && error.message.endsWith(error.hint)
    ? error.message.slice(0, -error.hint.length).trimEnd()
    : error.message;
}
