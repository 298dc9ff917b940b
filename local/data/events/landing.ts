import { hashOf, label, stochasticRound } from "../random.ts";
import { REJECT_REASONS, type RejectReason } from "../source.ts";
import type { Universe } from "../world.ts";
import { activityOn, type EventOrg, eventOrgs, isAnchor } from "./activity.ts";
import type { Arrival } from "./draw.ts";

/**
 * A stretch of what arrives on a day for one organisation, decided without making the records.
 * `events`: the events 0..total-1 of a series. `duplicates`: `copies` more of that series, picked by `salt`.
 */
export type Segment =
  | { readonly kind: "events"; readonly org: EventOrg; readonly series: Series }
  | {
      readonly kind: "duplicates";
      readonly org: EventOrg;
      readonly series: Series;
      readonly copies: number;
      readonly salt: number;
    }
  | {
      readonly kind: "malformed";
      readonly org: EventOrg;
      readonly reason: RejectReason;
      readonly copies: number;
      readonly salt: number;
    };

/** The events of an organisation that occur on one day and arrive in one way. */
export interface Series {
  readonly day: number;
  readonly arrival: Arrival;
  readonly total: number;
  readonly users: number;
  /** World time from which they occur. */
  readonly from: number;
}

const LATE_SHARE: Record<1 | 2, number> = { 1: 0.01, 2: 0.003 };
// Together 2 %: soon after, some batches later on the same day, and on the day after.
const NEAR_SHARE = 0.008;
const FAR_SHARE = 0.006;
const NEXT_DAY_SHARE = 0.006;
const MALFORMED_SHARE = 0.0005;
const FAR_ORGS = 64;

const LATE = label("late events");
const NEAR = label("near duplicates");
const FAR = label("far duplicates");
const NEXT_DAY = label("next-day duplicates");
const MALFORMED = label("malformed events");

/** The series of events that occur on `day` and arrive `arrival` days later; undefined when there is none. */
export function seriesOf(
  universe: Universe,
  org: EventOrg,
  day: number,
  arrival: Arrival,
): Series | undefined {
  const { events, users, from } = activityOn(universe, org, day);
  const total =
    arrival === 0
      ? events
      : stochasticRound(events * LATE_SHARE[arrival], hashOf(universe.seed, LATE, org.index, day, arrival));
  return total > 0 ? { day, arrival, total, users, from } : undefined;
}

/** How a duplicate picks the event it repeats. */
export const repeatedIndex = (salt: number, copy: number, total: number): number =>
  hashOf(salt, copy) % total;

/** Everything that arrives on day n, in order of arrival. Memory does not depend on the number of events. */
export function* landing(universe: Universe, day: number): Generator<Segment> {
  const far: Segment[] = [];
  for (const org of eventOrgs(universe, day)) {
    for (const arrival of [2, 1] as const) {
      const series = seriesOf(universe, org, day - arrival, arrival);
      if (series) yield { kind: "events", org, series };
    }
    const yesterday = seriesOf(universe, org, day - 1, 0);
    if (yesterday) yield* repeats(universe, org, yesterday, NEXT_DAY, NEXT_DAY_SHARE);
    const today = seriesOf(universe, org, day, 0);
    if (today) {
      yield { kind: "events", org, series: today };
      yield* repeats(universe, org, today, NEAR, NEAR_SHARE);
      far.push(...repeats(universe, org, today, FAR, FAR_SHARE));
      for (const reason of REJECT_REASONS) {
        const salt = hashOf(universe.seed, MALFORMED, org.index, day, label(reason));
        const copies = stochasticRound(today.total * MALFORMED_SHARE, salt) + (isAnchor(org) ? 1 : 0);
        if (copies > 0) yield { kind: "malformed", org, reason, copies, salt };
      }
    }
    while (far.length > FAR_ORGS) yield far.shift()!;
  }
  yield* far;
}

function* repeats(
  universe: Universe,
  org: EventOrg,
  series: Series,
  purpose: number,
  share: number,
): Generator<Segment> {
  const salt = hashOf(universe.seed, purpose, org.index, series.day);
  const copies = stochasticRound(series.total * share, salt);
  if (copies > 0) yield { kind: "duplicates", org, series, copies, salt };
}
