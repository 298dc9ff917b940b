import { dayEnd } from "../calendar.ts";
import { stepAt } from "../plan/steps.ts";
import type { Company } from "../plan/types.ts";
import { hashOf, label } from "../random.ts";
import type { FileSource, Row } from "../source.ts";
import type { Universe } from "../world.ts";
import { accountId, auditFields, currency, lastTouch, latest, ownerId } from "./fields.ts";
import { salesforceId } from "./salesforce-id.ts";

const DETAILS = label("account details");

export const account: FileSource = {
  kind: "files",
  name: "salesforce_account",
  folder: "salesforce/account",
  stem: "account",
  key: "Id",
  timestamps: ["CreatedDate", "LastModifiedDate", "SystemModstamp"],
  strangerKey: (n) => salesforceId("Account", 62 ** 8 + n),
  *rows(universe, day) {
    for (const company of universe.companiesThrough(day)) {
      const row = accountRow(universe, company, dayEnd(day));
      if (row) yield row;
    }
  },
};

/** The account type that holds at `now`; undefined when the account does not exist or is deleted. */
export function accountType(company: Company, now: number): string | undefined {
  const plan = company.account;
  if (!plan || plan.createdAt > now || plan.deletedAt <= now) return undefined;
  return stepAt(plan.type, now)?.value;
}

function accountRow(universe: Universe, company: Company, now: number): Row | undefined {
  const plan = company.account;
  if (!plan || plan.createdAt > now) return undefined;
  const alive = Math.min(now, plan.deletedAt);
  const type = stepAt(plan.type, alive)!;
  const touchedAt = lastTouch(plan.createdAt, plan.touchDays, alive);
  const owner = ownerId(universe, company);
  const hash = hashOf(universe.seed, DETAILS, company.index);
  return {
    Id: accountId(company),
    IsDeleted: plan.deletedAt <= now,
    MasterRecordId: null,
    Name: company.name,
    Type: type.value,
    ParentId: null,
    BillingStreet: `${1 + (hash % 300)} Main Street`,
    BillingCity: company.place.city,
    BillingState: company.place.state,
    BillingPostalCode: String(10_000 + ((hash >>> 8) % 80_000)),
    BillingCountry: company.place.country,
    Phone: `+1 555 ${String(hash % 10_000).padStart(4, "0")}`,
    Website: `https://www.${company.domain}`,
    Industry: company.industry,
    AnnualRevenue: currency(company.employees * 9_000_000),
    NumberOfEmployees: company.employees,
    AccountSource: company.channel,
    IsPartner: type.value === "Channel Partner / Reseller",
    OwnerId: owner,
    ...auditFields(universe, owner, plan.createdAt, latest(now, type.at, touchedAt, plan.deletedAt)),
    LastActivityDate: universe.calendar.date(touchedAt),
  };
}
