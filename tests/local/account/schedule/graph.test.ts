import { type GraphTask, nextSteps, predecessorsState } from "../../../../local/account/schedule/graph.ts";
import type { TaskRunState } from "../../../../local/account/schedule/task-run.ts";

const task = (id: number, predecessors: number[], more: Partial<GraphTask> = {}): GraphTask => ({
  id,
  predecessors,
  finalizes: null,
  started: true,
  condition: null,
  ...more,
});
const states = (entries: Record<number, TaskRunState>) =>
  new Map(Object.entries(entries).map(([id, state]) => [Number(id), state]));
const steps = (tasks: GraphTask[], entries: Record<number, TaskRunState>) =>
  nextSteps(1, tasks, states(entries)).map(({ taskId, does }) => `${does} ${taskId}`);

const diamond = [task(1, []), task(2, [1]), task(3, [1]), task(4, [2, 3])];

test("children run when all their predecessors succeeded", () => {
  expect(steps(diamond, { 1: "EXECUTING" })).toEqual([]);
  expect(steps(diamond, { 1: "SUCCEEDED" })).toEqual(["RUN 2", "RUN 3"]);
  expect(steps(diamond, { 1: "SUCCEEDED", 2: "SUCCEEDED", 3: "EXECUTING" })).toEqual([]);
  expect(steps(diamond, { 1: "SUCCEEDED", 2: "SUCCEEDED", 3: "SUCCEEDED" })).toEqual(["RUN 4"]);
});

test("a skipped or failed predecessor skips the child", () => {
  expect(steps(diamond, { 1: "SUCCEEDED", 2: "SKIPPED", 3: "SUCCEEDED" })).toEqual(["SKIP 4"]);
  expect(steps(diamond, { 1: "SUCCEEDED", 2: "FAILED", 3: "SUCCEEDED" })).toEqual(["SKIP 4"]);
});

test("a WHEN that looks at the predecessors is evaluated once they are over", () => {
  const looks = [
    ...diamond.slice(0, 3),
    task(4, [2, 3], { condition: "SYSTEM$PREDECESSORS_STATE('NONE_FAILED')" }),
  ];
  expect(steps(looks, { 1: "SUCCEEDED", 2: "SKIPPED", 3: "EXECUTING" })).toEqual([]);
  expect(steps(looks, { 1: "SUCCEEDED", 2: "SKIPPED", 3: "SUCCEEDED" })).toEqual(["RUN 4"]);
  expect(steps(looks, { 1: "SUCCEEDED", 2: "FAILED", 3: "SUCCEEDED" })).toEqual(["RUN 4"]);
});

test("a suspended task is as if not there; without a resumed predecessor a child does not run", () => {
  const suspended = [
    task(1, []),
    task(2, [1], { started: false }),
    task(3, [1]),
    task(4, [2, 3]),
    task(5, [2]),
  ];
  expect(steps(suspended, { 1: "SUCCEEDED" })).toEqual(["RUN 3"]);
  expect(steps(suspended, { 1: "SUCCEEDED", 3: "SUCCEEDED" })).toEqual(["RUN 4"]);
  expect(steps(suspended, { 1: "SUCCEEDED", 3: "SUCCEEDED", 4: "SUCCEEDED" })).toEqual([]);
});

test("the finalizer runs last, also after a failure, but not when the root was skipped", () => {
  const withFinalizer = [...diamond, task(9, [], { finalizes: 1 })];
  expect(steps(withFinalizer, { 1: "SUCCEEDED", 2: "SUCCEEDED", 3: "EXECUTING" })).toEqual([]);
  expect(steps(withFinalizer, { 1: "SUCCEEDED", 2: "FAILED", 3: "SUCCEEDED", 4: "SKIPPED" })).toEqual([
    "RUN 9",
  ]);
  expect(steps(withFinalizer, { 1: "SKIPPED", 2: "SKIPPED", 3: "SKIPPED", 4: "SKIPPED" })).toEqual([]);
  expect(
    steps(withFinalizer, { 1: "SUCCEEDED", 2: "SUCCEEDED", 3: "SUCCEEDED", 4: "SUCCEEDED", 9: "SUCCEEDED" }),
  ).toEqual([]);
});

test.each([
  ["ALL_SUCCEEDED", false],
  ["ALL_DONE", true],
  ["ALL_FAILED", false],
  ["ALL_SKIPPED", false],
  ["AT_LEAST_ONE_FAILED", false],
  ["AT_LEAST_ONE_SUCCEEDED", true],
  ["NONE_FAILED", true],
  ["NONE_FAILED_MIN_ONE_SUCCEEDED", true],
  ["NONE_SKIPPED", false],
  ["NONSENSE", null],
] as const)("SYSTEM$PREDECESSORS_STATE('%s') of succeeded and skipped is %s", (which, expected) => {
  expect(predecessorsState(which, ["SUCCEEDED", "SKIPPED"])).toBe(expected);
});
