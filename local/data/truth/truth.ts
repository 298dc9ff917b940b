import { createHash } from "node:crypto";
import { dayStart } from "../calendar.ts";
import { REJECT_REASONS } from "../source.ts";
import { FILE_SOURCES } from "../sources.ts";
import type { Universe } from "../world.ts";
import { crmTruth } from "./crm-truth.ts";
import { eventTruth } from "./event-truth.ts";
import { fileTruth } from "./file-truth.ts";
import type { AccountUsage, Truth } from "./types.ts";

export interface TruthWithUsage {
  readonly truth: Truth;
  /** The rows behind `daily_account_usage`, sorted by day and account. */
  readonly usage: readonly AccountUsage[];
}

/** What is true of everything landed on days 1 to `lastDay`: a function of the seed, so it can be had at any time. */
export function truthThrough(universe: Universe, lastDay: number): TruthWithUsage {
  const events = eventTruth(universe, lastDay);
  const sources = [events.source, ...FILE_SOURCES.map((source) => fileTruth(source, universe, lastDay))].sort(
    (a, b) => (a.source < b.source ? -1 : 1),
  );
  const digest = createHash("sha256");
  for (const row of events.usage) digest.update(`${JSON.stringify(row)}\n`);
  const { seed, startDay, scale, eventScale } = universe.options;
  return {
    usage: events.usage,
    truth: {
      version: 1,
      seed,
      startDay,
      scale,
      eventScale,
      days: lastDay,
      lastDay: universe.calendar.date(dayStart(lastDay)),
      sources,
      kpis: {
        ...events.kpis,
        ...crmTruth(universe, lastDay),
        daily_account_usage: { rows: events.usage.length, sha256: digest.digest("hex") },
        rejected_records: sources.flatMap(({ source, malformed }) =>
          [...REJECT_REASONS]
            .sort()
            .filter((reason) => malformed[reason] > 0)
            .map((reason) => ({ source, reason, records: malformed[reason] })),
        ),
      },
    },
  };
}
