import { makeContext } from "../../../cost/estimate/context.ts";
import { flowRunsPerDay, type Graph, graphsOn } from "../../../cost/estimate/graphs.ts";
import { HORIZON_DAYS } from "../../../cost/estimate/runs.ts";
import { loadPriceBook } from "../../../cost/price-book.ts";
import { loadUsage, overlay, parseUsage } from "../../../cost/usage.ts";
import type { Platform } from "../../../infra/platform.ts";
import { examplePlatform } from "../support/example-platform.ts";

const book = loadPriceBook();
const usage = loadUsage("example");
const RUNS = 288 * HORIZON_DAYS;

function graphOf(over: object = {}, change: (platform: Platform) => void = () => {}): Graph {
  const platform = examplePlatform();
  change(platform);
  const context = makeContext(platform, book, parseUsage(overlay(usage, over)), {});
  return graphsOn(context, { key: "transform" })[0] as Graph;
}

const secondsOf = (graph: Graph, model: string): number =>
  graph.work.find((each) => each.model === model)?.seconds ?? 0;

test("a connector brings rows for every run, a pipe's files for some of them", () => {
  const graph = graphOf({ pipes: { default: { filesPerDay: 24 } } });
  expect(graph.bursts).toHaveLength(RUNS);
  expect(secondsOf(graph, "core.customer.event")).toBe(RUNS * 8);
  expect(secondsOf(graph, "core.customer.account")).toBeCloseTo((RUNS * 8) / 12, 6);
});

test("a model finds work where any of its sources brings some", () => {
  const graph = graphOf({ pipes: { default: { filesPerDay: 24 } } });
  expect(secondsOf(graph, "mart.sales.customer")).toBe(RUNS * 8);
});

test("a flow brings rows as often as it runs, whatever its pipe's files", () => {
  const graph = graphOf({}, (platform) => {
    platform.flows = [
      {
        key: "in.raw.crm.account",
        name: "",
        description: "",
        direction: "in",
        connector: "Salesforce",
        connection: "",
        object: "",
        bucket: "",
        folder: "",
        schedule: "rate(24hours)",
        pull: "Complete",
      },
    ];
    platform.flows[0]!.key = `in.${platform.pipes[0]!.key}`;
  });
  expect(secondsOf(graph, "core.customer.account")).toBeCloseTo((RUNS * 8) / 288, 6);
});

test("without a continuous source only the runs that find rows wake the warehouse", () => {
  const graph = graphOf({ pipes: { default: { filesPerDay: 24 } } }, (platform) => {
    platform.connectors = [];
  });
  expect(graph.bursts).toHaveLength(24 * HORIZON_DAYS);
});

test("what is assumed of a task takes the place of what arrives", () => {
  const graph = graphOf({ tasks: { "core.customer.account": { busySeconds: 8, shareOfRunsWithWork: 0.5 } } });
  expect(secondsOf(graph, "core.customer.account")).toBeCloseTo(RUNS * 4, 6);
});

test("tasks run side by side, and no graph is shorter than its longest task", () => {
  const always = { tasks: { default: { busySeconds: 8, shareOfRunsWithWork: 1 } } };
  expect(graphOf({ ...always, tasksAtOnce: 1 }).bursts[0]?.busySeconds).toBe(32);
  expect(graphOf({ ...always, tasksAtOnce: 2 }).bursts[0]?.busySeconds).toBe(16);
  expect(graphOf({ ...always, tasksAtOnce: 100 }).bursts[0]?.busySeconds).toBe(8);
});

test.each([
  ["rate(24hours)", 1],
  ["rate(1hours)", 24],
  ["rate(15minutes)", 96],
  ["rate(7days)", 1 / 7],
  ["cron(0 5 * * ? *)", undefined],
])("%s runs %p times a day", (schedule, expected) => {
  expect(flowRunsPerDay(schedule)).toBe(expected);
});
