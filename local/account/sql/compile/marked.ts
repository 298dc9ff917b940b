import { createHash } from "node:crypto";
import { displayOf, exactDisplay, showMarked, type VariantDisplay } from "../../results/marked-display.ts";
import { renderVariant } from "../../results/render-variant.ts";
import { sessionParameter } from "../../session/parameters.ts";
import { LETTERS, MARK, type MarkedKind, UNDEFINED } from "../../types/typed-text.ts";
import type { Env } from "./env.ts";
import { needNative } from "./native.ts";
import { quoteText } from "./typed.ts";

/** SQL over the marked texts that stand in a VARIANT for what JSON has no values for (types/typed-text.ts). */

const displayIn = (env: Env): VariantDisplay =>
  displayOf((name) => sessionParameter(env.ctx.services.catalog, env.ctx.session, name).value);

/** The name of a function of ours that shows texts in one way: ways that differ are different functions. */
function native(
  env: Env,
  prefix: string,
  display: VariantDisplay,
  call: (text: string) => string | null,
): string {
  const name = `${prefix}_${createHash("sha256").update(JSON.stringify(display)).digest("hex").slice(0, 12)}`;
  needNative(env, [{ name, arity: 1, call }]);
  return name;
}

const MARKED = quoteText(MARK);
const isMarked = (textSql: string): string => `starts_with(${textSql}, ${MARKED})`;

/** The text of a VARIANT's value as the session shows it; a missing element's is NULL. */
export function shownText(env: Env, textSql: string): string {
  const display = displayIn(env);
  const show = native(env, "firn_shown", display, (text) => {
    if (text === `${MARK}U`) return null;
    return text.startsWith(MARK) ? showMarked(text, display) : renderVariant(text, 0, display);
  });
  // Within an object or array the mark stands further on.
  return `CASE WHEN contains(${textSql}, ${MARKED}) THEN ${show}(${textSql}) ELSE ${textSql} END`;
}

/** Text as SQL where it is marked, with every digit and with or without its offset; else what `plain` makes of it. */
export function unmarked(
  env: Env,
  textSql: string,
  zoned: boolean,
  ofMarked: (exact: string) => string,
  plain: string,
): string {
  const exact = exactDisplay(displayIn(env).timeZone);
  const { TIMESTAMP_NTZ: wall } = exact.formats;
  const zone = zoned ? `${wall}TZH:TZM` : wall;
  const display = { ...exact, formats: { ...exact.formats, TIMESTAMP_LTZ: zone, TIMESTAMP_TZ: zone } };
  const show = native(env, "firn_exact", display, (text) => showMarked(text, display));
  return `CASE WHEN ${isMarked(textSql)} THEN ${ofMarked(`${show}(${textSql})`)} ELSE ${plain} END`;
}

/** Compact JSON text with its keys in order, as Snowflake keeps an OBJECT. */
export function sortedJson(env: Env, sql: string): string {
  const display = displayIn(env);
  const sorted = native(env, "firn_sorted_json", display, (json) => renderVariant(json, 0, display));
  return `${sorted}(CAST(${sql} AS VARCHAR))`;
}

/** JSON without marks, for readers of JSON alone: dates are texts, missing elements are null. */
export function plainJson(env: Env, sql: string): string {
  const display = displayIn(env);
  const plain = native(env, "firn_plain_json", display, (json) =>
    JSON.stringify(JSON.parse(json.replaceAll(UNDEFINED, "null")), (_key, value: unknown) =>
      typeof value === "string" ? showMarked(value, display) : value,
    ),
  );
  return `CASE WHEN contains(CAST(${sql} AS VARCHAR), ${MARKED}) THEN CAST(${plain}(CAST(${sql} AS VARCHAR)) AS JSON) ELSE ${sql} END`;
}

/** JSON of a value that is marked. */
export const marked = (kind: MarkedKind, textSql: string): string =>
  `to_json(${quoteText(MARK + LETTERS[kind])} || ${textSql})`;

export const isMarkedAs = (textSql: string, kind: MarkedKind): string =>
  `starts_with(${textSql}, ${quoteText(MARK + LETTERS[kind])})`;

/** The missing element, as JSON. */
export const UNDEFINED_JSON = `CAST(${quoteText(UNDEFINED)} AS JSON)`;

/** An element that was taken out of an array: a missing one is NULL. */
export const present = (jsonSql: string): string => `nullif(${jsonSql}, ${UNDEFINED_JSON})`;
/** The same of its text. */
export const presentText = (textSql: string): string => `nullif(${textSql}, ${quoteText(`${MARK}U`)})`;
