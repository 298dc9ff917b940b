import type { Model, Platform } from "../../infra/platform.ts";
import { readHistory } from "../../review/history.ts";
import { renderReview } from "../../review/render.ts";
import { type TestAccount, testAccount } from "../local/account/support.ts";
import { first, reviewOf } from "./support.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await testAccount();
  await account.table("DEAL", "MONTH TEXT, AMOUNT NUMBER(10,0), PARTNER BOOLEAN");
  await account.run(
    "INSERT INTO deal VALUES ('2026-01', 10, FALSE), ('2026-02', 20, FALSE), ('2026-02', 5, TRUE), ('2026-03', 7, TRUE)",
  );
});
afterAll(() => account.close());

const KPI = "mart.sales.kpi";
const kpi = (platform: Platform): Model => platform.models.find((model) => model.logical === KPI)!;

/** A review in which the mart's definition changes from one query to another, read from the account's data. */
async function changed(before: string, after: string) {
  const define = (query: string) => (platform: Platform) => {
    const model = kpi(platform);
    model.key = ["month"];
    model.query = query;
    model.columns = ["MONTH", "WON"].map((name) => ({ ...first(model.columns), name }));
  };
  let base!: Platform;
  let head!: Platform;
  reviewOf((platform) => {
    define(before)(platform);
    base = platform;
  });
  const review = reviewOf(
    (platform) => {
      define(after)(platform);
      head = platform;
    },
    { base },
  );
  const history = await readHistory(base, head, review.meaning, async (statement) => account.rows(statement));
  return { review: { ...review, meaning: history.meaning }, unread: history.unread };
}

const ALL = "SELECT month, SUM(amount) AS won FROM deal GROUP BY month";
const WITHOUT_PARTNERS = "SELECT month, SUM(amount) AS won FROM deal WHERE NOT partner GROUP BY month";

test("a metric's changed definition is set beside the old one, newest first", async () => {
  const { review, unread } = await changed(ALL, WITHOUT_PARTNERS);
  expect(unread).toEqual([]);
  expect(review.meaning.models.find((model) => model.logical === KPI)?.history).toEqual({
    key: ["month"],
    values: ["won"],
    differing: 2,
    rows: [
      ["2026-03", "7", null],
      ["2026-02", "25", "20"],
    ],
  });
  const text = renderReview(review, "text", { color: false, width: 120 });
  expect(text).toContain("History changes in 2 rows:");
  expect(text).toMatch(/2026-02\s+25\s+20/);
});

test("another text with the same numbers changes no history, and the review says so", async () => {
  const { review } = await changed(ALL, `${ALL} HAVING COUNT(*) > 0`);
  expect(renderReview(review, "md")).toContain("History stays as it is");
});

test("what reads a table that is not there yet is said, not guessed", async () => {
  const { review, unread } = await changed(ALL, ALL.replace("deal", "deal_of_tomorrow"));
  expect(unread).toEqual([expect.stringContaining(`What the change of ${KPI} does to history`)]);
  expect(review.meaning.models.find((model) => model.logical === KPI)?.history).toBeUndefined();
  expect(renderReview(review, "text", { color: false })).toContain("an account knows (--live)");
});
