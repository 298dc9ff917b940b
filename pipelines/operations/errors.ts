/** An operation that cannot be done: one sentence on what, one on what to do. `exitCode` 2 where the request is wrong. */
export class OperationError extends Error {
  readonly hint: string;
  readonly exitCode: number;

  constructor(message: string, hint: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = "OperationError";
    this.hint = hint;
    this.exitCode = exitCode;
  }
}
