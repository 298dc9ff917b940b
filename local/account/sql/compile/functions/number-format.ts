import { errors } from "../../../errors.ts";
import { quoteText, raise, type Typed } from "../typed.ts";

/**
 * Fixed-position number formats: digits (9, 0), decimal point, group separators, sign (S, MI), dollar. Source:
 * Snowflake documentation, "SQL format models". Others are refused.
 */
interface Model {
  fill: boolean;
  zeros: number;
  nines: number;
  fraction: number;
  fractionMin: number;
  groups: boolean;
  dollar: boolean;
  sign: "leading" | "minus-trailing" | "";
}

function readModel(format: string): Model {
  const upper = format.toUpperCase();
  const match = /^(FM)?(S)?(\$)?([90,G]+)(?:[.D]([90]*))?(MI)?$/.exec(upper);
  if (!match) throw errors.unsupported(`number format '${format}'`);
  const whole = match[4]!.replace(/[,G]/g, "");
  const fraction = match[5] ?? "";
  const firstZero = whole.indexOf("0");
  return {
    fill: match[1] !== undefined,
    zeros: firstZero === -1 ? 0 : whole.length - firstZero,
    nines: whole.length,
    fraction: fraction.length,
    fractionMin: fraction.length,
    groups: /[,G]/.test(match[4]!),
    dollar: match[3] !== undefined,
    sign: match[2] ? "leading" : match[6] ? "minus-trailing" : "",
  };
}

export function numberFormatSql(value: Typed, format: string): string {
  const m = readModel(format);
  const x = value.sql;
  const rounded = `CAST(abs(${x}) AS DECIMAL(38,${m.fraction}))`;
  const digits = `CAST(${rounded} AS VARCHAR)`;
  const whole = m.fraction > 0 ? `split_part(${digits}, '.', 1)` : digits;
  const fraction = m.fraction > 0 ? ` || '.' || split_part(${digits}, '.', 2)` : "";
  const trimmed =
    m.zeros > 0
      ? `lpad(ltrim(${whole}, '0'), CAST(greatest(${m.zeros}, length(ltrim(${whole}, '0'))) AS INTEGER), '0')`
      : `CASE WHEN ${whole} = '0' THEN ${m.fraction > 0 ? "''" : "'0'"} ELSE ${whole} END`;
  const grouped = m.groups ? `regexp_replace(${trimmed}, '(\\d)(?=(\\d{3})+$)', '\\1,', 'g')` : trimmed;
  if (m.groups) {
    // RE2 has no look-ahead: group from the right on the reversed text.
    const reversed = `reverse(regexp_replace(reverse(${trimmed}), '([0-9]{3})', '\\1,', 'g'))`;
    return assemble(m, x, `ltrim(${reversed}, ',')`, fraction);
  }
  return assemble(m, x, grouped, fraction);
}

function assemble(m: Model, x: string, whole: string, fraction: string): string {
  const body = `${m.dollar ? "'$' || " : ""}${whole}${fraction}`;
  const sign =
    m.sign === "leading"
      ? `CASE WHEN ${x} < 0 THEN '-' ELSE '+' END || `
      : `CASE WHEN ${x} < 0 THEN '-' ELSE '' END || `;
  const full =
    m.sign === "minus-trailing" ? `${body} || CASE WHEN ${x} < 0 THEN '-' ELSE ' ' END` : `${sign}${body}`;
  if (m.fill || m.sign !== "") return `(${full})`;
  const width =
    m.nines +
    (m.fraction > 0 ? m.fraction + 1 : 0) +
    (m.groups ? Math.floor((m.nines - 1) / 3) : 0) +
    (m.dollar ? 1 : 0) +
    1;
  return `lpad(${full}, ${width}, ' ')`;
}

export function parseNumberSql(textSql: string, format: string, isTry: boolean): string {
  const model = readModel(format);
  let cleaned = `trim(${textSql})`;
  if (model.groups) cleaned = `replace(${cleaned}, ',', '')`;
  if (model.dollar) cleaned = `replace(${cleaned}, '$', '')`;
  const fits = `regexp_full_match(${cleaned}, '[+-]?[0-9]{0,${model.nines}}(\\.[0-9]{0,${model.fraction}})?')`;
  if (isTry) return `CASE WHEN ${fits} THEN ${cleaned} END`;
  const wrong = raise(
    "100038",
    "22018",
    `'Can''t parse ''' || ${textSql} || ''' as number with format ' || ${quoteText(`'${format}'`)}`,
  );
  return `CASE WHEN ${textSql} IS NULL OR ${fits} THEN ${cleaned} ELSE CAST(${wrong} AS VARCHAR) END`;
}
