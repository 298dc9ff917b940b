import { DAY, HOUR, MINUTE } from "./calendar.ts";
import { companyName, FREE_MAIL_DOMAINS, INDUSTRIES, type PersonName, PLACES, personName } from "./names.ts";
import { hashOf, label, quantile, Rng, spread, unit } from "./random.ts";

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

/** How long before day 1 the company's records begin. */
export const HISTORY_DAYS = 720;
export const ORGS_PER_COMPANY = 8;

export const OPEN_STAGES = [
  "Prospecting",
  "Qualification",
  "Needs Analysis",
  "Value Proposition",
  "Id. Decision Makers",
  "Perception Analysis",
  "Proposal/Price Quote",
  "Negotiation/Review",
] as const;

const STAGE_SHARE = [0, 0.08, 0.2, 0.34, 0.48, 0.58, 0.7, 0.85];
// Days from creation to close. The mix of both has a median near 65 and a mean near 90; without partners the median is 52.
const DIRECT_CYCLE = [5, 21, 29, 36, 44, 52, 60, 72, 94, 130, 340];
const PARTNER_CYCLE = [30, 64, 80, 93, 106, 120, 137, 158, 190, 240, 420];
const PARTNER_SHARE = 0.27;
const EXPANSION_CYCLE = [3, 8, 14, 20, 26, 32, 40, 50, 65, 90, 160];
const PAID_SEATS = [5, 9, 13, 18, 26, 36, 52, 78, 120, 210, 640];
const FAR = Number.POSITIVE_INFINITY;

const PROFILE = label("company profile");
const JOURNEY = label("company journey");
const PEOPLE = label("company people");
const DEALS = label("company deals");
const REPEATS = label("company repeat sign-ups");

/** When the i-th company is first seen: arrivals are steady, `perDay` of them, from `HISTORY_DAYS` before day 1. */
export function firstTouch(seed: number, index: number, perDay: number): number {
  const jitter = unit(hashOf(seed, PROFILE, index, 7));
  return Math.floor(((index + jitter) / perDay - HISTORY_DAYS) * DAY);
}

/** The plan of company `index`. Pure; a few microseconds. */
export function planCompany(seed: number, index: number, perDay: number): Company {
  const profile = new Rng(seed, PROFILE, index);
  const { name, domain } = companyName(index, profile.next());
  const fate = spread(index, 0.6180339887498949, unit(hashOf(seed, JOURNEY)));
  const size = spread(index, 0.41421356237309515, unit(hashOf(seed, PROFILE)));
  const partner = spread(index, 0.7320508075688772, unit(hashOf(seed, DEALS))) < PARTNER_SHARE;
  const channel = partner && profile.chance(0.7) ? "Partner Referral" : profile.pick(CHANNELS);
  const place = profile.pick(PLACES);
  const industry = profile.pick(INDUSTRIES);
  const employees = Math.round(quantile(PAID_SEATS, size) * (2 + 6 * profile.unit()));

  const journey = new Rng(seed, JOURNEY, index);
  const firstTouchAt = firstTouch(seed, index, perDay);
  const leadAt = firstTouchAt + Math.floor(journey.quantile([0, 0, 0.1, 0.5, 2, 6, 14, 40]) * DAY);
  const becomesAccount = fate < 0.5;
  const trials = journey.chance(becomesAccount ? 0.75 : 0.15);
  const accountAt = becomesAccount
    ? leadAt + HOUR + Math.floor(journey.quantile([0, 0.5, 1, 3, 8, 20, 45]) * DAY)
    : FAR;
  const deletedAt = becomesAccount && fate > 0.485 ? accountAt + journey.between(60, 500) * DAY : FAR;

  const opportunities = becomesAccount
    ? planDeals(new Rng(seed, DEALS, index), { index, accountAt, deletedAt, partner, size, fate })
    : [];
  const wonAt = opportunities.find((deal) => deal.won && !deal.expansion)?.closedAt ?? FAR;
  const churnAt = journey.chance(0.22) ? wonAt + (180 + journey.below(400)) * DAY : FAR;
  const hash = hashOf(seed, PEOPLE, index);
  const orgs = planOrgs(new Rng(seed, REPEATS, index), {
    index,
    leadAt,
    accountAt,
    deletedAt,
    wonAt,
    churnAt,
    trials,
    size,
    expansions: opportunities.filter((deal) => deal.expansion && deal.won).map((deal) => deal.closedAt),
  });
  return {
    index,
    name,
    domain,
    industry,
    employees,
    place,
    channel,
    partner,
    firstTouchAt,
    leads: planLeads(new Rng(seed, PEOPLE, index, 1), { hash, domain, leadAt, accountAt, orgs }),
    account: becomesAccount
      ? {
          createdAt: accountAt,
          deletedAt,
          touchDays: journey.between(4, 40),
          type: accountTypes(accountAt, wonAt, churnAt, partner, fate),
        }
      : undefined,
    contacts: becomesAccount
      ? planContacts(new Rng(seed, PEOPLE, index, 2), { hash, domain, accountAt, deletedAt })
      : [],
    opportunities: opportunities.filter((deal) => (deal.won ? deal.closedAt : deal.createdAt) < churnAt),
    orgs,
  };
}

