import { DAY } from "../calendar.ts";
import type { Company } from "../plan/types.ts";
import { hashOf } from "../random.ts";
import type { Row } from "../source.ts";
import type { Universe } from "../world.ts";
import { salesforceId } from "./salesforce-id.ts";

const SALES_USERS = 12;

export const accountId = (company: Company): string => salesforceId("Account", company.index);
export const contactId = (company: Company, k: number): string =>
  salesforceId("Contact", company.index * 16 + k);
export const opportunityId = (company: Company, k: number): string =>
  salesforceId("Opportunity", company.index * 16 + k);
export const leadId = (company: Company, k: number): string => salesforceId("Lead", company.index * 16 + k);

/** The sales user who owns a company's records. */
export const ownerId = (universe: Universe, company: Company): string =>
  salesforceId("User", hashOf(universe.seed, company.index) % SALES_USERS);

/** The latest of the given world times that is not after `now`. */
export function latest(now: number, ...times: number[]): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const at of times) if (at <= now && at > last) last = at;
  return last;
}

/** The last of the routine touches, every `days` from `since`, that is not after `now`. */
export function lastTouch(since: number, days: number, now: number): number {
  return since + Math.floor((now - since) / (days * DAY)) * days * DAY;
}

/** Salesforce's audit fields, which every object carries. */
export function auditFields(universe: Universe, owner: string, createdAt: number, modifiedAt: number): Row {
  const { salesforce } = universe.calendar;
  return {
    CreatedDate: salesforce(createdAt),
    CreatedById: owner,
    LastModifiedDate: salesforce(modifiedAt),
    LastModifiedById: owner,
    SystemModstamp: salesforce(modifiedAt),
  };
}

/** Cents as the JSON number Salesforce sends. */
export const currency = (cents: number): number => cents / 100;
