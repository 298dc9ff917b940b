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

  /** Won new business: calendar days from CreatedDate to CloseDate, two places; null of no opportunities. */
  readonly sales_cycle?: readonly {
    metric: "mean_days" | "median_days";
    population: "all" | "without_partners";
    opportunities: number;
    days: string | null;
  }[];
  /** Won existing business by month of the close date. */
  readonly expansion_by_month?: readonly { month: string; opportunities: number; amount: string }[];
  readonly churned_by_month?: readonly { month: string; accounts: number }[];

  // Each of the following is there when its sources are delivered.
  readonly members_by_campaign?: readonly { campaign: string; members: number; responded: number }[];
  /** By the latest report of each day. */
  readonly search_by_keyword?: readonly AdTotal<"keyword">[];
  readonly social_by_ad?: readonly AdTotal<"ad">[];
  readonly email_activity_by_type?: readonly { type: string; activities: number }[];
  /** Browsers by how far they are known: anonymous, lead, account. */
  readonly visitors_by_identity?: readonly { level: string; visitors: number }[];
  /** By the keyword of the first visit: leads of that browser, opportunities of the account. */
  readonly keyword_funnel?: readonly {
    keyword: string;
    leads: number;
    opportunities: number;
    won: number;
    revenue: string;
  }[];
  /** `companies` is how many there really are behind the sign-ups; `business_domains` what e-mail alone can tell. */
  readonly trial_signups_by_channel?: readonly {
    channel: string;
    signups: number;
    free_mail_signups: number;
    business_domains: number;
    companies: number;
    customers: number;
  }[];
  readonly invoices_by_status?: readonly { status: string; invoices: number; amount: string }[];
  /** By month of issue, without void ones. */
  readonly invoiced_by_month?: readonly { month: string; invoices: number; amount: string }[];
  /** Payments that succeeded. */
  readonly payments_by_month?: readonly { month: string; payments: number; amount: string }[];
  readonly tickets_by_status?: readonly { status: string; tickets: number }[];
  readonly tickets_opened_per_day?: readonly { day: string; tickets: number }[];
  readonly contract_files?: readonly { files: number; bytes: number }[];
  /** By date of `timestamp`. */
  readonly console_events_per_day?: readonly { day: string; events: number }[];
  /**
   * Console sessions end after 30 minutes without a message. Rage click: four clicks on one element within two
   * seconds. Error loop: the same error three times within a minute.
   */
  readonly console_friction_per_day?: readonly {
    day: string;
    sessions: number;
    rage_click_sessions: number;
    error_loop_sessions: number;
  }[];
  readonly feature_use?: readonly { feature: string; uses: number; users: number }[];
  readonly experiment_results?: readonly {
    experiment: string;
    variant: string;
    metric: string;
    assigned: number;
    exposed: number;
    converted: number;
  }[];
  readonly experiment_truth?: readonly {
    experiment: string;
    metric: string;
    effect: string;
    sample_ratio_mismatch: boolean;
  }[];
}

type AdTotal<Name extends string> = Readonly<Record<Name, string>> & {
  readonly impressions: number;
  readonly clicks: number;
  readonly cost: string;
};

/** A row of the sidecar `daily_account_usage.jsonl`. */
export interface AccountUsage {
  readonly day: string;
  readonly account_id: string;
  readonly events: number;
  readonly active_users: number;
}
