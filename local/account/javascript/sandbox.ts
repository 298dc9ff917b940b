import {
  newQuickJSAsyncWASMModuleFromVariant,
  newQuickJSWASMModuleFromVariant,
  type QuickJSAsyncContext,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";
import { SnowflakeError } from "../errors.ts";

/**
 * JavaScript of users in QuickJS, compiled to WebAssembly: no files, network, timers or modules of the host, and limits
 * of memory, stack and time. Source: Snowflake documentation, "JavaScript UDF limitations".
 */
const MEMORY = 64 * 2 ** 20;
const STACK = 512 * 1024;
/** Milliseconds that one call, or one vector of rows, may take. */
const PATIENCE = 10_000;

export const javascriptError = (name: string, text: string): SnowflakeError =>
  new SnowflakeError("100132", "P0000", `JavaScript execution error: ${text} in ${name}`);

/**
 * A new WebAssembly instance. Each routine has its own, never freed by hand: what a script broke or leaked goes with the
 * instance when nothing refers to it.
 */
export const loadJavascript = (): Promise<QuickJSWASMModule> =>
  newQuickJSWASMModuleFromVariant(import("@jitl/quickjs-wasmfile-release-sync"));

/** Dates go in as texts marked so, and come out as ISO texts. */
export const PRELUDE = `
  "use strict";
  globalThis.__read = (key, value) =>
    value !== null && typeof value === "object" && typeof value.__date === "string" ? new Date(value.__date)
    : value !== null && typeof value === "object" && value.__undefined === true ? undefined
    : value !== null && typeof value === "object" && typeof value.__hex === "string"
      ? Uint8Array.from(value.__hex.match(/../g) ?? [], (pair) => parseInt(pair, 16))
    : value;
  globalThis.__revive = (text) => {
    const values = JSON.parse(text, __read);
    const own = JSON.parse(text);
    return own.map((one, i) => (one !== null && one.__undefined === true ? undefined : values[i]));
  };
  globalThis.__write = (value) =>
    value === undefined ? "" : JSON.stringify(value, (key, one) =>
      one instanceof Uint8Array ? Array.from(one, (byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase()
      : typeof one === "number" && !Number.isFinite(one) ? String(one)
      : one) ?? "";
`;

function limited<Context extends QuickJSContext>(context: Context, until: { deadline: number }): Context {
  context.runtime.setMemoryLimit(MEMORY);
  context.runtime.setMaxStackSize(STACK);
  context.runtime.setInterruptHandler(() => Date.now() > until.deadline);
  return context;
}

/** What a thrown value says, in Snowflake's words. */
function thrownText(context: QuickJSContext, error: QuickJSHandle): string {
  const thrown: unknown = context.dump(error);
  error.dispose();
  if (typeof thrown !== "object" || thrown === null) return `Uncaught ${String(thrown)}`;
  const { name, message } = thrown as { name?: string; message?: string };
  if (name === "InternalError" && message === "interrupted") return "the time limit was exceeded";
  return `Uncaught ${name ?? "Error"}: ${message ?? JSON.stringify(thrown)}`;
}

/** A function of a routine: from a JSON text of its arguments to a JSON text of its result, "" for undefined. */
export class JavascriptFunction {
  readonly #name: string;
  readonly #context: QuickJSContext;
  readonly #function: QuickJSHandle;
  readonly #until = { deadline: Number.POSITIVE_INFINITY };
  readonly #patience: number;

  /** `source` is an expression that yields a function of one text. */
  constructor(module: QuickJSWASMModule, name: string, source: string, patience = PATIENCE) {
    this.#name = name;
    this.#patience = patience;
    this.#context = limited(module.newContext(), this.#until);
    this.#until.deadline = Date.now() + patience;
    this.#evaluate(PRELUDE).dispose();
    this.#function = this.#evaluate(source);
  }

  #evaluate(source: string): QuickJSHandle {
    const result = this.#context.evalCode(source);
    if (result.error) throw javascriptError(this.#name, thrownText(this.#context, result.error));
    return result.value;
  }

  call(text: string): string {
    this.#until.deadline = Date.now() + this.#patience;
    const argument = this.#context.newString(text);
    const result = this.#context.callFunction(this.#function, this.#context.undefined, argument);
    argument.dispose();
    if (result.error) throw javascriptError(this.#name, thrownText(this.#context, result.error));
    const answer = this.#context.getString(result.value);
    result.value.dispose();
    return answer;
  }
}

/**
 * Runs a script whose host functions are asynchronous to us and plain calls to it. Each takes and gives a JSON text; an
 * error of the host is thrown into the script. The answer is a JSON text, "" for undefined.
 */
export async function runJavascript(
  name: string,
  source: string,
  host: Record<string, (text: string) => Promise<string>>,
): Promise<string> {
  // A module of its own: only one call may wait in a module at a time.
  const module = await newQuickJSAsyncWASMModuleFromVariant(
    import("@jitl/quickjs-wasmfile-release-asyncify"),
  );
  const until = { deadline: Date.now() + PATIENCE };
  const context: QuickJSAsyncContext = limited(module.newContext(), until);
  for (const [word, call] of Object.entries(host))
    context
      .newAsyncifiedFunction(word, async (argument) => {
        try {
          const answer = await call(context.getString(argument));
          // Waiting for SQL is no time of the script's.
          until.deadline = Date.now() + PATIENCE;
          return context.newString(answer);
        } catch (error) {
          const { code, sqlState, message } = error as SnowflakeError;
          return context.newString(`\u0001${JSON.stringify({ code, state: sqlState, message })}`);
        }
      })
      .consume((fn) => context.setProp(context.global, word, fn));
  const prepared = context.evalCode(PRELUDE);
  if (prepared.error) throw javascriptError(name, thrownText(context, prepared.error));
  const result = await context.evalCodeAsync(source);
  if (result.error) throw javascriptError(name, thrownText(context, result.error));
  return context.getString(result.value);
}
