import { SnowflakeError } from "../errors.ts";
import type { Bind } from "../session/context.ts";

/** Bind variables of a request, `{"1": {type, value}}`; a value is text, null, or a list of these. Error 390400. */
export function readBindings(given: unknown): Record<string, Bind> {
  if (given === undefined || given === null) return {};
  if (typeof given !== "object" || Array.isArray(given)) throw bad("the bindings are no object");
  return Object.fromEntries(Object.entries(given).map(([name, bind]) => [name, readBind(name, bind)]));
}

function readBind(name: string, given: unknown): Bind {
  const { type, value } = (given ?? {}) as { type?: unknown; value?: unknown };
  if (typeof type !== "string") throw bad(`bind ${name} has no type`);
  const one = (each: unknown): string | null => {
    if (each === null || each === undefined || typeof each === "string") return each ?? null;
    if (typeof each === "number" || typeof each === "boolean") return String(each);
    throw bad(`the value of bind ${name} is neither text nor null`);
  };
  return { type, value: Array.isArray(value) ? value.map(one) : one(value) };
}

const bad = (why: string) =>
  new SnowflakeError("390400", "08001", `Bad request; operation not supported: ${why}.`);
