import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { notExecuted } from "../../../cli/rehearse/not-executed.ts";
import { deliveryTimes, sliceEvents } from "../../../cli/rehearse/replay.ts";
import { byDepartment, freshnessOf, overdueStreams, usageOf } from "../../../cli/rehearse/report.ts";
import { addRuns } from "../../../cli/rehearse/task-facts.ts";
import { parseMeasured } from "../../../cost/measured.ts";
import type { Platform, Task } from "../../../infra/platform.ts";
import { createWorld } from "../../../local/data/generate.ts";

const task = (name: string, fields: Partial<Task>): Task =>
  ({
    key: name.toLowerCase(),
    name,
    freshness: "continuous",
    warehouse: "W",
    warehouseKey: "w",
    after: [],
    ...fields,
  }) as Task;
const PLATFORM = {
  tasks: [
    task("START", { schedule: { kind: "interval", minutes: 5 } }),
    task("A", { model: "core.a", after: ["start"] }),
    task("B", { model: "mart.b", after: ["a"] }),
  ],
  models: [
    { logical: "core.a", owner: "data" },
    { logical: "mart.b", owner: "sales" },
  ],
} as unknown as Pick<Platform, "tasks" | "models">;
const FACT = {
  succeeded: 0,
  idle: 0,
  failed: 0,
  blocked: 0,
  lastError: null,
  worstLag: null,
  waiting: [],
};

const END = 86_400_000;

test("freshness: the schedule's interval is the promise, the longest wait what was reached", () => {
  const facts = { A: { ...FACT, worstLag: 240_000 }, B: { ...FACT, worstLag: 301_000 } };
  expect(freshnessOf(PLATFORM, facts, END)).toEqual([
    { model: "core.a", class: "continuous", promised: 300, reached: 240, waiting: 0, coming: 0, kept: true },
    { model: "mart.b", class: "continuous", promised: 300, reached: 301, waiting: 0, coming: 0, kept: false },
  ]);
});

test("freshness: a delivery that nothing dealt with breaks the promise", () => {
  const [a] = freshnessOf(PLATFORM, { A: { ...FACT, waiting: [END - 301_000] }, B: FACT }, END);
  expect(a).toMatchObject({ waiting: 1, coming: 0, reached: null, kept: false });
});

test("freshness: a delivery whose time is not up at the end is still coming, and so are the streams that hold it", () => {
  const waiting = [END - 299_000];
  const freshness = freshnessOf(PLATFORM, { A: { ...FACT, waiting }, B: FACT }, END);
  expect(freshness[0]).toMatchObject({ waiting: 0, coming: 1, kept: true });
  const streams = [
    { name: "OF_A", consumer: "core.a" },
    { name: "OF_B", consumer: "mart.b" },
  ] as Platform["streams"];
  expect(overdueStreams({ streams }, ["OF_A", "OF_B"], freshness)).toEqual(["OF_B"]);
});

test("a warehouse's credits go to the owners of the models that ran on it; one where none ran is shared", () => {
  const facts = { A: { ...FACT, succeeded: 3 }, B: { ...FACT, succeeded: 1 } };
  expect(byDepartment(PLATFORM, { W: 8, IDLE: 1 }, facts)).toEqual({ data: 6, sales: 2, shared: 1 });
});

test("the measured use is what cost/ reads, of warehouses that schedules drove, with its limits said", () => {
  const measured = usageOf(
    "prod",
    { days: 30, scale: 0.05, seed: 7, startDay: "2026-03-01", deliveries: 1 },
    {
      from: "2026-03-01T00:00:00Z",
      to: "2026-03-31T00:00:00Z",
      warehouses: { W: 12, BI: 0.1 },
      services: {},
      pipeGb: { P: 1 },
    },
    new Set(["W"]),
  );
  expect(parseMeasured(JSON.parse(JSON.stringify(measured)))).toEqual(measured);
  expect(measured.warehouseCredits).toEqual({ W: 12 });
  expect(measured.note).toContain("scale 0.05, delivered once a day");
});

test("deliveries are spread over the day, the last one ten minutes before midnight", () => {
  const hours = deliveryTimes(0, 2).map((ms) => ms / 60_000);
  expect(hours).toEqual([12 * 60 - 10, 24 * 60 - 10]);
});

test("a day's events are parted in order, none lost, none twice", () => {
  const day = createWorld({ seed: 3, startDay: "2026-03-02", scale: 0.02 }).day(1);
  const whole = sliceEvents(day, 1).flatMap((part) => part.flatMap((slice) => slice.messages));
  const parted = sliceEvents(day, 7).flatMap((part) => part.flatMap((slice) => slice.messages));
  expect(whole.length).toBeGreaterThan(100);
  expect(parted.map((message) => message.sequence)).toEqual(whole.map((message) => message.sequence));
});

test("what was not executed is listed by name: the engine's failures, and what the state says was stood in for", () => {
  const root = mkdtempSync(join(tmpdir(), "firn-not-executed-"));
  try {
    const stacks = join(root, "run/state/.pulumi/stacks/firn");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(join(root, "Pulumi.yaml"), "name: firn\n");
    const resources = [
      { urn: "urn:pulumi:prod::firn::aws:s3/bucket:Bucket::landing", type: "aws:s3/bucket:Bucket", id: "b" },
      {
        urn: "urn:pulumi:prod::firn::aws:mskconnect/connector:Connector::events",
        type: "aws:mskconnect/connector:Connector",
        id: "not-executed-events",
      },
    ];
    writeFileSync(join(stacks, "prod.json"), JSON.stringify({ checkpoint: { latest: { resources } } }));
    const project = {
      root,
      stack: "prod",
      stackFile: "",
      dataDir: join(root, "run"),
      servicesDir: "",
    };
    const failed = [
      { type: "snowflake:index/alert:Alert", name: "late", because: "Unsupported feature 'ALERT'." },
    ];
    expect(notExecuted(project, failed)).toEqual([
      {
        type: "aws:mskconnect/connector:Connector",
        name: "events",
        because: expect.stringContaining("does nothing of this type"),
      },
      failed[0],
    ]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("runs of nothing leave every task as it was", () => {
  expect(addRuns({ A: FACT }, { A: "START" }, [], [])).toEqual({ A: FACT });
});
