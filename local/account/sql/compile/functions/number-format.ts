import { errors } from "../../../errors.ts";
import type { Env } from "../env.ts";
import { needNative } from "../native.ts";
import { quoteText, raise, type Typed } from "../typed.ts";

/**
 * Fixed-position number formats: digits (9, 0), decimal point (. D), group separators (, G), sign (S, MI), dollar,
 * blank zero (B), hexadecimal digits (X), texts in quotes, FM. Source: Snowflake documentation, "SQL format models".
 * Others are refused.
 */
interface Model {
  before: string;
  after: string;
  fill: boolean;
  blankZero: boolean;
  dollar: boolean;
  sign: "leading" | "trailing" | "minus-trailing" | "";
  whole: string;
  fraction: string;
  hexadecimal: boolean;
}

const PATTERN = /^(?:"([^"]*)")?(FM)?(S)?(\$)?(B)?(\$)?([90X,G]*)(?:[.D]([90]*))?(S|MI)?(?:"([^"]*)")?$/i;

function readModel(format: string): Model {
  const match = PATTERN.exec(format);
  const whole = match?.[7]?.toUpperCase().replaceAll("G", ",") ?? "";
  const fraction = match?.[8] ?? "";
  const hexadecimal = whole.includes("X");
  if (!match || whole + fraction === "" || (hexadecimal && (/[^X0]/.test(whole) || fraction !== "")))
    throw errors.unsupported(`number format '${format}'`);
  const last = match[9]?.toUpperCase();
  return {
    before: match[1] ?? "",
    after: match[10] ?? "",
    fill: match[2] !== undefined,
    blankZero: match[5] !== undefined,
    dollar: match[4] !== undefined || match[6] !== undefined,
    sign: match[3] ? "leading" : last === "S" ? "trailing" : last === "MI" ? "minus-trailing" : "",
    whole,
    fraction,
    hexadecimal,
  };
}

/** Digits put into the places of a model; `#` in each where they do not fit. */
function layOut(model: Model, digits: string, negative: boolean): string {
  const [given = "0", fraction = ""] = digits.split(".");
  const number = model.hexadecimal ? BigInt(given).toString(16).toUpperCase() : given.replace(/^0+(?=.)/, "");
  const places = [...model.whole];
  const room = places.filter((place) => place !== ",").length;
  const shown = number === "0" && (model.blankZero || room === 0) ? "" : number;
  const fits = shown.length <= room;
  const rest = [...shown];
  const body: string[] = [];
  for (let i = places.length - 1; i >= 0; i--) {
    const forced = places.slice(0, i + 1).includes("0");
    if (places[i] === ",") body.unshift(!fits || rest.length > 0 || forced ? "," : " ");
    else body.unshift(fits ? (rest.pop() ?? (forced ? "0" : " ")) : "#");
  }
  const decimals = model.fraction === "" ? "" : `.${fits ? fraction : "#".repeat(model.fraction.length)}`;
  const ends = {
    leading: "",
    trailing: negative ? "-" : "+",
    "minus-trailing": negative ? "-" : " ",
    "": "",
  };
  const front = {
    leading: negative ? "-" : "+",
    trailing: "",
    "minus-trailing": "",
    "": negative ? "-" : " ",
  };
  const core = `${front[model.sign]}${model.dollar ? "$" : ""}${body.join("").trimStart()}${decimals}`;
  const width = front[model.sign].length + (model.dollar ? 1 : 0) + places.length + decimals.length;
  const end = ends[model.sign];
  const laid = model.fill ? core.trim() + end.trim() : core.trimStart().padStart(width) + end;
  return model.before + laid + model.after;
}

export function numberFormatSql(env: Env, value: Typed, format: string): string {
  const model = readModel(format);
  const call = (digits: string, negative: string, given: string) =>
    layOut(readModel(given), digits, negative === "true");
  needNative(env, [{ name: "firn_number_format", arity: 3, call }]);
  const digits = `CAST(CAST(abs(${value.sql}) AS DECIMAL(38,${model.fraction.length})) AS VARCHAR)`;
  return `firn_number_format(${digits}, CAST(${value.sql} < 0 AS VARCHAR), ${quoteText(format)})`;
}

export function parseNumberSql(textSql: string, format: string, isTry: boolean): string {
  const model = readModel(format);
  const wrong = raise(
    "100038",
    "22018",
    `'Can''t parse ''' || ${textSql} || ''' as number with format ' || ${quoteText(`'${format}'`)}`,
  );
  const guarded = (fits: string, value: string) =>
    isTry
      ? `CASE WHEN ${fits} THEN ${value} END`
      : `CASE WHEN ${textSql} IS NULL OR ${fits} THEN ${value} ELSE CAST(${wrong} AS VARCHAR) END`;
  let cleaned = `trim(${textSql})`;
  if (model.hexadecimal)
    return guarded(
      `regexp_full_match(${cleaned}, '[0-9A-Fa-f]{1,${Math.min(16, model.whole.length)}}')`,
      `CAST(TRY_CAST('0x' || ${cleaned} AS UBIGINT) AS VARCHAR)`,
    );
  if (model.whole.includes(",")) cleaned = `replace(${cleaned}, ',', '')`;
  if (model.dollar) cleaned = `replace(${cleaned}, '$', '')`;
  const places = model.whole.replaceAll(",", "").length;
  return guarded(
    `regexp_full_match(${cleaned}, '[+-]?[0-9]{0,${places}}(\\.[0-9]{0,${model.fraction.length}})?')`,
    cleaned,
  );
}
