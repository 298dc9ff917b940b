import { createHash } from "node:crypto";
import { dayStart } from "../calendar.ts";
import { REJECT_REASONS, type Source } from "../source.ts";
import type { Universe } from "../world.ts";
import { consoleTruth, experimentTruth } from "./console-truth.ts";
import { crmTruth } from "./crm-truth.ts";
import { identityTruth, signupTruth } from "./customer-truth.ts";
import { eventTruth } from "./event-truth.ts";
import { fileTruth, objectTruth } from "./file-truth.ts";
import { contractTruth, invoiceTruth, paymentTruth, ticketTruth } from "./finance-truth.ts";
import { adsTruth, campaignTruth, emailTruth } from "./marketing-truth.ts";
import type { Tables, TruthPart } from "./part.ts";
import { salesTruth } from "./sales-truth.ts";
import type { AccountUsage, KpiTruth, SourceTruth, Truth } from "./types.ts";

export interface TruthWithUsage {
  readonly truth: Truth;
  /** The rows behind `daily_account_usage`, sorted by day and account. */
  readonly usage: readonly AccountUsage[];
  /** Other large tables, by name, sorted by their first column. */
  readonly tables: Tables;
}

const PARTS: readonly TruthPart[] = [
  crmTruth,
  salesTruth,
  campaignTruth,
  adsTruth,
  emailTruth,
  identityTruth,
  signupTruth,
  invoiceTruth,
  paymentTruth,
  ticketTruth,
  contractTruth,
  consoleTruth,
  experimentTruth,
];

/** What is true of everything landed on days 1 to `lastDay`: a function of the seed, so it can be had at any time. */
export function truthThrough(universe: Universe, chosen: readonly Source[], lastDay: number): TruthWithUsage {
  const events = eventTruth(universe, lastDay);
  const sources = chosen
    .map((source) => countOf(source, universe, lastDay))
    .sort((a, b) => (a.source < b.source ? -1 : 1));
  const digest = createHash("sha256");
  for (const row of events.usage) digest.update(`${JSON.stringify(row)}\n`);
  const parts = PARTS.filter(({ needs }) =>
    needs.every((name) => chosen.some((source) => source.name === name)),
  ).map((part) => part.tell(universe, lastDay));
  const { seed, startDay, scale, eventScale } = universe.options;
  const kpis: KpiTruth = Object.assign(
    {
      ...events.kpis,
      daily_account_usage: { rows: events.usage.length, sha256: digest.digest("hex") },
      rejected_records: rejected(sources),
    },
    ...parts.map((part) => part.kpis),
  );
  return {
    usage: events.usage,
    tables: Object.assign({}, ...parts.map((part) => part.tables)),
    truth: {
      version: 1,
      seed,
      startDay,
      scale,
      eventScale,
      days: lastDay,
      lastDay: universe.calendar.date(dayStart(lastDay)),
      sources,
      kpis,
    },
  };
}

function countOf(source: Source, universe: Universe, lastDay: number): SourceTruth {
  switch (source.kind) {
    case "topic":
      return source.count(universe, lastDay);
    case "files":
      return fileTruth(source, universe, lastDay);
    case "objects":
      return objectTruth(source, universe, lastDay);
  }
}

const rejected = (sources: readonly SourceTruth[]): KpiTruth["rejected_records"] =>
  sources.flatMap(({ source, malformed }) =>
    [...REJECT_REASONS]
      .sort()
      .filter((reason) => malformed[reason] > 0)
      .map((reason) => ({ source, reason, records: malformed[reason] })),
  );
