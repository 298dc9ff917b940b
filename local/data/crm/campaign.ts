import { DAY, dayEnd } from "../calendar.ts";
import { CAMPAIGNS } from "../marketing/catalogue.ts";
import { HISTORY_DAYS } from "../plan/constants.ts";
import { hashOf } from "../random.ts";
import type { FileSource } from "../source.ts";
import { auditFields, currency } from "./fields.ts";
import { salesforceId } from "./salesforce-id.ts";

export const campaignId = (utm: string): string =>
  salesforceId("Campaign", 1 + CAMPAIGNS.findIndex((campaign) => campaign.utm === utm));

/** Campaigns, with the name that visits carry in utm_campaign. */
export const campaign: FileSource = {
  kind: "files",
  name: "salesforce_campaign",
  folder: "salesforce/campaign",
  stem: "campaign",
  key: "Id",
  timestamps: ["CreatedDate", "LastModifiedDate", "SystemModstamp"],
  strangerKey: (n) => salesforceId("Campaign", 62 ** 8 + n),
  *rows(universe, day) {
    const owner = salesforceId("User", 40);
    for (const [index, plan] of CAMPAIGNS.entries()) {
      const createdAt = -(HISTORY_DAYS - 9 * index) * DAY;
      const week = Math.floor((dayEnd(day) - createdAt) / (7 * DAY));
      const spent = Math.min(plan.budgetCents, week * (1 + (hashOf(index) % 5)) * 10_000);
      yield {
        Id: campaignId(plan.utm),
        IsDeleted: false,
        Name: plan.name,
        Type: plan.type,
        Status: "In Progress",
        StartDate: universe.calendar.date(createdAt),
        EndDate: null,
        IsActive: true,
        BudgetedCost: currency(plan.budgetCents),
        ActualCost: currency(spent),
        Utm_Campaign__c: plan.utm,
        OwnerId: owner,
        ...auditFields(universe, owner, createdAt, createdAt + week * 7 * DAY),
      };
    }
  },
};
