import { DAY, dayStart, HOUR } from "../calendar.ts";
import { hashOf, label, unit } from "../random.ts";
import type { Universe } from "../world.ts";
import type { SegmentMessage, VisitContext } from "./segment.ts";

/** Messages of one browser on one day that are sent together, or are all late together. */
export interface Visit {
  /** The day it happens. */
  readonly day: number;
  /** Lands on the day after. */
  readonly late: boolean;
  readonly key: string;
  readonly context: VisitContext;
  readonly messages: readonly SegmentMessage[];
  /** What a console session was like; undefined for the web site. */
  readonly session: { readonly rageClick: boolean; readonly errorLoop: boolean } | undefined;
}

const VISIT = label("console visit");
const LATE_SHARE = 0.015;
const SKEWED_SHARE = 0.04;
const AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/124.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4) Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
];

/** A visit whose delivery (late or not, clock skew, address) hangs on `hash`. */
export function makeVisit(
  universe: Universe,
  day: number,
  hash: number,
  visit: Pick<Visit, "messages" | "session"> & Pick<VisitContext, "app" | "groupId" | "campaign">,
): Visit {
  const first = visit.messages[0]!;
  const of = hashOf(universe.seed, VISIT, hash);
  const late = unit(of) < LATE_SHARE;
  const skewed = unit(hashOf(of, 1)) < SKEWED_SHARE;
  const address = hashOf(label(first.anonymousId));
  return {
    day,
    late,
    key: first.userId ?? first.anonymousId,
    messages: visit.messages,
    session: visit.session,
    context: {
      app: visit.app,
      groupId: visit.groupId,
      campaign: visit.campaign,
      ip: `203.0.${address & 255}.${(address >>> 8) & 255}`,
      userAgent: AGENTS[(address >>> 16) % AGENTS.length]!,
      skew: skewed ? Math.floor((unit(hashOf(of, 2)) - 0.4) * 8 * HOUR) : 0,
      sentLateAt: late ? dayStart(day) + DAY + Math.floor(unit(hashOf(of, 3)) * 20 * HOUR) : undefined,
    },
  };
}
