import { dayEnd } from "../calendar.ts";
import { accountType } from "../crm/account.ts";
import { opportunityState } from "../crm/opportunity.ts";
import { decimal } from "../decimal.ts";
import { Totals, type TruthPart } from "./part.ts";

/** What the CRM says as of the end of the last day, read from the companies' plans. */
export const crmTruth: TruthPart = {
  needs: ["salesforce_account", "salesforce_opportunity"],
  tell(universe, lastDay) {
    const now = dayEnd(lastDay);
    const types = new Totals();
    const stages = new Totals();
    const months = new Totals();
    for (const company of universe.companiesThrough(lastDay)) {
      const type = accountType(company, now);
      if (type !== undefined) types.add(type);
      for (const plan of company.opportunities) {
        const state = opportunityState(plan, now);
        if (!state) continue;
        const { stage, amountCents, closeAt } = state.value;
        if (plan.closedAt > now) stages.add(stage, amountCents);
        else if (plan.won) months.add(universe.calendar.month(closeAt), amountCents);
      }
    }
    return {
      kpis: {
        accounts_by_type: types.list().map(({ key, count }) => ({ type: key, accounts: count })),
        open_pipeline_by_stage: stages
          .list()
          .map(({ key, count, cents }) => ({ stage: key, opportunities: count, amount: decimal(cents) })),
        won_by_month: months
          .list()
          .map(({ key, count, cents }) => ({ month: key, opportunities: count, amount: decimal(cents) })),
      },
    };
  },
};
