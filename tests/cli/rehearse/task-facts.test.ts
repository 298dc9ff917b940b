import { addRuns, type TaskRunFact } from "../../../cli/rehearse/task-facts.ts";

const MINUTE = 60_000;
const ROOTS = { ROOT: "ROOT", A: "ROOT", B: "ROOT" };
const run = (task: string, minute: number, state: string, error: string | null = null): TaskRunFact => ({
  task,
  graphRun: String(minute),
  state,
  scheduled: minute * MINUTE,
  completed: minute * MINUTE + 1000,
  error,
});
const DECLINED = "Conditional expression for task evaluated to false.";

test("a delivery waits for the first run after it that succeeds", () => {
  const facts = addRuns(
    {},
    ROOTS,
    [3 * MINUTE],
    [
      run("ROOT", 5, "SUCCEEDED"),
      run("A", 5, "SUCCEEDED"),
      run("ROOT", 10, "SUCCEEDED"),
      run("A", 10, "SUCCEEDED"),
    ],
  );
  expect(facts["A"]).toMatchObject({ succeeded: 2, worstLag: 2 * MINUTE + 1000, waiting: [] });
});

test("a run at the very time of a delivery came before it: what is due happens before time moves on", () => {
  const facts = addRuns({}, ROOTS, [5 * MINUTE], [run("A", 5, "SUCCEEDED")]);
  expect(facts["A"]).toMatchObject({ worstLag: null, waiting: [5 * MINUTE] });
});

test("a run that finds nothing to do ends the wait without a lag; so does a root that starts nothing", () => {
  const facts = addRuns(
    {},
    ROOTS,
    [3 * MINUTE],
    [run("ROOT", 5, "SUCCEEDED"), run("A", 5, "SKIPPED", DECLINED), run("ROOT", 10, "SKIPPED", DECLINED)],
  );
  expect(facts["A"]).toMatchObject({ idle: 2, worstLag: null, waiting: [] });
  expect(facts["B"]).toMatchObject({ idle: 1, worstLag: null, waiting: [] });
});

test("a failure, and what it kept from beginning, make the delivery wait on", () => {
  const failed = [
    run("ROOT", 5, "SUCCEEDED"),
    run("A", 5, "FAILED", "Division by zero"),
    run("B", 5, "SKIPPED"),
  ];
  const facts = addRuns({}, ROOTS, [3 * MINUTE], failed);
  expect(facts["A"]).toMatchObject({ failed: 1, lastError: "Division by zero", waiting: [3 * MINUTE] });
  expect(facts["B"]).toMatchObject({ blocked: 1, idle: 0, waiting: [3 * MINUTE] });
});

test("days are added one after the other: a wait goes on over midnight", () => {
  const first = addRuns({}, ROOTS, [3 * MINUTE], [run("A", 5, "FAILED", "x")]);
  const second = addRuns(first, ROOTS, [20 * MINUTE], [run("A", 25, "SUCCEEDED")]);
  expect(second["A"]).toMatchObject({
    succeeded: 1,
    failed: 1,
    worstLag: 22 * MINUTE + 1000,
    waiting: [],
  });
});
