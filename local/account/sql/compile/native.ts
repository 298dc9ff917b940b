import { type DuckDBDataChunk, DuckDBScalarFunction, type DuckDBVector, VARCHAR } from "@duckdb/node-api";
import type { Storage } from "../../storage/storage.ts";
import { type Env, need } from "./env.ts";

/** A function of ours over texts, called by DuckDB a vector at a time. NULL in any argument is NULL. */
export interface NativeFunction {
  /** In DuckDB: starts with `firn_`. */
  name: string;
  arity: number;
  call: (...args: string[]) => string | null;
}

/** Of each account: functions that DuckDB knows, and those it is being told of. */
const ready = new WeakMap<Storage, Set<string>>();
const telling = new WeakMap<Storage, Map<string, Promise<void>>>();

/** Makes the functions known to DuckDB, once an account. */
export function needNative(env: Env, functions: readonly NativeFunction[]): void {
  const { storage } = env.ctx.services;
  for (const fn of functions) {
    if (ready.get(storage)?.has(fn.name)) continue;
    need(env, `native ${fn.name}`, async () => {
      const pending = telling.get(storage) ?? new Map<string, Promise<void>>();
      telling.set(storage, pending);
      const one = pending.get(fn.name) ?? tell(storage, fn);
      pending.set(fn.name, one);
      await one;
      return true;
    });
  }
}

async function tell(storage: Storage, fn: NativeFunction): Promise<void> {
  const connection = await storage.connect();
  try {
    connection.registerScalarFunction(scalar(fn));
  } finally {
    connection.closeSync();
  }
  const known = ready.get(storage) ?? new Set();
  ready.set(storage, known);
  known.add(fn.name);
}

function scalar({ name, arity, call }: NativeFunction): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    returnType: VARCHAR,
    parameterTypes: Array.from({ length: arity }, () => VARCHAR),
    mainFunction: (_info, input: DuckDBDataChunk, output: DuckDBVector) => {
      const columns = Array.from({ length: arity }, (_, i) => input.getColumnVector(i));
      for (let row = 0; row < input.rowCount; row++) {
        const values = columns.map((column) => column.getItem(row));
        output.setItem(
          row,
          values.some((value) => value === null) ? null : call(...values.map((value) => String(value))),
        );
      }
      output.flush();
    },
  });
}
