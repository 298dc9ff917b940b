import { errors } from "../../errors.ts";
import type { Bind, StatementContext } from "../../session/context.ts";
import { type DataType, number, varchar } from "../../types/data-type.ts";
import { type BoundColumns, bindColumn } from "../compile/binds.ts";
import { castTo } from "../compile/cast.ts";
import { type Env, need, nextAlias } from "../compile/env.ts";
import { keepRows, keptSource } from "../compile/rows-table.ts";
import { nullConstant, type Typed, typed } from "../compile/typed.ts";

/** Array binds: every bind has as many values as there are rows to insert; 1 without them. */
export function bindRows(ctx: StatementContext): number {
  let rows: number | null = null;
  for (const bind of Object.values(ctx.binds)) {
    if (!Array.isArray(bind.value)) continue;
    if (rows !== null && rows !== bind.value.length)
      throw errors.unsupported("array binds of different lengths");
    rows = bind.value.length;
  }
  return rows ?? 1;
}

/** Values a step that are handed over at once. */
const BATCH = 2048;

/**
 * The rows of array binds as a relation of texts under an alias, and from now on `?` as its columns: the statement is
 * compiled once however many rows there are. Null where a bind's values are of no one form.
 */
export function bindTable(env: Env): string | null {
  const arrays = Object.entries(env.ctx.binds).filter(([, bind]) => Array.isArray(bind.value));
  const count = bindRows(env.ctx);
  const alias = nextAlias(env, "b");
  const columns: BoundColumns = new Map();
  for (const [index, bind] of arrays) {
    const column = boundColumn(env, bind, `${alias}.b${index}`);
    if (column === null) return null;
    columns.set(Number(index), column);
  }
  const kept = need(env, "bound rows", ({ connection }) =>
    keepRows(env, connection, fields(arrays), batches(arrays, count)),
  );
  env.shared.facts.set("bound columns", columns);
  return `${keptSource(fields(arrays), kept, []).sql} AS ${alias}`;
}

const fields = (arrays: readonly [string, Bind][]) =>
  arrays.map(([index]) => ({
    name: `B${index}`,
    sqlName: `b${index}`,
    type: varchar(),
    nullable: true,
  }));

function* batches(arrays: readonly [string, Bind][], count: number) {
  for (let at = 0; at < count; at += BATCH)
    yield Array.from({ length: Math.min(BATCH, count - at) }, (_, row) =>
      arrays.map(([, bind]) => bind.value![at + row] ?? null),
    );
}

/** A bind's column of texts as values of its type; null where its values are written in several forms. */
function boundColumn(env: Env, bind: Bind, sql: string): Typed | null {
  const texts = (bind.value as (string | null)[]).filter((text): text is string => text !== null);
  if (texts.length === 0) return nullConstant();
  const type = commonForm(bind.type, texts);
  if (type !== null) return bindColumn(bind.type, type, sql);
  // Dates and times may come as text for people, too, and from connector 5 TIMESTAMP_TZ as nanoseconds alone.
  const temporal = TEMPORAL[bind.type.toUpperCase()];
  const asDriver = temporal?.kind === "TIMESTAMP_TZ" ? /^-?[0-9]+ [0-9]+$/ : /^-?[0-9]+$/;
  if (!temporal || texts.some((text) => asDriver.test(text))) return null;
  return castTo(env, typed(sql, varchar()), temporal);
}

const TEMPORAL: Record<string, DataType> = {
  DATE: { kind: "DATE" },
  TIME: { kind: "TIME", scale: 9 },
  TIMESTAMP: { kind: "TIMESTAMP_NTZ", scale: 9 },
  TIMESTAMP_NTZ: { kind: "TIMESTAMP_NTZ", scale: 9 },
  TIMESTAMP_LTZ: { kind: "TIMESTAMP_LTZ", scale: 9 },
  TIMESTAMP_TZ: { kind: "TIMESTAMP_TZ", scale: 9 },
};

/** The type that all of a bind's values have as drivers write them; null where some are written otherwise. */
function commonForm(type: Bind["type"], texts: readonly string[]): DataType | null {
  switch (type.toUpperCase()) {
    case "FIXED":
      return commonNumber(texts);
    case "REAL":
      return { kind: "FLOAT" };
    case "BOOLEAN":
      return { kind: "BOOLEAN" };
    case "BINARY":
      return texts.every((text) => /^([0-9a-f]{2})*$/i.test(text))
        ? { kind: "BINARY", length: 8_388_608 }
        : null;
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
      return texts.every((text) => /^-?[0-9]+$/.test(text)) ? TEMPORAL[type.toUpperCase()]! : null;
    case "TIMESTAMP_TZ":
      return texts.every((text) => /^-?[0-9]+ [0-9]+$/.test(text)) ? TEMPORAL["TIMESTAMP_TZ"]! : null;
    case "TEXT":
      return varchar(texts.reduce((most, text) => Math.max(most, text.length), 1));
    default:
      return null;
  }
}

/** The least NUMBER that holds them all. */
function commonNumber(texts: readonly string[]): DataType | null {
  let [whole, scale] = [1, 0];
  for (const text of texts) {
    const parts = /^-?([0-9]*)(?:\.([0-9]*))?$/.exec(text);
    if (!parts || text === "" || text === "-") return null;
    whole = Math.max(whole, parts[1]!.replace(/^0+/, "").length);
    scale = Math.max(scale, parts[2]?.length ?? 0);
  }
  return whole + scale > 38 || scale > 37 ? null : number(Math.max(1, whole + scale), scale);
}
