/**
 * `firn:clone` of a stack's file: a developer's own copy of another stack, on the same account. It says whose copy it is and
 * since when; everything else follows from the other stack's file, so that the two cannot drift apart.
 */
import { z } from "zod";
import { type StackConfig, WAREHOUSE_SIZES } from "./schema.ts";

/** Stacks that are clones have names of this form, and their prefix follows from it. */
const CLONE_STACK = /^dev-[a-z][a-z0-9]*$/;
export const CLONE_STACK_FORM = "dev- and a name of lower-case letters and digits, such as dev-ann";

export const isCloneName = (stack: string): boolean => CLONE_STACK.test(stack);

export const cloneFile = z.strictObject({
  clone: z.strictObject({
    /** The stack whose tables it has. */
    of: z.string().min(1),
    /** As of when it has them (ISO 8601, UTC); within that stack's Time Travel when the copies are made. */
    at: z.iso.datetime(),
    /** Of all its warehouses. */
    size: z.enum(WAREHOUSE_SIZES).default("XSMALL"),
    /** What all its warehouses together may use in a month. */
    credits: z.number().int().min(1).default(10),
    /** Whether its tasks run by themselves. Nothing new arrives in a copy, so they find work only after a change. */
    started: z.boolean().default(false),
  }),
});
export type CloneSettings = z.output<typeof cloneFile>["clone"];

/** What a stack that is a clone knows about the other one. */
export interface CloneOf extends CloneSettings {
  /** The other stack's prefix. */
  prefix: string;
}

/** Key of the one monitor that stops a clone's warehouses. */
const MONITOR = "clone";

/**
 * The settings of a clone: the same sources, models and schedules, on small warehouses with one budget; nothing that comes
 * in or goes out (no bucket, no topics, no connectors, no flows, no alerts, no service users).
 */
export function cloneConfig(stack: string, settings: CloneSettings, base: StackConfig): StackConfig {
  const { alerts: _alerts, flows: _flows, activation: _activation, accountMonitor: _monitor, ...kept } = base;
  const { connect: _connect, ...kafka } = base.kafka;
  const { errorIntegration: _integration, ...tasks } = base.tasks;
  return {
    ...kept,
    clone: { ...settings, prefix: base.prefix },
    prefix: stack.replaceAll("-", "").toUpperCase(),
    protect: false,
    timeTravelDays: Math.min(base.timeTravelDays, 1),
    warehouses: Object.fromEntries(
      Object.entries(base.warehouses).map(([key, { queryAcceleration: _acceleration, ...one }]) => [
        key,
        { ...one, size: settings.size, minClusters: 1, maxClusters: 1, autoSuspend: 60, monitor: MONITOR },
      ]),
    ),
    monitors: {
      [MONITOR]: {
        credits: settings.credits,
        frequency: "MONTHLY",
        notify: [50, 80],
        suspend: 95,
        suspendImmediate: 100,
      },
    },
    budgets: {},
    paused: [],
    tasks: { ...tasks, retries: 0 },
    kafka: { ...kafka, enabled: false },
    serviceUsers: {},
  };
}
