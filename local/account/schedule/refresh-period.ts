/** What of a dynamic table decides when it is refreshed. */
export interface Scheduled {
  id: number;
  /** TARGET_LAG in seconds; null is DOWNSTREAM: refreshed with those that read it. */
  lagSeconds: number | null;
}

/**
 * How often a lag is met, in milliseconds: the longest of 48 seconds, 96, 192 … that is no longer than the lag, so
 * that the times of rarer refreshes coincide with those of more frequent ones. Source: "Understanding dynamic table
 * initialization and refresh" (48 s for a minute, 96 s for two; "a target lag of 4 hours might refresh every 3.5").
 */
export function refreshPeriod(lagSeconds: number): number {
  let seconds = 48;
  while (seconds * 2 <= lagSeconds) seconds *= 2;
  return seconds * 1000;
}

/** The next time after `now` at which one of them is due; null when none is by itself. */
export function nextRefresh(tables: readonly Scheduled[], now: number): number | null {
  let next: number | null = null;
  for (const { lagSeconds } of tables) {
    if (lagSeconds === null) continue;
    const period = refreshPeriod(lagSeconds);
    const at = (Math.floor(now / period) + 1) * period;
    next = next === null ? at : Math.min(next, at);
  }
  return next;
}

/** Those that are due at a time that `nextRefresh` gave. */
export const dueAt = (tables: readonly Scheduled[], at: number): number[] =>
  tables
    .filter(({ lagSeconds }) => lagSeconds !== null && at % refreshPeriod(lagSeconds) === 0)
    .map(({ id }) => id);
