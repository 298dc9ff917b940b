import type { TopicSource } from "./source.ts";

/** What happens in browsers, on the web site and in the console, as messages of the Segment specification. */
export const console: TopicSource = {
  kind: "topic",
  key: "console",
  description: "Messages of the Segment specification: identify, group, page, track.",
  owner: "product",
  freshness: "1 hour",
  topic: "console.events",
  table: "messages",
  deadLetters: "dead_letters",
  producer: "product-service",
  label: "console_events",
  contract: {
    key: "messageId",
    time: "timestamp",
    watchOneIn: 100,
    personal: ["userId", "traits"],
    fields: {
      messageId: "text!",
      type: "text!",
      anonymousId: "text",
      userId: "text",
      groupId: "text",
      event: "text",
      name: "text",
      properties: "object",
      traits: "object",
      context: "object",
      originalTimestamp: "text",
      sentAt: "text",
      timestamp: "text!",
      receivedAt: "text",
      version: "number",
    },
  },
};
