/** The closed list of ways in which a local service cannot be had. */
export type LocalErrorCode =
  | "MISSING_TOOL"
  | "INSTALL_FAILED"
  | "START_FAILED"
  | "START_TIMEOUT"
  | "STOP_FAILED"
  | "LOCKED"
  | "BAD_CONFIG"
  | "DISK";

/** A user-facing error of the local stack: what happened, where to look, what to do. Never holds a secret. */
export class LocalError extends Error {
  readonly code: LocalErrorCode;
  /** What the user can do about it, one sentence. */
  readonly hint: string;

  constructor(code: LocalErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(`${message}\n${hint}`, options);
    this.name = "LocalError";
    this.code = code;
    this.hint = hint;
  }
}

/** The message of whatever was thrown, one line. By shape, since errors cross realms under a test runner. */
export function reasonOf(error: unknown): string {
  const message = property(error, "message");
  return typeof message === "string" ? message : String(error);
}

/** The `code` of a Node system error ("EACCES"), or undefined. */
export function systemCode(error: unknown): string | undefined {
  const code = property(error, "code");
  return typeof code === "string" ? code : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
