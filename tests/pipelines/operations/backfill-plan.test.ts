import { type BackfillRequest, planBackfill, rangesOf } from "../../../pipelines/operations/backfill/plan.ts";
import { loadProject } from "../../infra/sample.ts";

const platform = loadProject("local");
const plan = (request: Partial<BackfillRequest> & { model: string }) =>
  planBackfill(platform, { keys: [], batchDays: 7, overwrite: false, ...request });

test("days are cut into ranges of at most so many, none left out", () => {
  expect(rangesOf({ from: "2026-02-27", to: "2026-03-05" }, 3)).toEqual([
    { from: "2026-02-27", to: "2026-03-01" },
    { from: "2026-03-02", to: "2026-03-04" },
    { from: "2026-03-05", to: "2026-03-05" },
  ]);
});

test("a day of the key restricts both sides; a day beside it follows the rows that enter or leave", () => {
  const range = { from: "2026-03-01", to: "2026-03-02" };
  const [byKey] = plan({ model: "core.snapshot.account_day", range }).batches;
  expect(byKey!.label).toBe("2026-03-01 to 2026-03-02");
  expect(byKey!.statement).not.toContain("affected");
  expect(byKey!.statement.split(`WHERE day >= '2026-03-01'::DATE AND day < '2026-03-03'::DATE`)).toHaveLength(
    3,
  );
  const [beside] = plan({ model: "core.customer.opportunity", range }).batches;
  expect(beside!.statement).toContain("affected AS (");
  expect(beside!.statement).toContain("IN (SELECT opportunity_id FROM affected)");
});

test("what reads the model follows, at any distance", () => {
  const { dependants } = plan({ model: "core.snapshot.opportunity_day" });
  expect(dependants).toEqual(
    expect.arrayContaining(["mart.finance.forecast_by_day", "mart.sales.funnel_by_day"]),
  );
  expect(dependants).not.toContain("core.snapshot.opportunity_day");
});

test.each([
  [
    { model: "core.customer.acount" },
    "There is no model core.customer.acount in stack local.",
    'Did you mean "core.customer.account"?',
  ],
  [
    { model: "mart.sales.open_pipeline", range: { from: "2026-03-01", to: "2026-03-01" } },
    "has no column of days",
    "--key",
  ],
  [
    { model: "core.customer.account", column: "account_id", range: { from: "2026-03-01", to: "2026-03-01" } },
    "no column account_id of days",
    "created_at",
  ],
  [
    { model: "core.customer.account", keys: ["1"], overwrite: true },
    "--overwrite replaces the whole table",
    "--key",
  ],
])("%j is refused with what to do", (request, message, hint) => {
  try {
    plan(request);
  } catch (error) {
    expect(error).toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
      exitCode: 2,
    });
    return;
  }
  throw new Error("it was not refused");
});
