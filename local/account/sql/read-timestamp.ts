/**
 * Texts of dates and timestamps that Snowflake recognizes by itself and that are not ISO dates with a time of day to the
 * second. Source: "Date and time input and output formats", "Supported formats for AUTO detection".
 */
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH = "(?<mon>[A-Za-z]{3})";
const DAY_NAME = "(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)";
const CLOCK = "(?<h>\\d{1,2}):(?<mi>\\d{2})(?::(?<s>\\d{2})(?:\\.(?<f>\\d{1,9}))?)?";
const OFFSET = "(?:\\s*(?<z>[Zz]|[+-]\\d{2}(?::?\\d{2})?))?";

/** Each format once; an hour is of 24, or of 12 where AM or PM follows. */
const FORMATS = [
  `(?<y>\\d{4})-(?<mo>\\d{2})-(?<d>\\d{2})[T ](?<h>\\d{2})`,
  `(?<y>\\d{4})-(?<mo>\\d{2})-(?<d>\\d{2})[T ]${CLOCK}${OFFSET}`,
  `(?:${DAY_NAME}, )?(?<d>\\d{1,2}) ${MONTH} (?<y>\\d{4}) ${CLOCK}(?: (?<half>[AaPp][Mm]))?${OFFSET}`,
  `(?<mo>\\d{1,2})/(?<d>\\d{1,2})/(?<y>\\d{4})(?: ${CLOCK})?`,
  `${DAY_NAME} ${MONTH} (?<d>\\d{1,2}) ${CLOCK} (?<z>[+-]\\d{4}) (?<y>\\d{4})`,
  `(?<d>\\d{1,2})-${MONTH}-(?<y>\\d{4})(?: ${CLOCK})?`,
].map((format) => new RegExp(`^\\s*${format}\\s*$`, "i"));

const two = (n: number): string => String(n).padStart(2, "0");

/** `YYYY-MM-DD HH:MM:SS.ffffff`, with `+HH:MM` where the text has an offset; null where it is none of the formats. */
export function readTimestamp(text: string): string | null {
  for (const format of FORMATS) {
    const match = format.exec(text);
    if (match) return written(match.groups as Record<string, string | undefined>);
  }
  return null;
}

function written(part: Record<string, string | undefined>): string | null {
  const month = part["mon"] ? MONTHS.indexOf(part["mon"].toLowerCase()) + 1 : Number(part["mo"]);
  const day = Number(part["d"]);
  const last = new Date(Date.UTC(Number(part["y"]), month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > last) return null;
  const half = part["half"]?.toUpperCase();
  const given = Number(part["h"] ?? 0);
  if (half && (given < 1 || given > 12)) return null;
  const hour = half ? (given % 12) + (half === "PM" ? 12 : 0) : given;
  const [minute, second] = [Number(part["mi"] ?? 0), Number(part["s"] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const zone = part["z"];
  const digits = (zone ?? "").slice(1).replace(":", "").padEnd(4, "0");
  const offset =
    zone === undefined
      ? ""
      : zone.toUpperCase() === "Z"
        ? "+00:00"
        : `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
  const fraction = (part["f"] ?? "").padEnd(6, "0").slice(0, 6);
  return `${part["y"]}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}.${fraction}${offset}`;
}
