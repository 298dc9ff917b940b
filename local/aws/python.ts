import { LocalError } from "../supervisor/errors.ts";
import { run } from "../supervisor/run.ts";

export interface Python {
  command: string;
  /** As in "3.11.7". */
  version: string;
}

/** The oldest Python that the pinned packages support. */
const OLDEST_MINOR = 10;
const CANDIDATES = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"];

/**
 * A Python with the venv module: $FIRN_PYTHON, else the first on PATH that is new enough.
 * Throws LocalError MISSING_TOOL that says what was found and what to install.
 */
export async function findPython(
  env: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): Promise<Python> {
  const seen: string[] = [];
  for (const command of env["FIRN_PYTHON"] ? [env["FIRN_PYTHON"]] : CANDIDATES) {
    const script =
      "import sys; print('.'.join(map(str, sys.version_info[:3])))\ntry:\n import venv, ensurepip\n print('venv')\nexcept ImportError: pass";
    const result = await run(command, ["-c", script], { env, ...(signal ? { signal } : {}) });
    if (result.missing || result.exitCode !== 0) continue;
    const [version = "", venv] = result.output.split("\n");
    const [major, minor] = version.split(".").map(Number);
    if (major !== 3 || minor === undefined || minor < OLDEST_MINOR) {
      seen.push(`${command} is ${version}`);
    } else if (venv !== "venv") {
      seen.push(`${command} ${version} has no venv module`);
    } else {
      return { command, version };
    }
  }
  throw new LocalError(
    "MISSING_TOOL",
    `The local AWS endpoint needs Python 3.${OLDEST_MINOR} or newer with its venv module; ${seen.length > 0 ? seen.join(", ") : "none was found on PATH"}.`,
    "Install it (Debian/Ubuntu: apt-get install python3 python3-venv; macOS: brew install python) or set FIRN_PYTHON.",
  );
}
