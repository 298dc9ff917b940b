import { DAY, dayEnd } from "../calendar.ts";
import { companyTouches } from "../marketing/touches.ts";
import type { Company, LeadPlan } from "../plan/types.ts";
import { hashOf, label } from "../random.ts";
import type { FileSource } from "../source.ts";
import type { Universe } from "../world.ts";
import { campaignId } from "./campaign.ts";
import { auditFields, contactId, latest, leadId, ownerId } from "./fields.ts";
import { salesforceId } from "./salesforce-id.ts";

export interface MemberPlan {
  readonly k: number;
  readonly campaign: string;
  readonly createdAt: number;
  /** Infinity when the person never answered. */
  readonly respondedAt: number;
}

const MEMBER = label("campaign member");
const NURTURE = "nurture-first-steps";

/** The campaigns a lead belongs to: the one that brought it, and the nurture mails. */
export function memberships(universe: Universe, company: Company, lead: LeadPlan): MemberPlan[] {
  const brought = companyTouches(universe, company).find(
    (touch) => touch.type === "visit" && touch.personIndex === lead.personIndex && touch.at <= lead.createdAt,
  )?.campaign;
  const hash = hashOf(universe.seed, MEMBER, company.index, lead.k);
  const members: MemberPlan[] = [];
  if (brought) {
    members.push({ k: 0, campaign: brought, createdAt: lead.createdAt, respondedAt: lead.createdAt });
  }
  const nurturedAt = lead.createdAt + DAY;
  if (nurturedAt < lead.deletedAt) {
    const answersAt = hash % 10 < 3 ? nurturedAt + (1 + (hash % 20)) * DAY : Number.POSITIVE_INFINITY;
    members.push({ k: 1, campaign: NURTURE, createdAt: nurturedAt, respondedAt: answersAt });
  }
  return members;
}

export const campaignMember: FileSource = {
  kind: "files",
  name: "salesforce_campaignmember",
  folder: "salesforce/campaignmember",
  stem: "campaignmember",
  key: "Id",
  timestamps: ["CreatedDate", "LastModifiedDate", "SystemModstamp"],
  strangerKey: (n) => salesforceId("CampaignMember", 62 ** 8 + n),
  *rows(universe, day) {
    const now = dayEnd(day);
    for (const company of universe.companiesThrough(day)) {
      const owner = ownerId(universe, company);
      for (const lead of company.leads) {
        if (lead.createdAt > now) continue;
        for (const member of memberships(universe, company, lead)) {
          if (member.createdAt > now) continue;
          const responded = member.respondedAt <= now;
          yield {
            Id: salesforceId("CampaignMember", (company.index * 16 + lead.k) * 2 + member.k),
            IsDeleted: false,
            CampaignId: campaignId(member.campaign),
            LeadId: leadId(company, lead.k),
            ContactId: lead.convertedAt <= now ? contactId(company, lead.personIndex) : null,
            Status: responded ? "Responded" : "Sent",
            HasResponded: responded,
            FirstRespondedDate: responded ? universe.calendar.date(member.respondedAt) : null,
            ...auditFields(
              universe,
              owner,
              member.createdAt,
              latest(now, member.createdAt, member.respondedAt, lead.convertedAt),
            ),
          };
        }
      }
    }
  },
};
