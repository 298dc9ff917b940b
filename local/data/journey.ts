import { DAY, HOUR } from "./calendar.ts";
import { companyName, INDUSTRIES, PLACES } from "./names.ts";
import { HISTORY_DAYS, NEVER, PAID_SEATS } from "./plan/constants.ts";
import { planDeals } from "./plan/deals.ts";
import { planOrgs } from "./plan/orgs.ts";
import { planContacts, planLeads } from "./plan/people.ts";
import { CHANNELS, type Company, type Step } from "./plan/types.ts";
import { hashOf, label, quantile, Rng, spread, unit } from "./random.ts";

const PARTNER_SHARE = 0.27;

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
    : NEVER;
  const deletedAt = becomesAccount && fate > 0.485 ? accountAt + journey.between(60, 500) * DAY : NEVER;

  const opportunities = becomesAccount
    ? planDeals(new Rng(seed, DEALS, index), { index, accountAt, deletedAt, partner, size, fate })
    : [];
  const wonAt = opportunities.find((deal) => deal.won && !deal.expansion)?.closedAt ?? NEVER;
  const churnAt = journey.chance(0.22) ? wonAt + (180 + journey.below(400)) * DAY : NEVER;
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
  if (wonAt < NEVER) steps.push({ at: wonAt, value: partner ? "Customer - Channel" : "Customer - Direct" });
  if (churnAt < NEVER) steps.push({ at: churnAt, value: "Former Customer" });
  return steps;
}