function accountTypes(createdAt: number, wonAt: number, churnAt: number, partner: boolean, fate: number) {
  if (fate < 0.015) return [{ at: createdAt, value: "Channel Partner / Reseller" }];
  const steps: Step<string>[] = [{ at: createdAt, value: "Prospect" }];
  if (wonAt < FAR) steps.push({ at: wonAt, value: partner ? "Customer - Channel" : "Customer - Direct" });
  if (churnAt < FAR) steps.push({ at: churnAt, value: "Former Customer" });
  return steps;
}

interface DealContext {
  index: number;
  accountAt: number;
  deletedAt: number;
  partner: boolean;
  size: number;
  fate: number;
}

function planDeals(rng: Rng, context: DealContext): OpportunityPlan[] {
  const deals: OpportunityPlan[] = [];
  const seatPrice = rng.between(60_00, 140_00);
  const add = (expansion: boolean, createdAt: number, won: boolean, share: number, close?: number) => {
    const cycle = expansion ? EXPANSION_CYCLE : context.partner ? PARTNER_CYCLE : DIRECT_CYCLE;
    const closedAt = close ?? createdAt + Math.floor(rng.quantile(cycle) * DAY);
    const seats = Math.max(5, Math.round(quantile(PAID_SEATS, context.size) * share));
    const deletedAt = rng.chance(0.015) && !won ? createdAt + rng.between(1, 90) * DAY : context.deletedAt;
    deals.push({
      k: deals.length,
      expansion,
      createdAt,
      closedAt,
      won,
      deletedAt,
      steps: planStages(rng, createdAt, closedAt, won, seats * seatPrice),
    });
    return closedAt;
  };
  if (context.fate < 0.015 || rng.chance(0.1)) return deals;
  const won = context.fate < 0.3;
  let at = add(false, context.accountAt, won, 1);
  if (!won && rng.chance(0.3)) add(false, at + rng.between(30, 200) * DAY, false, 0.8);
  while (won && deals.length < 6 && rng.chance(0.6)) {
    at = add(true, at + rng.between(60, 320) * DAY, rng.chance(0.65), 0.2 + 0.3 * rng.unit());
  }
  // The oldest companies close deals in the first weeks, so that even a handful of companies has an open pipeline.
  if (context.index < 8 && context.accountAt < -60 * DAY && context.deletedAt === FAR) {
    const customer = deals.some((deal) => deal.won);
    const createdAt = -(10 + 3 * context.index) * DAY;
    add(customer, createdAt, context.index % 2 === 0, 0.5, (2 + 5 * context.index) * DAY);
  }
  return deals.filter((deal) => deal.createdAt < deal.deletedAt);
}

