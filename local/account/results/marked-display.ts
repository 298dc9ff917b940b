import { type MarkedKind, readMarked } from "../types/typed-text.ts";

/** How a session shows the dates, times and binaries that a VARIANT holds. */
export interface VariantDisplay {
  formats: Record<Exclude<MarkedKind, "BINARY">, string>;
  timeZone: string;
}

/** As the session's parameters say. */
export function displayOf(parameter: (name: string) => unknown): VariantDisplay {
  const value = (name: string) => String(parameter(name));
  const timestamp = (kind: string) => value(`${kind}_OUTPUT_FORMAT`) || value("TIMESTAMP_OUTPUT_FORMAT");
  return {
    timeZone: value("TIMEZONE"),
    formats: {
      DATE: value("DATE_OUTPUT_FORMAT"),
      TIME: value("TIME_OUTPUT_FORMAT"),
      TIMESTAMP_NTZ: timestamp("TIMESTAMP_NTZ"),
      TIMESTAMP_LTZ: timestamp("TIMESTAMP_LTZ"),
      TIMESTAMP_TZ: timestamp("TIMESTAMP_TZ"),
    },
  };
}

/** Every digit, in the order that conversions read. */
const EXACT = "YYYY-MM-DD HH24:MI:SS.FF6";
export const exactDisplay = (timeZone: string): VariantDisplay => ({
  timeZone,
  formats: {
    DATE: "YYYY-MM-DD",
    TIME: "HH24:MI:SS.FF6",
    TIMESTAMP_NTZ: EXACT,
    TIMESTAMP_LTZ: `${EXACT} TZHTZM`,
    TIMESTAMP_TZ: `${EXACT} TZHTZM`,
  },
});

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");

/** A wall clock and its distance from UTC. */
interface Moment {
  /** Milliseconds since the epoch, of the wall clock. */
  wall: number;
  micros: number;
  offset: number;
}

const two = (n: number): string => String(n).padStart(2, "0");

const ELEMENTS: readonly (readonly [string, (moment: Moment, date: Date) => string])[] = [
  ["YYYY", (_, d) => String(d.getUTCFullYear()).padStart(4, "0")],
  ["UUUU", (_, d) => String(d.getUTCFullYear()).padStart(4, "0")],
  ["YY", (_, d) => two(d.getUTCFullYear() % 100)],
  ["MMMM", (_, d) => MONTHS[d.getUTCMonth()]!],
  ["MON", (_, d) => MONTHS[d.getUTCMonth()]!.slice(0, 3)],
  ["MM", (_, d) => two(d.getUTCMonth() + 1)],
  ["DD", (_, d) => two(d.getUTCDate())],
  ["DY", (_, d) => DAYS[d.getUTCDay()]!],
  ["HH24", (_, d) => two(d.getUTCHours())],
  ["HH12", (_, d) => two(d.getUTCHours() % 12 || 12)],
  ["AM", (_, d) => (d.getUTCHours() < 12 ? "AM" : "PM")],
  ["PM", (_, d) => (d.getUTCHours() < 12 ? "AM" : "PM")],
  ["MI", (_, d) => two(d.getUTCMinutes())],
  ["SS", (_, d) => two(d.getUTCSeconds())],
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(
    (n) => [`FF${n}`, (m: Moment) => `${String(m.micros).padStart(6, "0")}000`.slice(0, n)] as const,
  ),
  ["FF", (m) => `${String(m.micros).padStart(6, "0")}000`],
  ["TZH:TZM", (m) => offsetText(m.offset, ":")],
  ["TZHTZM", (m) => offsetText(m.offset, "")],
  ["TZH", (m) => offsetText(m.offset, "").slice(0, 3)],
];

const offsetText = (minutes: number, between: string): string =>
  `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}${between}${two(Math.abs(minutes) % 60)}`;

function format(moment: Moment, model: string): string {
  const date = new Date(moment.wall);
  const upper = model.toUpperCase();
  let out = "";
  for (let at = 0; at < model.length; ) {
    if (model[at] === '"') {
      const end = model.indexOf('"', at + 1);
      out += model.slice(at + 1, end);
      at = end + 1;
      continue;
    }
    const element = ELEMENTS.find(([name]) => upper.startsWith(name, at));
    out += element ? element[1](moment, date) : model[at];
    at += element ? element[0].length : 1;
  }
  return out;
}

const zones = new Map<string, Intl.DateTimeFormat>();

/** Minutes that a zone's wall clock is ahead of UTC at an instant. */
function zoneOffset(timeZone: string, instant: number): number {
  let reader = zones.get(timeZone);
  if (!reader) {
    reader = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
    zones.set(timeZone, reader);
  }
  const name = reader.formatToParts(instant).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  const [hours = "0", minutes = "0"] = name.slice(3).split(":");
  const size = Math.abs(Number(hours || 0)) * 60 + Number(minutes);
  return hours.startsWith("-") ? -size : size;
}

/** Reads `YYYY-MM-DD HH:MM:SS.ffffff`, its date alone or its time alone, and an offset `+HHMM`. */
function readMoment(kind: MarkedKind, text: string, timeZone: string): Moment {
  const full = kind === "TIME" ? `1970-01-01 ${text}` : text;
  const [date = "", time = "00:00:00", offset = "+0000"] = full.split(" ");
  const [clock = "", fraction = ""] = time.split(".");
  const moment = {
    wall: Date.parse(`${date}T${clock}Z`),
    micros: Number(fraction.padEnd(6, "0").slice(0, 6)),
    offset:
      (offset.startsWith("-") ? -1 : 1) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3, 5))),
  };
  if (kind !== "TIMESTAMP_LTZ") return moment;
  const ahead = zoneOffset(timeZone, moment.wall);
  return { ...moment, wall: moment.wall + ahead * 60_000, offset: ahead };
}

/** A marked text as the session shows it; other texts as they are. */
export function showMarked(text: string, display: VariantDisplay): string {
  const marked = readMarked(text);
  if (!marked) return text;
  if (marked.kind === "BINARY") return marked.text;
  return format(readMoment(marked.kind, marked.text, display.timeZone), display.formats[marked.kind]);
}
