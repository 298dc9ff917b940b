import type { Progress } from "../../local/progress.ts";

/** Where a running step shows one changing line. */
export interface LineTarget {
  output: string;
}

/**
 * Writes progress events as one line, `detail (done of total)`. A terminal is refreshed ten times a second; a log gets
 * a line every five seconds, so that it stays readable.
 */
export function progressTo(
  target: LineTarget,
  isTerminal: boolean = process.stdout.isTTY === true,
): Progress {
  const interval = isTerminal ? 100 : 5000;
  let last = isTerminal ? 0 : Date.now();
  return (event) => {
    const now = Date.now();
    if (now - last < interval) return;
    last = now;
    target.output = formatProgress(event);
  };
}

export function formatProgress(event: Parameters<Progress>[0]): string {
  const detail = event.detail ?? event.step;
  if (event.done === undefined) return detail;
  if (event.total === undefined) return `${detail} (${event.done.toLocaleString("en-US")})`;
  return `${detail} (${event.done.toLocaleString("en-US")} of ${event.total.toLocaleString("en-US")})`;
}
