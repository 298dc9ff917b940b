import { DAY, dayEnd } from "../calendar.ts";
import { orgCode } from "../org-code.ts";
import { stepAt } from "../plan/steps.ts";
import type { Company, OrgPlan } from "../plan/types.ts";
import type { FileSource, Row } from "../source.ts";
import { mislinkTarget, type Universe } from "../world.ts";
import { accountId, auditFields, latest, ownerId } from "./fields.ts";
import { salesforceId } from "./salesforce-id.ts";

/** The custom object that ties the product's organisations to CRM accounts. */
export const directoryOrg: FileSource = {
  kind: "files",
  name: "salesforce_directory_org__c",
  folder: "salesforce/directory_org__c",
  stem: "directory_org__c",
  key: "Id",
  timestamps: ["CreatedDate", "LastModifiedDate", "SystemModstamp"],
  strangerKey: (n) => salesforceId("Directory_Org__c", 62 ** 8 + n),
  *rows(universe, day) {
    const now = dayEnd(day);
    for (const company of universe.companiesThrough(day)) {
      for (const org of company.orgs) {
        const wrong = org.mislinkedAt <= now ? mislinkTarget(universe, company, org) : undefined;
        if (wrong) {
          const deletedAt = org.linkedAt;
          const serial = org.index * 2 + 1;
          yield orgRow(universe, wrong, org, { serial, createdAt: org.mislinkedAt, deletedAt }, now);
        }
        if (org.linkedAt <= now) {
          const serial = org.index * 2;
          const record = { serial, createdAt: org.linkedAt, deletedAt: Number.POSITIVE_INFINITY };
          yield orgRow(universe, company, org, record, now);
        }
      }
    }
  },
};

interface LinkRecord {
  readonly serial: number;
  readonly createdAt: number;
  readonly deletedAt: number;
}

function orgRow(universe: Universe, company: Company, org: OrgPlan, record: LinkRecord, now: number): Row {
  const alive = Math.min(now, record.deletedAt);
  const state = stepAt(org.states, alive)!;
  const owner = ownerId(universe, company);
  const { calendar } = universe;
  const closed = org.closedAt <= alive;
  const modifiedAt = latest(
    now,
    record.createdAt,
    latest(alive, state.at, org.closedAt, org.quietAt),
    record.deletedAt,
  );
  return {
    Id: salesforceId("Directory_Org__c", record.serial),
    IsDeleted: record.deletedAt <= now,
    Name: `ORG-${String(org.index).padStart(7, "0")}`,
    Account__c: accountId(company),
    Org_Id__c: orgCode(universe.seed, org.index),
    Plan__c: state.value.plan,
    Seats__c: state.value.seats,
    Status__c: closed ? "Closed" : org.quietAt <= alive ? "Inactive" : "Active",
    Created_At__c: calendar.salesforce(org.signupAt),
    Trial_Ends_On__c: calendar.date(org.signupAt + 30 * DAY),
    OwnerId: owner,
    ...auditFields(universe, owner, record.createdAt, modifiedAt),
  };
}
