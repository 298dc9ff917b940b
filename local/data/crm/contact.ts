import { dayEnd } from "../calendar.ts";
import { TITLES } from "../names.ts";
import type { Company, ContactPlan } from "../plan/types.ts";
import { hashOf, label } from "../random.ts";
import type { FileSource, Row } from "../source.ts";
import type { Universe } from "../world.ts";
import { accountId, auditFields, contactId, lastTouch, latest, ownerId } from "./fields.ts";
import { salesforceId } from "./salesforce-id.ts";

const DETAILS = label("contact details");

export const contact: FileSource = {
  kind: "files",
  name: "salesforce_contact",
  folder: "salesforce/contact",
  stem: "contact",
  key: "Id",
  timestamps: ["CreatedDate", "LastModifiedDate", "SystemModstamp"],
  strangerKey: (n) => salesforceId("Contact", 62 ** 8 + n),
  *rows(universe, day) {
    const now = dayEnd(day);
    for (const company of universe.companiesThrough(day)) {
      for (const plan of company.contacts) {
        if (plan.createdAt <= now) yield contactRow(universe, company, plan, now);
      }
    }
  },
};

function contactRow(universe: Universe, company: Company, plan: ContactPlan, now: number): Row {
  const alive = Math.min(now, plan.deletedAt);
  const touchedAt = lastTouch(plan.createdAt, plan.touchDays, alive);
  const owner = ownerId(universe, company);
  const hash = hashOf(universe.seed, DETAILS, company.index, plan.k);
  return {
    Id: contactId(company, plan.k),
    IsDeleted: plan.deletedAt <= now,
    MasterRecordId: null,
    AccountId: accountId(company),
    LastName: plan.person.family,
    FirstName: plan.person.given,
    Salutation: null,
    Name: `${plan.person.given} ${plan.person.family}`,
    MailingCity: company.place.city,
    MailingState: company.place.state,
    MailingCountry: company.place.country,
    Phone: `+1 555 ${String(hash % 10_000).padStart(4, "0")}`,
    Email: plan.email,
    Title: TITLES[hash % TITLES.length]!,
    Department: "IT",
    LeadSource: company.channel,
    HasOptedOutOfEmail: plan.optedOutAt <= alive,
    OwnerId: owner,
    ...auditFields(
      universe,
      owner,
      plan.createdAt,
      latest(now, touchedAt, latest(alive, plan.optedOutAt), plan.deletedAt),
    ),
    LastActivityDate: universe.calendar.date(touchedAt),
  };
}
