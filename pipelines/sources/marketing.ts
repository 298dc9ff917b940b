import type { FileSource } from "./source.ts";

/** Marketing automation: visits and forms with where they came from, and what became of each e-mail. */
export const marketing: FileSource = {
  kind: "files",
  key: "marketing",
  description: "Daily increments of marketing automation.",
  owner: "marketing",
  freshness: "26 hours",
  flow: { connector: "Marketo", schedule: "rate(24hours)", pull: "Incremental" },
  objects: [
    {
      name: "touch",
      description: "Visits and forms of the web site, by browser, with UTM fields.",
      upstream: "activities",
      contract: {
        key: "touch_id",
        time: "touched_at",
        personal: ["email"],
        fields: {
          touch_id: "text!",
          touched_at: "text!",
          type: "text!",
          anonymous_id: "text!",
          email: "text",
          org_id: "text",
          utm_source: "text",
          utm_medium: "text",
          utm_campaign: "text",
          utm_term: "text",
          landing_page: "text",
        },
      },
    },
    {
      name: "email_activity",
      description: "Sent, delivered, bounced, opened, clicked, unsubscribed.",
      upstream: "activities",
      contract: {
        key: "activity_id",
        time: "occurred_at",
        personal: ["email"],
        fields: {
          activity_id: "text!",
          occurred_at: "text!",
          type: "text!",
          email: "text",
          crm_lead_id: "text",
          campaign: "text",
          asset: "object",
          link: "text",
        },
      },
    },
  ],
};
