import type { FileSource } from "./source.ts";

/** The help desk. */
export const support: FileSource = {
  kind: "files",
  key: "support",
  description: "Daily increments of the help desk.",
  owner: "customer_success",
  freshness: "26 hours",
  flow: { connector: "Zendesk", schedule: "rate(24hours)", pull: "Incremental" },
  objects: [
    {
      name: "ticket",
      description: "Tickets, in each state that they came into.",
      upstream: "tickets",
      contract: {
        key: "ticket_id",
        time: "updated_at",
        // People write their names and more into subjects and comments.
        personal: ["requester", "subject", "comments"],
        fields: {
          ticket_id: "text!",
          subject: "text",
          status: "text!",
          priority: "text",
          channel: "text",
          requester: "object",
          org_id: "text",
          tags: "array",
          comments: "array",
          satisfaction: "object",
          created_at: "text!",
          updated_at: "text!",
          solved_at: "text",
        },
      },
    },
  ],
};
