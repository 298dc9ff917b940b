import type { Refresh } from "../schedule/refresh-log.ts";

/** How far a dynamic table was behind, in seconds. */
export interface Lag {
  mean: number;
  maximum: number;
  /** Null without a target. */
  above: number | null;
  within: number | null;
}

/**
 * Lag from the end of the first refresh to now. Between two refreshes it grows with time from the data timestamp of the
 * first. Undefined before the first refresh has ended. Source: "DYNAMIC_TABLES".
 */
export function lagOf(
  refreshes: readonly Refresh[],
  targetSeconds: number | null,
  now: number,
): Lag | undefined {
  const done = refreshes.filter((r) => r.state === "SUCCEEDED" && r.endedOn !== null);
  let time = 0;
  let area = 0;
  let maximum = 0;
  let above = 0;
  done.forEach((refresh, i) => {
    const from = (refresh.endedOn! - refresh.dataTimestamp) / 1000;
    const to = ((done[i + 1]?.endedOn ?? now) - refresh.dataTimestamp) / 1000;
    time += to - from;
    area += ((to - from) * (to + from)) / 2;
    maximum = Math.max(maximum, to);
    if (targetSeconds !== null) above += Math.max(0, to - Math.max(from, targetSeconds));
  });
  if (done.length === 0) return undefined;
  return {
    mean: time === 0 ? maximum : area / time,
    maximum,
    above: targetSeconds === null ? null : above,
    within: targetSeconds === null ? null : time === 0 ? 1 : 1 - above / time,
  };
}
