import { hashOf, label, mix32 } from "../random.ts";

/** How an event arrives: on the day it occurs, the day after, or two days after (never later than 48 hours). */
export type Arrival = 0 | 1 | 2;

/** Selects one series of events: those of an organisation that occur on a day and arrive in one way. */
export interface DrawKey {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const { imul, floor } = Math;

const EVENT = label("product event");
const INDEX_STEP = 0x9e3779b1;

export function drawKey(seed: number, orgIndex: number, day: number, arrival: Arrival): DrawKey {
  const a = hashOf(seed, EVENT, orgIndex, day, arrival);
  const b = hashOf(a, seed, orgIndex);
  return { a, b, c: hashOf(b, a, day) };
}

/** The first word of the i-th event's UUID; different for every i of a series. */
export const word0 = (key: DrawKey, i: number): number => mix32((key.a + imul(i, INDEX_STEP)) | 0);

/** The word that decides what the event is; `first` is its word0. */
export const traits = (key: DrawKey, first: number): number => mix32((first ^ key.b) + key.c);

/** Which of `users` an event belongs to: a few users are far more active than the rest. */
export function userOf(trait: number, users: number): number {
  const u = (trait >>> 0) / 0x100000000;
  return floor(u * u * users);
}

export const EVENT_TYPES = [
  "login",
  "sso",
  "directory_sync",
  "agent_checkin",
  "policy_applied",
  "mfa_challenge",
  "admin_action",
  "error",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const WEIGHTS: Record<EventType, number> = {
  login: 40,
  sso: 52,
  directory_sync: 26,
  agent_checkin: 70,
  policy_applied: 24,
  mfa_challenge: 26,
  admin_action: 10,
  error: 8,
};
const TYPE_OF_BYTE = Uint8Array.from(
  EVENT_TYPES.flatMap((type, index) => new Array<number>(WEIGHTS[type]).fill(index)),
);

/** The index in EVENT_TYPES of an event. */
export const typeOf = (trait: number): number => TYPE_OF_BYTE[imul(trait, 0x85ebca6b) >>> 24]!;
