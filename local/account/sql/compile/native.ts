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

const registered = new WeakMap<Storage, Set<string>>();

/** Makes the functions known to DuckDB, once an account. */
export function needNative(env: Env, functions: readonly NativeFunction[]): void {
  for (const fn of functions)
    need(env, `native ${fn.name}`, async () => {
      const { storage } = env.ctx.services;
      const known = registered.get(storage) ?? new Set();
      registered.set(storage, known);
      if (known.has(fn.name)) return true;
      known.add(fn.name);
      const connection = await storage.connect();
      try {
        connection.registerScalarFunction(scalar(fn));
      } finally {
        connection.closeSync();
      }
      return true;
    });
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
