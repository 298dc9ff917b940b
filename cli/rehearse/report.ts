/** A rehearsal as data: what came out beside what was promised. Pure. */

import { startsOf } from "../../cost/estimate/runs.ts";
import type { Measured } from "../../cost/measured.ts";
import type { Platform } from "../../infra/platform.ts";
import type { Schedule } from "../../infra/units.ts";
import type { KpiComparison } from "../embedded/kpi-comparison.ts";
import type { UpSummary } from "../embedded/pulumi.ts";
import type { RehearsalSettings } from "./ledger.ts";
import type { NotExecuted } from "./not-executed.ts";
import type { Ledger, MonitorUse } from "./observe.ts";
import type { TaskFacts } from "./task-facts.ts";

export interface Rehearsal {
  stack: string;
  settings: RehearsalSettings;
  from: string;
  to: string;
  resources: UpSummary["changes"];
  notExecuted: NotExecuted[];
  /** What a local clock and generated data leave out, each as a sentence. */
  limits: string[];
  sources: { source: string; records: number; unique: number; duplicates: number; malformed: number }[];
  kpis: KpiComparison[];
  freshness: Freshness[];
  failedTasks: { task: string; runs: number; blocked: number; lastError: string }[];
  /** Streams that hold rows which their schedule should have had read. */
  unreadStreams: string[];
  credits: {
    warehouses: Record<string, number>;
    departments: Record<string, number>;
    services: Record<string, number>;
  };
  monitors: (MonitorUse & { percent: number })[];
  /** A department's budget for a month beside what the rehearsed days cost it, US dollars. */
  budgets: { department: string; budget: number; spent: number }[];
  usageFile: string;
  /** Seconds of real time by what they went to. */
  seconds: Record<string, number>;
}

export interface Freshness {
  model: string;
  class: string;
  /** Seconds: the longest that its schedule lets a delivery wait. */
  promised: number | null;
  /** Seconds; null where no delivery brought it anything. */
  reached: number | null;
  /** Deliveries that were not dealt with in the promised time. */
  waiting: number;
  /** Deliveries of the last hours whose time was not up yet when the rehearsal ended. */
  coming: number;
  kept: boolean;
}

const SECOND = 1000;

/** Views are as fresh as what they read, so they have no line. `end` is when the rehearsal ended, in milliseconds. */
export function freshnessOf(platform: Pick<Platform, "tasks">, facts: TaskFacts, end: number): Freshness[] {
  const schedules = new Map(
    platform.tasks.flatMap((task) => (task.schedule ? [[task.freshness, task.schedule] as const] : [])),
  );
  return platform.tasks
    .filter((task) => task.model !== undefined)
    .map((task) => {
      const fact = facts[task.name];
      const schedule = schedules.get(task.freshness);
      const promised = schedule === undefined ? null : longestWait(schedule);
      const reached = fact?.worstLag == null ? null : fact.worstLag / SECOND;
      const open = fact?.waiting ?? [];
      const inTime = (at: number) => promised !== null && end - at <= promised * SECOND;
      const waiting = open.filter((at) => !inTime(at)).length;
      const late = reached !== null && promised !== null && reached > promised;
      return {
        model: task.model!,
        class: task.freshness,
        promised,
        reached,
        waiting,
        coming: open.length - waiting,
        kept: !late && waiting === 0 && (fact?.failed ?? 0) === 0,
      };
    })
    .sort((a, b) => (a.model < b.model ? -1 : 1));
}

/** Streams whose rows should have been read by now: their consumer has nothing coming that its schedule still allows. */
export function overdueStreams(
  platform: Pick<Platform, "streams">,
  unread: readonly string[],
  freshness: readonly Freshness[],
): string[] {
  const allowed = new Set(freshness.filter((one) => one.kept && one.coming > 0).map((one) => one.model));
  const consumers = new Map(platform.streams.map((stream) => [stream.name, stream.consumer]));
  return unread.filter((name) => !allowed.has(consumers.get(name) ?? ""));
}

/** Seconds between two starts of a schedule, at most. */
function longestWait(schedule: Schedule): number | null {
  if (schedule.kind === "interval") return schedule.minutes * 60;
  const starts = startsOf(schedule) ?? [];
  const gaps = starts.slice(1).map((start, index) => start - starts[index]!);
  return gaps.length === 0 ? null : Math.max(...gaps);
}

/** A warehouse's credits by the owners of the models whose tasks ran on it, by their successful runs. */
export function byDepartment(
  platform: Pick<Platform, "tasks" | "models">,
  warehouses: Readonly<Record<string, number>>,
  facts: TaskFacts,
): Record<string, number> {
  const owners = new Map(platform.models.map((model) => [model.logical, model.owner]));
  const sums: Record<string, number> = {};
  const add = (department: string, credits: number): void => {
    sums[department] = (sums[department] ?? 0) + credits;
  };
  for (const [warehouse, credits] of Object.entries(warehouses)) {
    const runs = platform.tasks
      .filter((task) => task.warehouse === warehouse && task.model !== undefined)
      .map((task) => ({
        owner: owners.get(task.model!) ?? "shared",
        runs: facts[task.name]?.succeeded ?? 0,
      }));
    const total = runs.reduce((sum, each) => sum + each.runs, 0);
    if (total === 0) add("shared", credits);
    else for (const each of runs) if (each.runs > 0) add(each.owner, (credits * each.runs) / total);
  }
  return Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What cost/ takes over: credits of the warehouses that the schedules drove. Volumes are the generator's, not production's. */
export function usageOf(
  stack: string,
  settings: RehearsalSettings,
  ledger: Ledger,
  scheduled: ReadonlySet<string>,
): Measured {
  return {
    title: `Rehearsal of ${stack}`,
    from: ledger.from,
    to: ledger.to,
    note: noteOf(settings),
    warehouseCredits: Object.fromEntries(
      Object.entries(ledger.warehouses).filter(([warehouse]) => scheduled.has(warehouse)),
    ),
    pipeGb: {},
    tableBytes: {},
  };
}

const noteOf = ({ scale, deliveries }: RehearsalSettings): string =>
  `generated data at scale ${scale}, delivered ${deliveries === 1 ? "once" : `${deliveries} times`} a day; a statement takes no time ` +
  "on its clock, so that credits are those of starts, minimums and suspensions: a lower bound";

/** What no run of this kind can show, whatever the stack. */
export const LIMITS = [
  "Statements take no time on the virtual clock: credits are those of starts, billing minimums and suspensions.",
  "Data are generated and arrive in a few deliveries a day; people's queries are not played.",
  "Kafka's and S3's own timestamps are of the wall clock; the account's are of the virtual one.",
];