function planStages(rng: Rng, createdAt: number, closedAt: number, won: boolean, cents: number) {
  const steps: Step<OpportunityState>[] = [];
  const lostAfter = won ? OPEN_STAGES.length : rng.between(1, OPEN_STAGES.length);
  let amountCents = Math.round(cents * (0.7 + 0.6 * rng.unit()));
  for (let stage = 0; stage < lostAfter; stage++) {
    const at = createdAt + Math.floor((closedAt - createdAt) * STAGE_SHARE[stage]!);
    if (stage === 6) amountCents = cents;
    const closeAt = at + rng.between(20, 90) * DAY;
    steps.push({ at, value: { stage: OPEN_STAGES[stage]!, amountCents, closeAt } });
  }
  if (won) amountCents = Math.round(cents * (0.85 + 0.15 * rng.unit()));
  steps.push({
    at: closedAt,
    value: { stage: won ? "Closed Won" : "Closed Lost", amountCents, closeAt: closedAt },
  });
  return steps;
}

interface OrgContext {
  index: number;
  leadAt: number;
  accountAt: number;
  deletedAt: number;
  wonAt: number;
  churnAt: number;
  trials: boolean;
  size: number;
  expansions: readonly number[];
}

function planOrgs(rng: Rng, context: OrgContext): OrgPlan[] {
  const orgs: OrgPlan[] = [];
  const link = (signupAt: number) => {
    const lag = rng.chance(0.85) ? rng.between(1, 30) * MINUTE : rng.between(1, 5) * DAY;
    const linkedAt = Math.max(signupAt, context.accountAt) + lag;
    // An account without a deal may be deleted; such accounts never get an organisation, so no link dangles.
    return context.deletedAt < FAR ? FAR : linkedAt;
  };
  if (context.trials || context.wonAt < FAR) {
    const signupAt = context.trials ? context.leadAt - 5 * MINUTE : context.wonAt + HOUR;
    const paidSeats = Math.round(quantile(PAID_SEATS, context.size));
    const trialSeats = Math.min(paidSeats, rng.between(3, 15));
    const states: OrgPlan["states"][number][] = [];
    if (context.trials) states.push({ at: signupAt, value: { plan: "Trial", seats: trialSeats } });
    const freeAt = signupAt + 30 * DAY;
    if (context.trials && freeAt < context.wonAt) {
      states.push({ at: freeAt, value: { plan: "Free", seats: Math.min(10, trialSeats) } });
    }
    const plan: Plan = context.size > 0.75 ? "Enterprise" : "Business";
    let seats = paidSeats;
    if (context.wonAt < FAR) states.push({ at: Math.max(context.wonAt, signupAt), value: { plan, seats } });
    for (const at of context.expansions) {
      seats += Math.ceil(paidSeats * 0.25);
      if (at < context.churnAt) states.push({ at: at + HOUR, value: { plan, seats } });
    }
    const abandons = context.wonAt === FAR && rng.chance(0.45);
    const mislinkedAt = rng.chance(0.04) ? link(signupAt) : FAR;
    const linkedAt = mislinkedAt < FAR ? mislinkedAt + 3 * HOUR : link(signupAt);
    orgs.push({
      index: context.index * ORGS_PER_COMPANY,
      k: 0,
      signupAt,
      quietAt: abandons ? signupAt + rng.between(3, 60) * DAY : context.churnAt,
      closedAt: context.churnAt,
      linkedAt,
      mislinkedAt,
      states,
      repeat: false,
    });
  }
  const repeats = context.trials && rng.chance(0.2) ? rng.between(1, 3) : 0;
  for (let k = 1; k <= repeats; k++) {
    const signupAt = orgs[k - 1]!.signupAt + rng.between(2, 60) * DAY + rng.below(DAY);
    const seats = rng.between(2, 6);
    orgs.push({
      index: context.index * ORGS_PER_COMPANY + k,
      k,
      signupAt,
      quietAt: signupAt + rng.between(2, 45) * DAY,
      closedAt: FAR,
      linkedAt: link(signupAt),
      mislinkedAt: FAR,
      states: [
        { at: signupAt, value: { plan: "Trial", seats } },
        { at: signupAt + 30 * DAY, value: { plan: "Free", seats } },
      ],
      repeat: true,
    });
  }
  return orgs;
}

