/** Alerts, and the ways out of the account that they take. */
import type { ObjectName } from "../names.ts";
import type { Schedule } from "../units.ts";

/** A native alert: when its condition has rows, its action tells people. */
export interface Alert extends ObjectName {
  key: string;
  file: string;
  description: string;
  /** Department that is told, where the findings name none. */
  owner: string;
  severity: "notice" | "warning" | "critical";
  /** Seconds within which the same key is told once. */
  again: number;
  /** Whom it may tell. */
  channels: AlertChannel[];
  warehouse: string;
  warehouseKey: string;
  schedule: Schedule;
  condition: string;
  action: string;
  started: boolean;
  /** Tables that it reads, as models write them. */
  reads: string[];
  comment: string;
}

/** A way to a department: recipients of mail, separated by commas, or the name of a webhook's integration. */
export interface AlertChannel {
  owner: string;
  kind: "mail" | "webhook";
  address: string;
}

/** The account's door to the outside; roles need USAGE on it. */
export type NotificationIntegration = { key: string; name: string; comment: string } & (
  | { kind: "mail"; recipients: string[] }
  /** `secret` is the object that holds what must not be read, `secretVariable` where its value comes from. */
  | { kind: "webhook"; url: string; bodyTemplate: string; secret?: ObjectName; secretVariable?: string }
  | { kind: "queue"; topicArn: string; roleArn: string }
);
