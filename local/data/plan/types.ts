import type { PersonName, PLACES } from "../names.ts";

/**
 * One company's whole life, past and future, as plain data: first touch, leads, trials, account, opportunities,
 * plans, expansion, churn. A day is a point at which to read it; nothing is mutated while the days pass.
 * All times are world times in milliseconds (calendar.ts); `Infinity` means never.
 */
export interface Company {
  readonly index: number;
  readonly name: string;
  readonly domain: string;
  readonly industry: string;
  readonly employees: number;
  readonly place: (typeof PLACES)[number];
  readonly channel: Channel;
  /** Found and sold with the partner programme. */
  readonly partner: boolean;
  readonly firstTouchAt: number;
  readonly leads: readonly LeadPlan[];
  readonly account: AccountPlan | undefined;
  readonly contacts: readonly ContactPlan[];
  readonly opportunities: readonly OpportunityPlan[];
  readonly orgs: readonly OrgPlan[];
}

export const CHANNELS = [
  "Paid Search",
  "Organic Search",
  "Paid Social",
  "Webinar",
  "Trade Show",
  "Partner Referral",
  "Direct",
] as const;
export type Channel = (typeof CHANNELS)[number];

/** A state that holds from `at` until the next step. */
export interface Step<T> {
  readonly at: number;
  readonly value: T;
}

export interface LeadPlan {
  readonly k: number;
  readonly person: PersonName;
  readonly personIndex: number;
  readonly email: string;
  readonly createdAt: number;
  readonly status: readonly Step<string>[];
  readonly convertedAt: number;
  readonly deletedAt: number;
  /** The index in `orgs` of the trial that this lead signed up for; -1 when none. */
  readonly org: number;
}

export interface AccountPlan {
  readonly createdAt: number;
  readonly deletedAt: number;
  readonly type: readonly Step<string>[];
  /** Days between two routine touches by the owner. */
  readonly touchDays: number;
}

export interface ContactPlan {
  readonly k: number;
  readonly person: PersonName;
  readonly email: string;
  readonly createdAt: number;
  readonly deletedAt: number;
  readonly touchDays: number;
  readonly optedOutAt: number;
}

export interface OpportunityPlan {
  readonly k: number;
  readonly expansion: boolean;
  readonly createdAt: number;
  readonly closedAt: number;
  readonly won: boolean;
  readonly deletedAt: number;
  readonly steps: readonly Step<OpportunityState>[];
}

export interface OpportunityState {
  readonly stage: string;
  readonly amountCents: number;
  /** World time of the (expected or real) close. */
  readonly closeAt: number;
}

export interface OrgPlan {
  /** Unique over the world; the product's organisation id is made of it. */
  readonly index: number;
  readonly k: number;
  readonly signupAt: number;
  /** Users stop: the end of a trial nobody came back to, or churn. */
  readonly quietAt: number;
  readonly closedAt: number;
  /** When the CRM learns of it (Directory_Org__c); Infinity when it never does. */
  readonly linkedAt: number;
  /** First linked to a wrong account, by a record that was deleted when the right one was made. */
  readonly mislinkedAt: number;
  readonly states: readonly Step<{ readonly plan: Plan; readonly seats: number }>[];
  /** One of several sign-ups of the same company. */
  readonly repeat: boolean;
}

export type Plan = "Trial" | "Free" | "Business" | "Enterprise";
