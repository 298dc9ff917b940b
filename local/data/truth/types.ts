import type { RejectReason } from "../source.ts";

/**
 * What the generator knows about what it generated, through its last landed day. Days are UTC dates of occurred_at;
 * money is a decimal string with two places. All lists are sorted by their columns, in the order given here.
 */
export interface Truth {
  readonly version: 1;
  readonly seed: number | string;
  readonly startDay: string;
  readonly scale: number;
  readonly eventScale: number;
  /** Days landed. */
  readonly days: number;
  /** The last landed day's date. */
  readonly lastDay: string;
  readonly sources: readonly SourceTruth[];
  readonly kpis: KpiTruth;
}

export interface SourceTruth {
  readonly source: string;
  /** Lines or messages that were written, a file that was delivered twice counted once. */
  readonly records: number;
  /** Sound records without repetitions: event ids of events, rows of each day's export of files. */
  readonly unique: number;
  readonly duplicates: number;
  readonly malformed: Readonly<Record<RejectReason, number>>;
  /** Unique events that arrived on a later UTC day than they occurred. */
  readonly late: number;
  /** Object keys, each once. */
  readonly files: number;
  readonly files_delivered_twice: number;
}

export interface KpiTruth {
  readonly unique_data_points_per_day: readonly { day: string; events: number }[];
  /** Accounts with an event, reached by the undeleted Directory_Org__c records of the last export. */
  readonly active_accounts_per_day: readonly { day: string; accounts: number }[];
  /** Events of organisations that no undeleted Directory_Org__c record of the last export names. */
  readonly events_without_account_per_day: readonly { day: string; events: number }[];
  readonly events_by_type: readonly { event_type: string; events: number }[];
  readonly accounts_by_type: readonly { type: string; accounts: number }[];
  readonly open_pipeline_by_stage: readonly { stage: string; opportunities: number; amount: string }[];
  /** By the month of the close date, as of the last export. */
  readonly won_by_month: readonly { month: string; opportunities: number; amount: string }[];
  readonly daily_account_usage: { readonly rows: number; readonly sha256: string };
  readonly rejected_records: readonly { source: string; reason: RejectReason; records: number }[];
}

/** A row of the sidecar `daily_account_usage.jsonl`. */
export interface AccountUsage {
  readonly day: string;
  readonly account_id: string;
  readonly events: number;
  readonly active_users: number;
}
