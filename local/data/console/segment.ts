import type { Calendar } from "../calendar.ts";
import type { Json } from "../source.ts";

/** A message of the Segment specification, before it is dated and written. */
export interface SegmentMessage {
  readonly messageId: string;
  readonly type: "identify" | "group" | "page" | "track";
  readonly at: number;
  readonly anonymousId: string;
  readonly userId: string | null;
  /** The event of a track, the name of a page. */
  readonly name?: string;
  /** Properties of a track or page, traits of an identify or group. */
  readonly details: { readonly [field: string]: Json };
  readonly groupId?: string;
}

/** What the messages of one visit have in common. */
export interface VisitContext {
  readonly app: "website" | "console";
  readonly ip: string;
  readonly userAgent: string;
  /** The organisation whose console it is. */
  readonly groupId: string | null;
  readonly campaign: {
    readonly source: string;
    readonly medium: string;
    readonly name: string | null;
    readonly term: string | null;
  } | null;
  /** How far the browser's clock is ahead, in milliseconds. */
  readonly skew: number;
  /** World time at which messages kept back while offline were sent; undefined when they were sent at once. */
  readonly sentLateAt: number | undefined;
}

/** `timestamp` is the true time: Segment takes the clock's skew out of originalTimestamp. */
export function writeSegment(calendar: Calendar, message: SegmentMessage, context: VisitContext): string {
  const sentAt = Math.max(message.at + 120, context.sentLateAt ?? 0);
  const { type, name, details } = message;
  return JSON.stringify({
    messageId: message.messageId,
    type,
    anonymousId: message.anonymousId,
    userId: message.userId,
    ...(type === "track" ? { event: name, properties: details } : {}),
    ...(type === "page" ? { name, properties: details } : {}),
    ...(type === "identify" ? { traits: details } : {}),
    ...(type === "group" ? { groupId: message.groupId, traits: details } : {}),
    context: {
      app: { name: context.app },
      library: { name: "analytics.js", version: "2.11.0" },
      ip: context.ip,
      userAgent: context.userAgent,
      ...(context.groupId ? { groupId: context.groupId } : {}),
      ...(context.campaign ? { campaign: context.campaign } : {}),
    },
    originalTimestamp: calendar.iso(message.at + context.skew),
    sentAt: calendar.iso(sentAt + context.skew),
    timestamp: calendar.iso(message.at),
    receivedAt: calendar.iso(sentAt + 80),
    version: 2,
  });
}
