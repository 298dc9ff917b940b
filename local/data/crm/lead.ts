import { dayEnd } from "../calendar.ts";
import { TITLES } from "../names.ts";
import { stepAt } from "../plan/steps.ts";
import type { Company, LeadPlan } from "../plan/types.ts";
import { hashOf, label } from "../random.ts";
import type { FileSource, Row } from "../source.ts";
import type { Universe } from "../world.ts";
import { accountId, auditFields, contactId, latest, leadId, opportunityId, ownerId } from "./fields.ts";
import { salesforceId } from "./salesforce-id.ts";

const DETAILS = label("lead details");

export const lead: FileSource = {
  kind: "files",
  name: "salesforce_lead",
  folder: "salesforce/lead",
  stem: "lead",
  key: "Id",
  timestamps: ["CreatedDate", "LastModifiedDate", "SystemModstamp"],
  strangerKey: (n) => salesforceId("Lead", 62 ** 8 + n),
  *rows(universe, day) {
    const now = dayEnd(day);
    for (const company of universe.companiesThrough(day)) {
      for (const plan of company.leads) {
        if (plan.createdAt <= now) yield leadRow(universe, company, plan, now);
      }
    }
  },
};

function leadRow(universe: Universe, company: Company, plan: LeadPlan, now: number): Row {
  const alive = Math.min(now, plan.deletedAt);
  const status = stepAt(plan.status, alive)!;
  const converted = plan.convertedAt <= alive;
  const firstDeal = company.opportunities[0];
  const owner = ownerId(universe, company);
  const hash = hashOf(universe.seed, DETAILS, company.index, plan.k);
  return {
    Id: leadId(company, plan.k),
    IsDeleted: plan.deletedAt <= now,
    MasterRecordId: null,
    LastName: plan.person.family,
    FirstName: plan.person.given,
    Salutation: null,
    Name: `${plan.person.given} ${plan.person.family}`,
    Title: TITLES[hash % TITLES.length]!,
    Company: company.name,
    City: company.place.city,
    State: company.place.state,
    Country: company.place.country,
    Phone: `+1 555 ${String(hash % 10_000).padStart(4, "0")}`,
    Email: plan.email,
    Website: `https://www.${company.domain}`,
    LeadSource: company.channel,
    Status: status.value,
    Industry: company.industry,
    Rating: (["Hot", "Warm", "Cold"] as const)[(hash >>> 8) % 3]!,
    NumberOfEmployees: company.employees,
    IsConverted: converted,
    ConvertedDate: converted ? universe.calendar.date(plan.convertedAt) : null,
    ConvertedAccountId: converted ? accountId(company) : null,
    ConvertedContactId: converted ? contactId(company, plan.personIndex) : null,
    ConvertedOpportunityId:
      converted && firstDeal?.createdAt === plan.convertedAt ? opportunityId(company, firstDeal.k) : null,
    OwnerId: owner,
    ...auditFields(universe, owner, plan.createdAt, latest(now, status.at, plan.deletedAt)),
  };
}
