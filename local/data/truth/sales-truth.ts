import { DAY, dayEnd } from "../calendar.ts";
import { accountId, leadId } from "../crm/fields.ts";
import { opportunityState } from "../crm/opportunity.ts";
import { decimal } from "../decimal.ts";
import type { OpportunityPlan } from "../plan/types.ts";
import type { Row } from "../source.ts";
import type { Universe } from "../world.ts";
import { Totals, type TruthPart } from "./part.ts";

const HORIZON = 90 * DAY;

/** Sales cycles, expansion and churn as of the last day; and the 90 days after it, which no source tells yet. */
export const salesTruth: TruthPart = {
  needs: ["salesforce_account", "salesforce_opportunity", "salesforce_lead"],
  tell(universe, lastDay) {
    const now = dayEnd(lastDay);
    const all: number[] = [];
    const direct: number[] = [];
    const expansions = new Totals();
    const churned = new Totals();
    const accounts: Row[] = [];
    const leads: Row[] = [];
    for (const company of universe.companiesThrough(lastDay)) {
      for (const deal of company.opportunities) {
        const state = opportunityState(deal, now);
        if (!state || !deal.won || deal.closedAt > now) continue;
        if (deal.expansion) {
          expansions.add(universe.calendar.month(deal.closedAt), state.value.amountCents);
          continue;
        }
        const days = cycleDays(universe, deal);
        all.push(days);
        if (!company.partner) direct.push(days);
      }
      const account = company.account;
      if (account && account.createdAt <= now && account.deletedAt > now) {
        const leavesAt =
          account.type.find((step) => step.value === "Former Customer")?.at ?? Number.POSITIVE_INFINITY;
        const wonAt =
          account.type.find((step) => step.value.startsWith("Customer"))?.at ?? Number.POSITIVE_INFINITY;
        if (leavesAt <= now) churned.add(universe.calendar.month(leavesAt));
        accounts.push({
          account_id: accountId(company),
          customer: wonAt <= now && leavesAt > now,
          churns_within_90_days: wonAt <= now && leavesAt > now && leavesAt <= now + HORIZON,
          expands_within_90_days: company.opportunities.some(
            (deal) => deal.expansion && deal.won && deal.closedAt > now && deal.closedAt <= now + HORIZON,
          ),
        });
      }
      for (const lead of company.leads) {
        if (lead.createdAt > now || lead.deletedAt <= now || lead.convertedAt <= now) continue;
        leads.push({
          lead_id: leadId(company, lead.k),
          converts_within_90_days: lead.convertedAt <= now + HORIZON,
        });
      }
    }
    return {
      kpis: {
        sales_cycle: [
          { metric: "mean_days", population: "all", opportunities: all.length, days: mean(all) },
          { metric: "median_days", population: "all", opportunities: all.length, days: median(all) },
          {
            metric: "median_days",
            population: "without_partners",
            opportunities: direct.length,
            days: median(direct),
          },
        ],
        expansion_by_month: expansions
          .list()
          .map(({ key, count, cents }) => ({ month: key, opportunities: count, amount: decimal(cents) })),
        churned_by_month: churned.list().map(({ key, count }) => ({ month: key, accounts: count })),
      },
      tables: {
        account_outcomes: sortedBy(accounts, "account_id"),
        lead_outcomes: sortedBy(leads, "lead_id"),
      },
    };
  },
};

/** Calendar days from the date of creation to the close date. */
function cycleDays(universe: Universe, deal: OpportunityPlan): number {
  const date = (at: number) => Date.parse(universe.calendar.date(at));
  return (date(deal.closedAt) - date(deal.createdAt)) / DAY;
}

/** Two places, rounded half up; null of nothing. */
function mean(values: readonly number[]): string | null {
  if (values.length === 0) return null;
  const sum = values.reduce((a, b) => a + b, 0);
  return decimal(BigInt(Math.floor((sum * 200 + values.length) / (2 * values.length))));
}

/** The middle, or the mean of the two in the middle; null of nothing. */
function median(values: readonly number[]): string | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const twice = sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!;
  return decimal(BigInt(twice * 50));
}

export const sortedBy = (rows: Row[], field: string): Row[] =>
  rows.sort((a, b) => (String(a[field]) < String(b[field]) ? -1 : 1));
