export type Topic = "cost" | "security" | "data";
export type Level = "advisory" | "mandatory";

/** Somebody's dated permission to break a rule on one resource. */
export interface Waiver {
  owner: string;
  reason: string;
  /** Last day on which it holds (YYYY-MM-DD). */
  expires: string;
}

/** A rule that a declared thing breaks. `waiver` is set where one holds: the finding then stops nothing, and still shows. */
export interface Finding {
  rule: string;
  topic: Topic;
  level: Level;
  /** `warehouse TRANSFORM`. */
  resource: string;
  message: string;
  remedy: string;
  waiver?: Waiver;
}
