/** Why the engine could not be made ready; a closed list, so that callers decide by code and never by wording. */
export type EngineErrorCode =
  | "unsupported-platform"
  | "node-too-old"
  | "go-missing"
  | "go-too-old"
  | "module-fetch-failed"
  | "build-failed"
  | "checksum-mismatch"
  | "disk-full"
  | "cache-unwritable"
  | "cancelled";

/** A failure that the user can act upon: `message` says what happened and where, `hint` what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;
  readonly hint: string;

  constructor(code: EngineErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** Turns what the operating system says of a full or closed disk into an EngineError; other errors pass unchanged. */
export function explainDiskError(error: unknown, folder: string): unknown {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT") return diskFull(folder);
  if (["EACCES", "EROFS", "EPERM", "ENOTDIR", "EEXIST"].includes(code)) {
    return new EngineError(
      "cache-unwritable",
      `${folder} cannot be written (${code})`,
      "make it writable, or set XDG_CACHE_HOME to a folder that is",
    );
  }
  return error;
}

export function diskFull(folder: string): EngineError {
  return new EngineError(
    "disk-full",
    `no space is left on the disk of ${folder}`,
    "free some space (a first build needs about 5 GB, most of it in Go's caches) and run the command again",
  );
}

/** The system's code of an error (`ENOENT`), or "". No `instanceof`: under a test runner errors come from two realms. */
export function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
