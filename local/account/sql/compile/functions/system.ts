import { setTimeout } from "node:timers/promises";
import { parseName, requirePrivilege, resolveObject } from "../../../access/index.ts";
import type { CatalogObject } from "../../../catalog/model.ts";
import { errors, SnowflakeError } from "../../../errors.ts";
import type { StatementContext } from "../../../session/context.ts";
import type { Value } from "../../../session/outcome.ts";
import { type DataType, varchar } from "../../../types/data-type.ts";
import { isSemiStructured } from "../../../types/physical.ts";
import { castTo } from "../cast.ts";
import { need } from "../env.ts";
import { literalOf } from "../literal.ts";
import { streamHasData } from "../stream-data.ts";
import { type Typed, typed } from "../typed.ts";
import { allFunctions, type CallContext, defineRaw } from "./registry.ts";

/**
 * Functions that ask the account for something (SYSTEM$…): their arguments are constants, their value is found
 * before the query runs. Other folders register theirs with `registerSystemFunction`.
 */
export interface SystemFunction {
  name: string;
  returns: DataType;
  /** What is approximate about it. */
  note?: string;
  call(ctx: StatementContext, args: (string | null)[]): Promise<Value> | Value;
}

export function registerSystemFunction(fn: SystemFunction): void {
  defineRaw(
    "system",
    fn.name,
    (c) => systemFunction(c, fn),
    fn.note === undefined ? {} : { approximate: fn.note },
  );
}

export const isSystemFunction = (name: string): boolean => allFunctions().some((f) => f.name === name);

export function systemFunction(c: CallContext, fn: SystemFunction): Typed {
  const args = c.call.args.map((arg) => {
    const value = c.compile(arg);
    return isSemiStructured(value.type) || value.type.kind === "VARCHAR"
      ? value
      : castTo(c.env, value, varchar());
  });
  const { governs } = c.env.ctx;
  const place = governs ? `${governs.objectId}.${governs.column} ` : "";
  const key = `call ${fn.name} ${place}${args.map((a) => a.sql).join(", ")}`;
  const result = need(c.env, key, async ({ connection }) => {
    const values: (string | null)[] = [];
    for (const arg of args) {
      if (arg.constant) values.push(arg.constant.value);
      else if (arg.isNull) values.push(null);
      else {
        const reader = await connection.runAndReadAll(`SELECT CAST(${arg.sql} AS VARCHAR)`);
        const cell = reader.getRows()[0]![0];
        values.push(cell === null || cell === undefined ? null : String(cell));
      }
    }
    return { value: await fn.call(c.env.ctx, values) };
  });
  return typed(literalOf(result.value, fn.returns), fn.returns, result.value === null);
}

registerSystemFunction({
  name: "SYSTEM$STREAM_HAS_DATA",
  returns: { kind: "BOOLEAN" },
  call: (ctx, [name]) => streamHasData(ctx, streamByName(ctx, name).id),
});
registerSystemFunction({
  name: "SYSTEM$STREAM_GET_TABLE_TIMESTAMP",
  returns: varchar(),
  async call(ctx, [name]) {
    const parts = parseName(name ?? "");
    if (!parts) throw errors.invalidValue(name ?? "", "stream");
    const stream = resolveObject(ctx, "STREAM", parts);
    requirePrivilege(ctx, "SELECT", stream);
    const connection = await ctx.services.storage.connect();
    try {
      const reader = await connection.runAndReadAll(
        `SELECT moved_on FROM sys.stream_offset WHERE stream_id = ${stream.id}`,
      );
      return `${Number(reader.getRows()[0]?.[0] ?? 0)}000000`;
    } finally {
      connection.closeSync();
    }
  },
});

const UNITS: Record<string, number> = {
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1000,
  MILLISECONDS: 1,
};
/** Waits, unless the statement is cancelled. Source: "SYSTEM$WAIT". */
registerSystemFunction({
  name: "SYSTEM$WAIT",
  returns: varchar(),
  async call(ctx, [amount, unit]) {
    const scale = UNITS[(unit ?? "SECONDS").toUpperCase()];
    const count = Number(amount ?? Number.NaN);
    if (scale === undefined || !(count >= 0))
      throw errors.invalidValue(`${amount} ${unit ?? ""}`.trim(), "wait");
    await setTimeout(count * scale, undefined, { signal: ctx.signal });
    return `waited ${count} ${(unit ?? "SECONDS").toLowerCase()}`;
  },
});

/** The stream that SYSTEM$STREAM_HAS_DATA names. */
export function streamByName(
  ctx: StatementContext,
  name: string | null | undefined,
): CatalogObject<"STREAM"> {
  const parts = name === null || name === undefined ? undefined : parseName(name);
  if (!parts)
    throw new SnowflakeError(
      "001044",
      "42P13",
      "SQL compilation error:\nSYSTEM$STREAM_HAS_DATA needs the name of a stream.",
    );
  const stream = resolveObject(ctx, "STREAM", parts);
  requirePrivilege(ctx, "SELECT", stream);
  return stream;
}
