/** When a warehouse works: graphs of tasks with what they find to do, alerts, and people. */
import type { Platform, Task, Warehouse } from "../../infra/platform.ts";
import { type Burst, SECONDS_PER_DAY } from "../formulas/bursts.ts";
import { type People, usageFor } from "../usage.ts";
import type { Context } from "./context.ts";
import { SHARED } from "./departments.ts";
import { HORIZON_DAYS, startsOf } from "./runs.ts";

/** Statements that start together: their bursts over the horizon, and how long each keeps the warehouse busy. */
export interface Graph {
  bursts: Burst[];
  /** `seconds`: over the whole horizon, as if it ran alone. */
  work: { task: string; model?: string; owner: string; seconds: number }[];
}

/** What scheduled graphs and alerts do on a warehouse. A run in which no task finds rows does not wake it. */
export function graphsOn(context: Context, warehouse: Pick<Warehouse, "key">): Graph[] {
  const { platform } = context;
  const owners = new Map(platform.models.map((model) => [model.logical, model.owner]));
  const arrivals = arrivalsByTable(context);
  const graphs = platform.tasks
    .filter((root) => root.schedule && root.started)
    .map((root): Graph => {
      const starts = (root.schedule && startsOf(root.schedule)) ?? [];
      const runsPerDay = starts.length / HORIZON_DAYS;
      const members = platform.tasks
        .filter(
          (task) =>
            task.freshness === root.freshness &&
            task.warehouseKey === warehouse.key &&
            (task.model ?? task.checks) !== undefined,
        )
        .map((task) => ({
          task,
          busy: usageFor(context.usage.tasks, task.model ?? task.key).busySeconds,
          share: shareWithWork(context, task, arrivals, runsPerDay),
        }));
      // The runs of the task that has the most to do; those of the others fall among them.
      const share = Math.max(0, ...members.map((each) => each.share));
      const working = starts.filter(
        (_, index) => Math.floor((index + 1) * share) > Math.floor(index * share),
      );
      const perRun = members.map((each) => (each.busy * each.share) / Math.max(share, Number.MIN_VALUE));
      const busySeconds = atOnce(context, perRun);
      return {
        bursts: working.map((startSecond) => ({ startSecond, busySeconds })),
        work: members.map(({ task }, index) => ({
          task: task.key,
          model: task.model,
          owner: owners.get(task.model ?? task.checks ?? "") ?? SHARED,
          seconds: working.length * (perRun[index] ?? 0),
        })),
      };
    });
  return [...graphs, ...alertsOn(context, warehouse)].filter((graph) => graph.bursts.length > 0);
}

/** How long a graph keeps its warehouse busy: its tasks side by side, but no shorter than the longest of them. */
const atOnce = ({ usage }: Context, seconds: number[]): number =>
  Math.max(0, ...seconds, seconds.reduce((sum, each) => sum + each, 0) / usage.tasksAtOnce);

/** The share of its graph's runs in which a task finds rows: what is assumed of it, else how often its sources bring some. */
function shareWithWork(
  context: Context,
  task: Task,
  arrivals: Map<string, number>,
  runsPerDay: number,
): number {
  const assumed = usageFor(context.usage.tasks, task.model ?? task.key).shareOfRunsWithWork;
  if (assumed !== undefined) return assumed;
  const of = task.model ?? task.checks;
  const raw = of === undefined ? [] : rawBelow(context.platform, of);
  if (raw.length === 0 || runsPerDay === 0) return 1;
  // Sources come independently of each other: a run is idle where none of them brought anything.
  const idle = raw.reduce(
    (product, table) => product * (1 - Math.min(1, (arrivals.get(table) ?? 0) / runsPerDay)),
    1,
  );
  return 1 - idle;
}

/** Deliveries a day by table: a connector's never stop, a flow's follow its schedule, a pipe's are its files. */
function arrivalsByTable({ platform, usage }: Context): Map<string, number> {
  const arrivals = new Map<string, number>();
  const logical = new Map(
    platform.tables.map((table) => [`${table.database}.${table.schema}.${table.name}`, table.logical]),
  );
  for (const pipe of platform.pipes) arrivals.set(pipe.key, usageFor(usage.pipes, pipe.key).filesPerDay);
  for (const flow of platform.flows)
    if (flow.direction === "in" && arrivals.has(flow.key.slice("in.".length)))
      arrivals.set(flow.key.slice("in.".length), flowRunsPerDay(flow.schedule) ?? 1);
  for (const { table } of platform.connectors) {
    const name = logical.get(`${table.database}.${table.schema}.${table.name}`);
    if (name !== undefined) arrivals.set(name, Number.POSITIVE_INFINITY);
  }
  return arrivals;
}

/** Runs a day of an AppFlow expression, `rate(24hours)`; undefined for one that is written in another way. */
export function flowRunsPerDay(schedule: string): number | undefined {
  const [, number, unit] = /^rate\((\d+)(minute|hour|day)s?\)$/.exec(schedule) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  const perDay = { minute: 1440, hour: 24, day: 1 }[unit];
  return perDay === undefined ? undefined : perDay / Number(number);
}

/** The tables of sources that a model's rows come from, all the way up. */
function rawBelow(platform: Platform, logical: string): string[] {
  let known = RAW_BELOW.get(platform);
  if (!known) {
    known = new Map();
    RAW_BELOW.set(platform, known);
  }
  const found = known.get(logical);
  if (found) return found;
  const models = new Map(platform.models.map((model) => [model.logical, model]));
  const seen = new Set<string>();
  const queue = [logical];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    queue.push(...(models.get(name)?.reads ?? []));
  }
  const raw = [...seen].filter((name) => !models.has(name));
  known.set(logical, raw);
  return raw;
}

/** Asked again and again of one platform: by each of a forecast's months. */
const RAW_BELOW = new WeakMap<Platform, Map<string, string[]>>();

/** Alerts wake their warehouse whether or not there is something to tell; those of one schedule, together. */
function alertsOn(context: Context, warehouse: Pick<Warehouse, "key">): Graph[] {
  const own = context.platform.alerts.filter(
    (alert) => alert.started && alert.warehouseKey === warehouse.key,
  );
  const schedules = new Map(own.map((alert) => [JSON.stringify(alert.schedule), alert.schedule]));
  return [...schedules].map(([key, schedule]) => {
    const starts = startsOf(schedule) ?? [];
    const alerts = own.filter((alert) => JSON.stringify(alert.schedule) === key);
    const seconds = alerts.map((alert) => usageFor(context.usage.tasks, `alert.${alert.key}`).busySeconds);
    const busySeconds = atOnce(context, seconds);
    return {
      bursts: starts.map((startSecond) => ({ startSecond, busySeconds })),
      work: alerts.map((alert, index) => ({
        task: `alert.${alert.key}`,
        owner: alert.owner,
        seconds: starts.length * (seconds[index] ?? 0),
      })),
    };
  });
}

/** Starts of people's bursts over the horizon, evenly through their hours of each working day. */
export function startsOfPeople(people: People): number[] {
  const starts: number[] = [];
  const step = ((people.toHour - people.fromHour) * 3600) / Math.max(1, people.burstsPerDay);
  for (let day = 0; day < HORIZON_DAYS; day++) {
    // The horizon begins on a Sunday: five days are Monday to Friday.
    const weekday = (day + 6) % 7;
    if (weekday >= people.daysPerWeek) continue;
    for (let index = 0; index < Math.round(people.burstsPerDay); index++)
      starts.push(day * SECONDS_PER_DAY + people.fromHour * 3600 + index * step);
  }
  return starts;
}
