import { DAY, HOUR, MINUTE } from "../calendar.ts";
import { leadId } from "../crm/fields.ts";
import type { Company, LeadPlan } from "../plan/types.ts";
import { label, Rng } from "../random.ts";
import type { FileSource } from "../source.ts";
import { uuidOf } from "../uuid.ts";
import { isIn, windowOf } from "../window.ts";
import type { Universe } from "../world.ts";

export interface EmailActivity {
  readonly id: string;
  readonly type: "sent" | "delivered" | "bounced" | "opened" | "clicked" | "unsubscribed";
  readonly at: number;
  readonly mail: number;
}

const ACTIVITY = label("email activity");
const BACKFILL_DAYS = 30;
const MAILS = 8;
const SUBJECTS = [
  "Welcome",
  "Your first directory",
  "Adding devices",
  "Single sign-on",
  "MFA",
  "Policies",
  "Reports",
  "Ask us",
];

/** The nurture mails of a lead and what came of them. Leads that will convert open and click more. */
export function emailActivities(universe: Universe, company: Company, lead: LeadPlan): EmailActivity[] {
  const rng = new Rng(universe.seed, ACTIVITY, company.index, lead.k);
  const activities: EmailActivity[] = [];
  const keen = lead.convertedAt < Number.POSITIVE_INFINITY;
  for (let mail = 0; mail < MAILS; mail++) {
    const sentAt = lead.createdAt + (1 + 7 * mail) * DAY + rng.below(2 * HOUR);
    const add = (type: EmailActivity["type"], at: number) =>
      activities.push({
        id: uuidOf(universe.seed, ACTIVITY, company.index, lead.k, activities.length),
        type,
        at,
        mail,
      });
    if (sentAt > lead.deletedAt) break;
    add("sent", sentAt);
    if (rng.chance(0.02)) {
      add("bounced", sentAt + MINUTE);
      break;
    }
    add("delivered", sentAt + MINUTE);
    if (!rng.chance(keen ? 0.6 : 0.3)) continue;
    const openedAt = sentAt + Math.floor(rng.quantile([0.1, 0.5, 2, 6, 20, 40]) * HOUR);
    add("opened", openedAt);
    if (rng.chance(keen ? 0.35 : 0.12)) add("clicked", openedAt + MINUTE);
    if (rng.chance(0.02)) {
      add("unsubscribed", openedAt + 2 * MINUTE);
      break;
    }
  }
  return activities;
}

/** What leads did with the mails of the marketing automation; day 1 brings the month before. */
export const marketingEmail: FileSource = {
  kind: "files",
  name: "marketing_email_activity",
  folder: "marketing/email_activity",
  stem: "email_activity",
  key: "activity_id",
  timestamps: ["occurred_at"],
  strangerKey: (n) => uuidOf(n, 2),
  *rows(universe, day) {
    const window = windowOf(day, BACKFILL_DAYS);
    for (const company of universe.companiesThrough(day)) {
      for (const lead of company.leads) {
        for (const activity of emailActivities(universe, company, lead)) {
          if (!isIn(window, activity.at)) continue;
          yield {
            activity_id: activity.id,
            occurred_at: universe.calendar.iso(activity.at),
            type: activity.type,
            email: lead.email,
            crm_lead_id: leadId(company, lead.k),
            campaign: "nurture-first-steps",
            asset: { number: activity.mail + 1, subject: SUBJECTS[activity.mail]! },
            link: activity.type === "clicked" ? "https://www.example.com/docs" : null,
          };
        }
      }
    }
  },
};
