import { errors } from "../errors.ts";
import type { ValueReader } from "./properties.ts";

const UNITS: Record<string, number> = { SECOND: 1, MINUTE: 60, HOUR: 3600, DAY: 86_400 };
/** Source: "CREATE DYNAMIC TABLE", TARGET_LAG. */
const SHORTEST = 60;

export interface TargetLag {
  text: string;
  seconds: number | null;
}

/** `'5 minutes'`, or DOWNSTREAM as a word or a text. */
export const targetLag: ValueReader<TargetLag> = (cursor, key) => {
  if (cursor.accept("DOWNSTREAM")) return { text: "DOWNSTREAM", seconds: null };
  const text = cursor.string().trim();
  if (text.toUpperCase() === "DOWNSTREAM") return { text: "DOWNSTREAM", seconds: null };
  const [count, unit, ...rest] = text.split(/\s+/);
  const size = UNITS[(unit ?? "").toUpperCase().replace(/S$/, "")];
  const seconds = Number(count) * (size ?? Number.NaN);
  if (rest.length > 0 || !Number.isInteger(Number(count)) || !(seconds >= SHORTEST))
    throw errors.invalidValue(text, key);
  return { text, seconds };
};
