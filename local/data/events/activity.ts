import { DAY, dayEnd, dayStart } from "../calendar.ts";
import { orgCode, userCodePrefix } from "../org-code.ts";
import { HISTORY_DAYS } from "../plan/constants.ts";
import { stepAt } from "../plan/steps.ts";
import type { Company, OrgPlan, Plan } from "../plan/types.ts";
import { hashOf, label, stochasticRound, unit } from "../random.ts";
import type { Universe } from "../world.ts";

/** An organisation that produces events; without a company when nobody ever registered it in the CRM. */
export interface EventOrg {
  readonly index: number;
  readonly code: string;
  readonly userPrefix: string;
  readonly plan: OrgPlan;
  readonly company: Company | undefined;
}

/** How much of an organisation is active on a day. */
export interface Activity {
  /** Events that occur and arrive that day; late ones come on top. */
  readonly events: number;
  /** Users the events are drawn from. */
  readonly users: number;
  /** World time from which events of that day occur. */
  readonly from: number;
}

const EVENTS_PER_SEAT: Record<Plan, number> = { Trial: 6, Free: 3, Business: 3.6, Enterprise: 3.6 };
const WEEKEND = 0.4;
const STRANGERS_AT_START = 25;
const STRANGER_INDEX = 0x40000000;
const MAX_USERS = 36 ** 3;
const NONE: Activity = { events: 0, users: 0, from: 0 };

const VOLUME = label("event volume");
const STRANGER = label("stranger org");

/** Every organisation that signed up by the end of day n, in a fixed order; the strangers come last. */
export function* eventOrgs(universe: Universe, day: number): Generator<EventOrg> {
  const end = dayEnd(day);
  for (const company of universe.companiesThrough(day)) {
    for (const plan of company.orgs) if (plan.signupAt <= end) yield eventOrg(universe, plan, company);
  }
  for (let n = 0; strangerSignup(universe, n) <= end; n++) {
    yield eventOrg(universe, strangerOrg(universe, n), undefined);
  }
}

/** The first stranger: it exists on every day and at every scale. */
export const isAnchor = (org: EventOrg): boolean => org.index === STRANGER_INDEX;

function eventOrg(universe: Universe, plan: OrgPlan, company: Company | undefined): EventOrg {
  return {
    index: plan.index,
    code: orgCode(universe.seed, plan.index),
    userPrefix: userCodePrefix(universe.seed, plan.index),
    plan,
    company,
  };
}

function strangerSignup(universe: Universe, n: number): number {
  const perDay = (STRANGERS_AT_START * universe.options.scale) / HISTORY_DAYS;
  return Math.floor((n / perDay - HISTORY_DAYS) * DAY);
}

function strangerOrg(universe: Universe, n: number): OrgPlan {
  const hash = hashOf(universe.seed, STRANGER, n);
  const signupAt = strangerSignup(universe, n);
  const never = Number.POSITIVE_INFINITY;
  return {
    index: STRANGER_INDEX + n,
    k: 0,
    signupAt,
    quietAt: n === 0 || hash % 3 !== 0 ? never : signupAt + (30 + ((hash >>> 4) % 300)) * DAY,
    closedAt: never,
    linkedAt: never,
    mislinkedAt: never,
    states: [{ at: signupAt, value: { plan: "Free", seats: 8 + (hash % 16) } }],
    repeat: false,
  };
}

/** The activity of an organisation on day n; none before day 1, before the sign-up, or after it went quiet. */
export function activityOn(universe: Universe, org: EventOrg, day: number): Activity {
  const start = dayStart(day);
  const end = dayEnd(day);
  const { plan } = org;
  if (day < 1 || plan.signupAt > end || plan.quietAt <= end || plan.closedAt <= end) return NONE;
  const { value } = stepAt(plan.states, Math.max(start, plan.signupAt))!;
  const from = Math.max(start, plan.signupAt);
  const weekday = universe.calendar.weekday(start);
  const season = weekday === 0 || weekday === 6 ? WEEKEND : 1;
  const hash = hashOf(universe.seed, VOLUME, org.index, day);
  const mood = 0.7 + 0.6 * unit(hash);
  const partOfDay = (end + 1 - from) / DAY;
  const expected =
    value.seats * EVENTS_PER_SEAT[value.plan] * season * mood * partOfDay * universe.options.eventScale;
  return {
    events: stochasticRound(expected, hashOf(hash, VOLUME)),
    users: Math.min(value.seats, MAX_USERS),
    from,
  };
}
