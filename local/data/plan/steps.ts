import type { Step } from "./types.ts";

/** The step that holds at world time `now`; undefined before the first. */
export function stepAt<T>(steps: readonly Step<T>[], now: number): Step<T> | undefined {
  let held: Step<T> | undefined;
  for (const step of steps) if (step.at <= now) held = step;
  return held;
}
