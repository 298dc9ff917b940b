import { DAY, HOUR, MINUTE } from "../calendar.ts";
import { FREE_MAIL_DOMAINS, personName } from "../names.ts";
import type { Rng } from "../random.ts";
import { NEVER } from "./constants.ts";
import type { ContactPlan, LeadPlan, OrgPlan, Step } from "./types.ts";

interface PeopleContext {
  hash: number;
  domain: string;
  accountAt: number;
}

/** A company's leads: who asked first, a colleague, and every sign-up that was made again. */
export function planLeads(
  rng: Rng,
  context: PeopleContext & { leadAt: number; orgs: readonly OrgPlan[] },
): LeadPlan[] {
  const leads: LeadPlan[] = [];
  const add = (createdAt: number, personIndex: number, email: string, org: number) => {
    const workedAt = createdAt + rng.between(1, 72) * HOUR;
    const convertedAt =
      createdAt < context.accountAt && leads.length < 2 && personIndex < 2 ? context.accountAt : NEVER;
    const status: Step<string>[] = [{ at: createdAt, value: "Open - Not Contacted" }];
    if (workedAt < convertedAt) status.push({ at: workedAt, value: "Working - Contacted" });
    const givenUpAt = workedAt + rng.between(10, 120) * DAY;
    if (convertedAt < NEVER) status.push({ at: convertedAt, value: "Closed - Converted" });
    else if (rng.chance(0.8)) status.push({ at: givenUpAt, value: "Closed - Not Converted" });
    leads.push({
      k: leads.length,
      person: personName(context.hash, personIndex),
      personIndex,
      email,
      createdAt,
      status,
      convertedAt,
      deletedAt: convertedAt === NEVER && rng.chance(0.02) ? givenUpAt + 30 * DAY : NEVER,
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
    const sub = `${mailbox(p)}@eu.${context.domain}`;
    const upper = `${mailbox(p)}@${context.domain}`.toUpperCase();
    add(org.signupAt + 5 * MINUTE, p, rng.pick([free, plus, plus, upper, sub]), position);
  });
  return leads;
}

/** An account's contacts; the first two are its converted leads. */
export function planContacts(rng: Rng, context: PeopleContext & { deletedAt: number }): ContactPlan[] {
  const contacts: ContactPlan[] = [];
  const count = rng.between(2, 4);
  for (let k = 0; k < count; k++) {
    const person = personName(context.hash, k);
    const createdAt = k < 2 ? context.accountAt : context.accountAt + rng.below(60 * DAY);
    const left = rng.chance(0.02) && k > 1 ? createdAt + rng.between(30, 300) * DAY : NEVER;
    contacts.push({
      k,
      person,
      email: `${person.mailbox}@${context.domain}`,
      createdAt: Math.min(createdAt, context.deletedAt - DAY),
      deletedAt: Math.min(left, context.deletedAt),
      touchDays: rng.between(10, 60),
      optedOutAt: rng.chance(0.1) ? createdAt + rng.between(5, 400) * DAY : NEVER,
    });
  }
  return contacts;
}
