import { dayEnd, dayStart } from "../calendar.ts";
import { accountId } from "../crm/fields.ts";
import { activityOn, type EventOrg, eventOrgs } from "../events/activity.ts";
import { type Arrival, drawKey, EVENT_TYPES, traits, typeOf, userOf, word0 } from "../events/draw.ts";
import { type Series, seriesOf } from "../events/landing.ts";
import { linkedCompany, type Universe } from "../world.ts";
import type { AccountUsage, KpiTruth } from "./types.ts";

export interface EventTruth {
  readonly kpis: Pick<
    KpiTruth,
    | "unique_data_points_per_day"
    | "active_accounts_per_day"
    | "events_without_account_per_day"
    | "events_by_type"
  >;
  /** Sorted by day and account. */
  readonly usage: readonly AccountUsage[];
}

/** What is true of the product events landed on days 1 to `lastDay`. Reads the decisions, not the records. */
export function eventTruth(universe: Universe, lastDay: number): EventTruth {
  const now = dayEnd(lastDay);
  const perDay = new Float64Array(lastDay + 1);
  const strangers = new Float64Array(lastDay + 1);
  const byType = new Float64Array(EVENT_TYPES.length);
  const usage = Array.from(
    { length: lastDay + 1 },
    () => new Map<string, { events: number; users: number }>(),
  );

  for (const org of eventOrgs(universe, lastDay)) {
    const company = org.company && linkedCompany(universe, org.company, org.plan, now);
    const account = company && accountId(company);
    for (let day = 1; day <= lastDay; day++) {
      const { events, users } = tallyDay(universe, org, day, lastDay, byType);
      if (events === 0) continue;
      perDay[day]! += events;
      if (account === undefined) {
        strangers[day]! += events;
        continue;
      }
      const known = usage[day]!.get(account);
      if (known) {
        known.events += events;
        known.users += users;
      } else usage[day]!.set(account, { events, users });
    }
  }

  const date = (day: number) => universe.calendar.date(dayStart(day));
  const days = Array.from({ length: lastDay }, (_, i) => i + 1);
  const counted = (counts: Float64Array) =>
    days.filter((day) => counts[day]! > 0).map((day) => ({ day: date(day), events: counts[day]! }));
  return {
    kpis: {
      unique_data_points_per_day: counted(perDay),
      active_accounts_per_day: days
        .filter((day) => usage[day]!.size > 0)
        .map((day) => ({ day: date(day), accounts: usage[day]!.size })),
      events_without_account_per_day: counted(strangers),
      events_by_type: EVENT_TYPES.map((event_type, i) => ({ event_type, events: byType[i]! }))
        .filter((row) => row.events > 0)
        .sort((a, b) => (a.event_type < b.event_type ? -1 : 1)),
    },
    usage: days.flatMap((day) =>
      [...usage[day]!]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([account_id, { events, users }]) => ({
          day: date(day),
          account_id,
          events,
          active_users: users,
        })),
    ),
  };
}

/** Events and distinct users of an organisation that occurred on `day` and arrived by the end of `lastDay`. */
function tallyDay(
  universe: Universe,
  org: EventOrg,
  day: number,
  lastDay: number,
  byType: Float64Array,
): { events: number; users: number } {
  const { users } = activityOn(universe, org, day);
  if (users === 0) return { events: 0, users: 0 };
  const seen = new Uint8Array(users);
  let events = 0;
  for (const arrival of [0, 1, 2] as const satisfies readonly Arrival[]) {
    if (day + arrival > lastDay) break;
    const series = seriesOf(universe, org, day, arrival);
    if (!series) continue;
    events += series.total;
    tallySeries(universe, org, series, seen, byType);
  }
  let active = 0;
  for (const user of seen) active += user;
  return { events, users: active };
}

function tallySeries(
  universe: Universe,
  org: EventOrg,
  series: Series,
  seen: Uint8Array,
  byType: Float64Array,
): void {
  const key = drawKey(universe.seed, org.index, series.day, series.arrival);
  for (let i = 0; i < series.total; i++) {
    const trait = traits(key, word0(key, i));
    seen[userOf(trait, series.users)] = 1;
    byType[typeOf(trait)]!++;
  }
}
