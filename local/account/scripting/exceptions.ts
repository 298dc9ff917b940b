import { SnowflakeError } from "../errors.ts";
import type { Handler } from "./ast.ts";

/** A RAISE of a declared exception. */
export class Raised extends SnowflakeError {
  readonly exception: string;

  constructor(exception: string, code: string, message: string) {
    super(code, "P0001", message);
    this.exception = exception;
  }
}

/** What a script knows of the errors on their way out of it. */
export class Exceptions {
  readonly #expressions = new WeakSet<Error>();
  readonly #places = new WeakMap<Error, { line: number; position: number }>();
  /** Blocks whose handlers an error has passed, or was thrown in: they do not catch it. */
  readonly #passed = new WeakMap<Error, Set<readonly Handler[]>>();

  /** Notes that the error is one of an expression, not of a statement. */
  ofExpression(error: unknown): unknown {
    if (error instanceof Error) this.#expressions.add(error);
    return error;
  }

  /** Notes where the innermost step that failed stands. */
  at(error: Error, place: { line: number; position: number }): void {
    if (!this.#places.has(error)) this.#places.set(error, { line: place.line, position: place.position });
  }

  pass(error: unknown, handlers: readonly Handler[]): void {
    if (!(error instanceof Error)) return;
    const passed = this.#passed.get(error) ?? new Set();
    passed.add(handlers);
    this.#passed.set(error, passed);
  }

  #typeOf(error: SnowflakeError): string {
    if (error instanceof Raised) return error.exception;
    return this.#expressions.has(error) ? "EXPRESSION_ERROR" : "STATEMENT_ERROR";
  }

  /** The first handler that catches the error; null for a cancellation and a time-out. */
  handlerOf(error: unknown, handlers: readonly Handler[]): Handler | null {
    if (!(error instanceof SnowflakeError) || isFinal(error)) return null;
    if (this.#passed.get(error)?.has(handlers)) return null;
    const type = this.#typeOf(error);
    return handlers.find(({ names }) => names.includes(type) || names.includes("OTHER")) ?? null;
  }

  /** The error of a script that caught it nowhere. Source: "Handling exceptions". */
  uncaught(error: unknown): unknown {
    if (!(error instanceof SnowflakeError) || isFinal(error)) return error;
    const place = this.#places.get(error);
    if (!place) return error;
    const where = `on line ${place.line} at position ${place.position}`;
    const message = `Uncaught exception of type '${this.#typeOf(error)}' ${where} : ${error.message}`;
    return new SnowflakeError(error.code, error.sqlState, message, place);
  }
}

/** A cancellation or a time-out: no handler catches it. */
const isFinal = ({ code }: SnowflakeError): boolean => code === "000604" || code === "000630";
