/** Dates, times and timestamps as text. Source: "Date and time input and output formats". */
import { sessionParameter } from "../../session/parameters.ts";
import type { DataType } from "../../types/data-type.ts";
import { wallClock } from "./cast-temporal.ts";
import { formatPieces } from "./datetime-format.ts";
import type { Env } from "./env.ts";
import { quoteText, type Typed } from "./typed.ts";

export function outputFormat(env: Env, kind: DataType["kind"]): string {
  const session = env.ctx.session;
  const value = (name: string) => String(sessionParameter(env.ctx.services.catalog, session, name).value);
  switch (kind) {
    case "DATE":
      return value("DATE_OUTPUT_FORMAT");
    case "TIME":
      return value("TIME_OUTPUT_FORMAT");
    default:
      return value(`${kind}_OUTPUT_FORMAT`) || value("TIMESTAMP_OUTPUT_FORMAT");
  }
}

/** A date, time or timestamp as text in a Snowflake format. */
export function formatTemporal(from: Typed, format: string): string {
  const kind = from.type.kind;
  const x = from.sql;
  const wall =
    kind === "TIMESTAMP_TZ"
      ? wallClock(x)
      : kind === "TIMESTAMP_LTZ"
        ? `CAST(${x} AS TIMESTAMP)`
        : kind === "TIME"
          ? `(DATE '1970-01-01' + ${x})`
          : x;
  const minutes =
    kind === "TIMESTAMP_TZ"
      ? `CAST((${x}).o AS INTEGER)`
      : kind === "TIMESTAMP_LTZ"
        ? `date_diff('minute', timezone('UTC', ${x}), CAST(${x} AS TIMESTAMP))`
        : "0";
  const two = (sql: string) => `lpad(CAST(${sql} AS VARCHAR), 2, '0')`;
  const sign = `CASE WHEN ${minutes} < 0 THEN '-' ELSE '+' END`;
  const pieces = formatPieces(format).map((piece) => {
    if (typeof piece === "string") return `strftime(${wall}, ${quoteText(piece)})`;
    if ("fraction" in piece) return `left(strftime(${wall}, '%n'), ${piece.fraction})`;
    if (kind === "TIMESTAMP_NTZ" || kind === "DATE" || kind === "TIME")
      return piece.offset === "colon" ? "'Z'" : piece.offset === "hours" ? "'Z'" : "'Z'";
    const hours = two(`abs(${minutes}) // 60`);
    if (piece.offset === "hours") return `${sign} || ${hours}`;
    return `${sign} || ${hours} || ${piece.offset === "colon" ? "':' || " : ""}${two(`abs(${minutes}) % 60`)}`;
  });
  return pieces.length === 0 ? "''" : `(${pieces.join(" || ")})`;
}