interface PeopleContext {
  hash: number;
  domain: string;
  accountAt: number;
}

function planLeads(
  rng: Rng,
  context: PeopleContext & { leadAt: number; orgs: readonly OrgPlan[] },
): LeadPlan[] {
  const leads: LeadPlan[] = [];
  const add = (createdAt: number, personIndex: number, email: string, org: number) => {
    const workedAt = createdAt + rng.between(1, 72) * HOUR;
    const convertedAt =
      createdAt < context.accountAt && leads.length < 2 && personIndex < 2 ? context.accountAt : FAR;
    const status: Step<string>[] = [{ at: createdAt, value: "Open - Not Contacted" }];
    if (workedAt < convertedAt) status.push({ at: workedAt, value: "Working - Contacted" });
    const givenUpAt = workedAt + rng.between(10, 120) * DAY;
    if (convertedAt < FAR) status.push({ at: convertedAt, value: "Closed - Converted" });
    else if (rng.chance(0.8)) status.push({ at: givenUpAt, value: "Closed - Not Converted" });
    leads.push({
      k: leads.length,
      person: personName(context.hash, personIndex),
      personIndex,
      email,
      createdAt,
      status,
      convertedAt,
      deletedAt: convertedAt === FAR && rng.chance(0.02) ? givenUpAt + 30 * DAY : FAR,
      org,
    });
  };
  const mailbox = (p: number) => personName(context.hash, p).mailbox;
  const trial = context.orgs.findIndex((org) => !org.repeat && org.signupAt < context.leadAt);
  add(context.leadAt, 0, `${mailbox(0)}@${context.domain}`, trial);
  if (rng.chance(0.4)) {
    const at = context.leadAt + rng.between(1, 60) * DAY + rng.below(DAY);
    add(at, 1, `${mailbox(1)}@${context.domain}`, -1);
  }
  context.orgs.forEach((org, position) => {
    if (!org.repeat) return;
    const p = rng.chance(0.6) ? 0 : 2;
    const free = `${mailbox(p).replace(".", "")}${context.hash % 1000}@${rng.pick(FREE_MAIL_DOMAINS)}`;
    const plus = `${mailbox(p)}+trial${org.k + 1}@${context.domain}`;
    const upper = `${mailbox(p)}@${context.domain}`.toUpperCase();
    add(org.signupAt + 5 * MINUTE, p, rng.pick([free, plus, plus, upper]), position);
  });
  return leads;
}

function planContacts(rng: Rng, context: PeopleContext & { deletedAt: number }): ContactPlan[] {
  const contacts: ContactPlan[] = [];
  const count = rng.between(2, 4);
  for (let k = 0; k < count; k++) {
    const person = personName(context.hash, k);
    const createdAt = k < 2 ? context.accountAt : context.accountAt + rng.below(60 * DAY);
    const left = rng.chance(0.02) && k > 1 ? createdAt + rng.between(30, 300) * DAY : FAR;
    contacts.push({
      k,
      person,
      email: `${person.mailbox}@${context.domain}`,
      createdAt: Math.min(createdAt, context.deletedAt - DAY),
      deletedAt: Math.min(left, context.deletedAt),
      touchDays: rng.between(10, 60),
      optedOutAt: rng.chance(0.1) ? createdAt + rng.between(5, 400) * DAY : FAR,
    });
  }
  return contacts;
}

/** The step that holds at world time `now`; undefined before the first. */
export function stepAt<T>(steps: readonly Step<T>[], now: number): Step<T> | undefined {
  let held: Step<T> | undefined;
  for (const step of steps) if (step.at <= now) held = step;
  return held;
}
