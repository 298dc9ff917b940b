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

/** Text-minimal models: TM9 and TM as few digits as there are, TME in scientific form. */
const MINIMAL = /^(?:"([^"]*)")?(TM9?|TME)(?:"([^"]*)")?$/i;

function minimal(digits: string, negative: boolean, scientific: boolean): string {
  const sign = negative ? "-" : "";
  if (!scientific) return sign + digits;
  const [whole = "", fraction = ""] = digits.split(".");
  const all = (whole + fraction).replace(/^0+/, "").replace(/0+$/, "");
  if (all === "") return "0E0";
  const first = (whole + fraction).search(/[1-9]/);
  return `${sign}${all[0]}${all.length > 1 ? `.${all.slice(1)}` : ""}E${whole.length - 1 - first}`;
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
  const places = [...model.whole];
  const room = places.filter((place) => place !== ",").length;
  // Without a sign a negative hexadecimal is written in two's complement.
  const complement = model.hexadecimal && negative && model.sign === "";
  const number = model.hexadecimal
    ? (complement ? 16n ** BigInt(room) - BigInt(given) : BigInt(given)).toString(16).toUpperCase()
    : given.replace(/^0+(?=.)/, "");
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
    "": model.hexadecimal ? "" : negative ? "-" : " ",
  };
  const core = `${front[model.sign]}${model.dollar ? "$" : ""}${body.join("").trimStart()}${decimals}`;
  const width = front[model.sign].length + (model.dollar ? 1 : 0) + places.length + decimals.length;
  const end = ends[model.sign];
  const laid = model.fill ? core.trim() + end.trim() : core.trimStart().padStart(width) + end;
  return model.before + laid + model.after;
}

export function numberFormatSql(env: Env, value: Typed, format: string): string {
  const short = MINIMAL.exec(format);
  if (short) {
    if (value.type.kind === "FLOAT") throw errors.unsupported(`number format '${format}' of a FLOAT`);
    const model = short[2]!.toUpperCase();
    needNative(env, [
      {
        name: `firn_number_${model.toLowerCase()}`,
        arity: 2,
        call: (digits, negative) => minimal(digits, negative === "true", model === "TME"),
      },
    ]);
    const made = `firn_number_${model.toLowerCase()}(CAST(abs(${value.sql}) AS VARCHAR), CAST(${value.sql} < 0 AS VARCHAR))`;
    return `(${quoteText(short[1] ?? "")} || ${made} || ${quoteText(short[3] ?? "")})`;
  }
  const model = readModel(format);
  const call = (digits: string, negative: string, given: string) =>
    layOut(readModel(given), digits, negative === "true");
  needNative(env, [{ name: "firn_number_format", arity: 3, call }]);
  const digits = `CAST(CAST(abs(${value.sql}) AS DECIMAL(38,${model.fraction.length})) AS VARCHAR)`;
  return `firn_number_format(${digits}, CAST(${value.sql} < 0 AS VARCHAR), ${quoteText(format)})`;
}

export function parseNumberSql(textSql: string, format: string, isTry: boolean): string {
  const short = MINIMAL.exec(format);
  if (short && (short[1] || short[3])) throw errors.unsupported(`number format '${format}'`);
  const model = short ? null : readModel(format);
  const wrong = raise(
    "100038",
    "22018",
    `'Can''t parse ''' || ${textSql} || ''' as number with format ' || ${quoteText(`'${format}'`)}`,
  );
  const guarded = (fits: string, value: string) =>
    isTry
      ? `CASE WHEN ${fits} THEN ${value} END`
      : `CASE WHEN ${textSql} IS NULL OR ${fits} THEN ${value} ELSE CAST(${wrong} AS VARCHAR) END`;
  // A sign may stand apart from its digits.
  let cleaned = `regexp_replace(trim(${textSql}), '^([+-])\\s+', '\\1')`;
  if (!model) {
    const exponent = short![2]!.toUpperCase() === "TM9" ? "" : "([eE][+-]?[0-9]+)?";
    return guarded(
      `regexp_full_match(${cleaned}, '[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)${exponent}')`,
      cleaned,
    );
  }
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
