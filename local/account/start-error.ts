/** Why an account could not be started, and what to do; told without a stack trace. */
export class StartError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = "StartError";
    this.hint = hint;
  }
}
