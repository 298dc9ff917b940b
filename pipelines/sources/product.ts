import type { TopicSource } from "./source.ts";

/** Server-side product logs: one record for each thing that an organisation's users, agents and devices did. */
export const product: TopicSource = {
  kind: "topic",
  key: "product",
  description: "Events of the product, at least once, up to 48 hours late.",
  owner: "product",
  freshness: "15 minutes",
  topic: "product.events",
  table: "events",
  deadLetters: "dead_letters",
  producer: "product-service",
  contract: {
    key: "event_id",
    time: "occurred_at",
    watchOneIn: 1000,
    personal: ["user_id"],
    fields: {
      event_id: "text!",
      org_id: "text!",
      user_id: "text",
      event_type: "text!",
      occurred_at: "text!",
      received_at: "text!",
      properties: "object",
    },
  },
};
