import type { TopicSource } from "./source.ts";

/** Server-side product logs: one record for each thing that an organisation's users, agents and devices did. */
export const product: TopicSource = {
  kind: "topic",
  key: "product",
  description: "Events of the product, at least once, up to 48 hours late.",
  topic: "product.events",
  table: "events",
  deadLetters: "dead_letters",
  producer: "product-service",
};
