import type { CatalogObject } from "../catalog/model.ts";
import { JavascriptFunction, javascriptError, loadJavascript } from "./sandbox.ts";

/** A routine's own name, arguments and body. Arguments are in upper case in its body. */
type Routine = Pick<CatalogObject<"FUNCTION">["props"], "routine" | "arguments" | "body" | "returnsTable">;

const parameters = (routine: Routine): string => routine.arguments.map((a) => a.name).join(", ");

/** Source: "Introduction to JavaScript UDFs". */
const scalarSource = (routine: Routine): string =>
  `(() => { const call = function (${parameters(routine)}) {\n${routine.body}\n}; return (text) => __write(call(...__revive(text))); })()`;

/**
 * Source: "Tabular JavaScript UDFs (UDTFs)". The body is an object with processRow and, if it likes, initialize and
 * finalize; each call is a partition of one row.
 */
const tableSource = (routine: Routine): string => {
  const names = JSON.stringify(routine.arguments.map((a) => a.name));
  return `(() => { const names = ${names}; return (text) => {
    const handler = (${routine.body.trim().replace(/;$/, "")}\n);
    const values = __revive(text);
    const row = Object.fromEntries(names.map((name, i) => [name, values[i]]));
    const rows = [];
    const writer = { writeRow: (one) => { rows.push(JSON.parse(__write(one) || "{}")); } };
    if (handler.initialize) handler.initialize({ });
    handler.processRow(row, writer, { });
    if (handler.finalize) handler.finalize(writer, { });
    return JSON.stringify(rows);
  }; })()`;
};

const FAILED = "\u0001";
/** Routines whose instances are kept for the next statement. */
const KEPT = 32;
const made = new Map<string, Promise<(args: string) => string>>();

/**
 * The routine as a function from a JSON text of its arguments to a JSON text of its value (of its rows), "" for
 * undefined. What goes wrong comes back as a text that starts with U+0001. `key` names the routine's very text.
 */
export function javascriptFunction(key: string, routine: Routine): Promise<(args: string) => string> {
  const known = made.get(key);
  if (known) return known;
  const making = loadFunction(routine);
  made.set(key, making);
  const [oldest] = made.keys();
  if (made.size > KEPT && oldest !== undefined) made.delete(oldest);
  return making;
}

async function loadFunction(routine: Routine): Promise<(args: string) => string> {
  const source = routine.returnsTable ? tableSource(routine) : scalarSource(routine);
  const load = async () => new JavascriptFunction(await loadJavascript(), routine.routine, source);
  let fn: JavascriptFunction | null = null;
  let failure = "";
  const start = () =>
    load().then(
      (loaded) => {
        fn = loaded;
      },
      (error: unknown) => {
        failure = error instanceof Error ? error.message : String(error);
      },
    );
  await start();
  return (args) => {
    if (!fn)
      return FAILED + (failure || javascriptError(routine.routine, "it starts again, try once more").message);
    try {
      return fn.call(args);
    } catch (error) {
      const { message } = error instanceof Error ? error : javascriptError(routine.routine, String(error));
      // An instance without memory is of no use any more.
      if (message.includes("out of memory")) {
        fn = null;
        void start();
      }
      return FAILED + message;
    }
  };
}
