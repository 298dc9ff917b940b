import { dayEnd } from "../calendar.ts";
import { stepAt } from "../plan/steps.ts";
import type { Company, OpportunityPlan, OpportunityState, Step } from "../plan/types.ts";
import type { FileSource, Row } from "../source.ts";
import type { Universe } from "../world.ts";
import { accountId, auditFields, contactId, currency, latest, opportunityId, ownerId } from "./fields.ts";
import { salesforceId } from "./salesforce-id.ts";

/** Salesforce's default stages: probability in per cent and forecast category. */
const STAGES: Record<string, { probability: number; category: string; categoryName: string }> = {
  Prospecting: { probability: 10, category: "Pipeline", categoryName: "Pipeline" },
  Qualification: { probability: 10, category: "Pipeline", categoryName: "Pipeline" },
  "Needs Analysis": { probability: 20, category: "Pipeline", categoryName: "Pipeline" },
  "Value Proposition": { probability: 50, category: "Pipeline", categoryName: "Pipeline" },
  "Id. Decision Makers": { probability: 60, category: "Pipeline", categoryName: "Pipeline" },
  "Perception Analysis": { probability: 70, category: "BestCase", categoryName: "Best Case" },
  "Proposal/Price Quote": { probability: 75, category: "BestCase", categoryName: "Best Case" },
  "Negotiation/Review": { probability: 90, category: "Forecast", categoryName: "Commit" },
  "Closed Won": { probability: 100, category: "Closed", categoryName: "Closed" },
  "Closed Lost": { probability: 0, category: "Omitted", categoryName: "Omitted" },
};

export const opportunity: FileSource = {
  kind: "files",
  name: "salesforce_opportunity",
  folder: "salesforce/opportunity",
  stem: "opportunity",
  key: "Id",
  timestamps: ["CreatedDate", "LastModifiedDate", "SystemModstamp"],
  strangerKey: (n) => salesforceId("Opportunity", 62 ** 8 + n),
  *rows(universe, day) {
    const now = dayEnd(day);
    for (const company of universe.companiesThrough(day)) {
      for (const plan of company.opportunities) {
        if (plan.createdAt <= now) yield opportunityRow(universe, company, plan, now);
      }
    }
  },
};

/** The state that holds at `now`; undefined when the opportunity does not exist or is deleted. */
export function opportunityState(plan: OpportunityPlan, now: number): Step<OpportunityState> | undefined {
  return plan.deletedAt <= now ? undefined : stepAt(plan.steps, now);
}

function opportunityRow(universe: Universe, company: Company, plan: OpportunityPlan, now: number): Row {
  const { at, value } = stepAt(plan.steps, Math.min(now, plan.deletedAt))!;
  const stage = STAGES[value.stage]!;
  const owner = ownerId(universe, company);
  const closeDate = universe.calendar.date(value.closeAt);
  const quarter = Math.ceil(Number(closeDate.slice(5, 7)) / 3);
  return {
    Id: opportunityId(company, plan.k),
    IsDeleted: plan.deletedAt <= now,
    AccountId: accountId(company),
    ContactId: contactId(company, 0),
    Name: `${company.name} - ${plan.expansion ? `Expansion ${plan.k}` : "New Business"}`,
    StageName: value.stage,
    Amount: currency(value.amountCents),
    Probability: stage.probability,
    ExpectedRevenue: currency(Math.round((value.amountCents * stage.probability) / 100)),
    CloseDate: closeDate,
    Type: plan.expansion ? "Existing Business" : "New Business",
    NextStep: null,
    LeadSource: company.channel,
    IsClosed: value.stage.startsWith("Closed"),
    IsWon: value.stage === "Closed Won",
    ForecastCategory: stage.category,
    ForecastCategoryName: stage.categoryName,
    CampaignId: null,
    HasOpportunityLineItem: false,
    FiscalQuarter: quarter,
    FiscalYear: Number(closeDate.slice(0, 4)),
    Fiscal: `${closeDate.slice(0, 4)} ${quarter}`,
    Partner_Sourced__c: company.partner,
    OwnerId: owner,
    ...auditFields(universe, owner, plan.createdAt, latest(now, at, plan.deletedAt)),
    LastActivityDate: universe.calendar.date(at),
  };
}
