import { dayEnd } from "../calendar.ts";
import { accountId, contactId, leadId, opportunityId } from "../crm/fields.ts";
import { opportunityState } from "../crm/opportunity.ts";
import { decimal } from "../decimal.ts";
import { browserOf, companyTouches, strangerTouches, type Touch } from "../marketing/touches.ts";
import { FREE_MAIL_DOMAINS } from "../names.ts";
import { orgCode } from "../org-code.ts";
import type { Company, LeadPlan } from "../plan/types.ts";
import type { Row } from "../source.ts";
import type { Universe } from "../world.ts";
import { Totals, type TruthPart } from "./part.ts";
import { sortedBy } from "./sales-truth.ts";

const FREE_MAIL = new Set(FREE_MAIL_DOMAINS);
const isFreeMail = (lead: LeadPlan): boolean => FREE_MAIL.has(lead.email.split("@")[1]!.toLowerCase());

/**
 * Who the visitors are, and which touches led to an opportunity. A browser is known by the forms it sent; a person's
 * account follows from a business address (contact, or the domain of the account's web site), else from the
 * organisation that the form signed up, once the CRM has it.
 */
export const identityTruth: TruthPart = {
  needs: ["marketing_touch", "salesforce_lead", "salesforce_opportunity", "salesforce_directory_org__c"],
  tell(universe, lastDay) {
    const now = dayEnd(lastDay);
    const links: Row[] = [];
    const touched: Row[] = [];
    const keywords = new Map<string, { leads: number; opportunities: number; won: number; cents: bigint }>();
    const keyword = (name: string) => {
      let row = keywords.get(name);
      if (!row) {
        row = { leads: 0, opportunities: 0, won: 0, cents: 0n };
        keywords.set(name, row);
      }
      return row;
    };
    const levels = { account: 0, anonymous: 0, lead: 0 };
    for (let day = 1; day <= lastDay; day++) levels.anonymous += strangerTouches(universe, day).length;

    for (const company of universe.companiesThrough(lastDay)) {
      const touches = companyTouches(universe, company).filter((touch) => touch.at <= now);
      const visits = touches.filter((touch) => touch.type === "visit");
      const people = new Map<number, LeadPlan[]>();
      for (const touch of touches) {
        const known = people.get(touch.personIndex) ?? [];
        people.set(touch.personIndex, touch.lead ? [...known, touch.lead] : known);
      }
      const account = company.account;
      const exists = account !== undefined && account.createdAt <= now && account.deletedAt > now;
      const resolved = new Set<number>();
      for (const [person, leads] of people) {
        if (leads.length === 0) {
          levels.anonymous++;
          continue;
        }
        const via = exists ? evidence(company, leads, now) : undefined;
        if (via) resolved.add(person);
        levels[via ? "account" : "lead"]++;
        for (const lead of leads) links.push(linkRow(universe, company, lead, via, now));
        const first = visits.find((touch) => touch.personIndex === person);
        for (const lead of leads) {
          if (first?.keyword && lead.deletedAt > now) keyword(first.keyword).leads++;
        }
      }
      for (const deal of company.opportunities) {
        const state = opportunityState(deal, now);
        if (!state || !exists) continue;
        const before = visits.filter(
          (touch) => resolved.has(touch.personIndex) && touch.at <= deal.createdAt,
        );
        touched.push(touchedRow(universe, opportunityId(company, deal.k), accountId(company), before));
        const word = before[0]?.keyword;
        if (!word) continue;
        const row = keyword(word);
        row.opportunities++;
        if (deal.won && deal.closedAt <= now) {
          row.won++;
          row.cents += BigInt(state.value.amountCents);
        }
      }
    }
    return {
      kpis: {
        visitors_by_identity: Object.entries(levels)
          .filter(([, visitors]) => visitors > 0)
          .map(([level, visitors]) => ({ level, visitors })),
        keyword_funnel: [...keywords]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, { cents, ...row }]) => ({ keyword: name, ...row, revenue: decimal(cents) })),
      },
      tables: {
        identity_links: sortedBy(links, "lead_id"),
        opportunity_touches: sortedBy(touched, "opportunity_id"),
      },
    };
  },
};

/** What ties a person to the company's account; undefined when nothing does yet. */
function evidence(company: Company, leads: readonly LeadPlan[], now: number): "email" | "org" | undefined {
  if (leads.some((lead) => !isFreeMail(lead))) return "email";
  return leads.some((lead) => (company.orgs[lead.org]?.linkedAt ?? Number.POSITIVE_INFINITY) <= now)
    ? "org"
    : undefined;
}

function linkRow(
  universe: Universe,
  company: Company,
  lead: LeadPlan,
  via: string | undefined,
  now: number,
): Row {
  const org = company.orgs[lead.org];
  return {
    anonymous_id: browserOf(universe, company, lead.personIndex),
    lead_id: leadId(company, lead.k),
    contact_id: lead.convertedAt <= now ? contactId(company, lead.personIndex) : null,
    org_id: org ? orgCode(universe.seed, org.index) : null,
    account_id: via ? accountId(company) : null,
    via: via ?? null,
  };
}

function touchedRow(universe: Universe, opportunity: string, account: string, visits: readonly Touch[]): Row {
  const first = visits[0];
  const last = visits.at(-1);
  return {
    opportunity_id: opportunity,
    account_id: account,
    visits: visits.length,
    first_touch_at: first ? universe.calendar.iso(first.at) : null,
    first_channel: first?.channel ?? null,
    first_keyword: first?.keyword ?? null,
    last_touch_at: last ? universe.calendar.iso(last.at) : null,
    last_channel: last?.channel ?? null,
    last_keyword: last?.keyword ?? null,
  };
}

/** How many companies are behind the trial sign-ups of each channel. */
export const signupTruth: TruthPart = {
  needs: ["salesforce_lead", "marketing_touch"],
  tell(universe, lastDay) {
    const now = dayEnd(lastDay);
    const signups = new Totals();
    const companies = new Totals();
    const businessDomains = new Totals();
    const freeMail = new Totals();
    const customers = new Totals();
    const rows: Row[] = [];
    for (const company of universe.companiesThrough(lastDay)) {
      const trials = company.leads.filter((lead) => lead.org >= 0 && lead.createdAt <= now);
      if (trials.length === 0) continue;
      signups.add(company.channel, 0, trials.length);
      companies.add(company.channel);
      freeMail.add(company.channel, 0, trials.filter(isFreeMail).length);
      businessDomains.add(company.channel, 0, trials.every(isFreeMail) ? 0 : 1);
      const wonAt = company.account?.type.find((step) => step.value.startsWith("Customer"))?.at;
      customers.add(company.channel, 0, wonAt !== undefined && wonAt <= now ? 1 : 0);
      for (const lead of trials) {
        rows.push({
          lead_id: leadId(company, lead.k),
          email: lead.email,
          channel: company.channel,
          company_domain: company.domain,
          free_mail: isFreeMail(lead),
          repeat: lead !== trials[0],
        });
      }
    }
    const of = (totals: Totals, key: string) => totals.list().find((row) => row.key === key)?.count ?? 0;
    return {
      kpis: {
        trial_signups_by_channel: signups.list().map(({ key, count }) => ({
          channel: key,
          signups: count,
          free_mail_signups: of(freeMail, key),
          business_domains: of(businessDomains, key),
          companies: of(companies, key),
          customers: of(customers, key),
        })),
      },
      tables: { trial_signups: sortedBy(rows, "lead_id") },
    };
  },
};
