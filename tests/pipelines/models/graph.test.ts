import { FirnError } from "../../../infra/errors.ts";
import type { Task } from "../../../infra/platform.ts";
import { compileSample, sampleText, stackConfig } from "../../infra/sample.ts";

const model = (reads: string, extra = ""): string => `/*
description: x
owner: data
grain: one row for each id
key: [id]
${extra}columns:
  id: { type: varchar, description: "x" }
*/
${reads}`;
const counted = (table: string) => `select t.id from ${table} t group by t.id`;

const raw = model(
  "select e.record_metadata:key::varchar as id from raw.product.events e where e.record_metadata:key::varchar is not null group by e.record_metadata:key::varchar",
);
const FILES: Record<string, string> = {
  "sql/core/a/one.sql": raw,
  "sql/core/a/two.sql": raw,
  "sql/mart/b/both.sql": model(
    "select x.id from core.a.one x join core.a.two y on y.id = x.id group by x.id",
  ),
  "sql/mart/b/slow.sql": model(counted("core.a.one"), "freshness: daily\n"),
};

const config = stackConfig(
  sampleText().replace(
    "continuous: every 1 minute",
    "continuous: every 1 minute\n    daily: cron 0 6 * * * UTC",
  ),
);
const plan = (files = FILES): Task[] =>
  compileSample(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    config,
  ).tasks.filter((task) =>
    Object.keys(files).some((path) => task.model === undefined || path.includes(task.model.split(".")[2]!)),
  );
const task = (key: string, tasks = plan()): Task => tasks.find((one) => one.key === key)!;

test("each freshness class has one graph, whose root has the class's schedule; the platform's watch has its own", () => {
  expect(
    plan()
      .filter((one) => one.schedule !== undefined)
      .map((one) => [one.key, one.schedule]),
  ).toEqual([
    ["start.continuous", { kind: "interval", minutes: 1 }],
    ["start.daily", { kind: "cron", cron: "0 6 * * * UTC" }],
    ["watch", { kind: "interval", minutes: 15 }],
  ]);
});

test("a task follows those of the models that it reads, or the root", () => {
  expect(task("core.a.one").after).toEqual(["start.continuous"]);
  expect(task("mart.b.both").after).toEqual(["core.a.one", "core.a.two"]);
});

test("a task of another class follows its own root: tasks of two graphs do not know each other", () => {
  expect(task("mart.b.slow").after).toEqual(["start.daily"]);
});

test("a task runs when one of its streams has data, also where another predecessor was skipped", () => {
  expect(task("core.a.one").when).toBe(
    `SYSTEM$STREAM_HAS_DATA('"OPS"."PIPELINE"."CORE_A_ONE__RAW_PRODUCT_EVENTS"')`,
  );
  expect(task("mart.b.both").when).toBe(
    `SYSTEM$PREDECESSORS_STATE('NONE_FAILED') AND (SYSTEM$STREAM_HAS_DATA('"OPS"."PIPELINE"."MART_B_BOTH__CORE_A_ONE"') OR SYSTEM$STREAM_HAS_DATA('"OPS"."PIPELINE"."MART_B_BOTH__CORE_A_TWO"'))`,
  );
});

test("the root asks all streams of its graph, and no others", () => {
  const when = task("start.daily").when;
  expect(when).toBe(`SYSTEM$STREAM_HAS_DATA('"OPS"."PIPELINE"."MART_B_SLOW__CORE_A_ONE"')`);
  expect(task("start.continuous").when).not.toContain("MART_B_SLOW");
});

test("roots carry the failure settings, all tasks the timeout", () => {
  expect(task("start.continuous")).toMatchObject({ suspendAfterFailures: 3, retries: 0, timeout: 1800 });
  expect(task("core.a.one").suspendAfterFailures).toBeUndefined();
  expect(task("core.a.one").timeout).toBe(1800);
});

test("a graph with a model that is rebuilt whole runs every time", () => {
  const tasks = plan({
    ...FILES,
    "sql/mart/b/slow.sql": model(counted("core.a.one"), "freshness: daily\nmaterialized: table\n"),
  });
  expect(task("start.daily", tasks).when).toBeUndefined();
});

test("an unknown freshness or warehouse is refused with what the stack has", () => {
  const wrong = {
    ...FILES,
    "sql/mart/b/slow.sql": model(counted("core.a.one"), "freshness: dayly\nwarehouse: bj\n"),
  };
  try {
    plan(wrong);
    throw new Error("accepted");
  } catch (error) {
    expect(error).toBeInstanceOf(FirnError);
    expect((error as FirnError).message.split("\n")).toEqual([
      'sql/mart/b/slow.sql: freshness: is not one of this stack\'s schedules (given "dayly"; allowed: continuous, daily). Did you mean "daily"?',
      'sql/mart/b/slow.sql: warehouse: is not one of this stack\'s warehouses (given "bj"; allowed: transform, bi). Did you mean "bi"?',
    ]);
  }
});
