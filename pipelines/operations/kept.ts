/** What operations may ask of RAW, where sources delete old rows. Pure. */
import type { Platform } from "../../infra/platform.ts";

const DAY_MS = 86_400_000;

/**
 * The first day of which RAW still has all rows of the source, given today (both YYYY-MM-DD, UTC); undefined where it
 * keeps all. A row is deleted by when it came, which is never before its day.
 */
export function keptFrom(platform: Platform, source: string, today: string): string | undefined {
  const keep = platform.sources.find((one) => one.key === source)?.keep;
  if (keep === undefined) return undefined;
  return new Date(Date.parse(today) - keep * 1000 + DAY_MS).toISOString().slice(0, 10);
}
