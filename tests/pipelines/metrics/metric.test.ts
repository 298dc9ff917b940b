import { Problems } from "../../../infra/errors.ts";
import { loadPlatform } from "../../../infra/load.ts";
import { compareDefinitions } from "../../../pipelines/metrics/compare.ts";
import { metricModels, parseMetrics } from "../../../pipelines/metrics/metric.ts";
import { PUBLIC_KEY, ROOT } from "../../infra/sample.ts";

const file = (name: string, text: string) => ({ path: `sql/metrics/${name}.yaml`, text });
const WON = `description: Won deals.
owner: sales
table: won
from: core.customer.opportunity
statistic: count
population: ["r.is_won"]
dimensions: { month: { of: "to_char(r.close_date, 'YYYY-MM')", description: Month. } }
`;

test("metrics of one table become its columns, with their definitions as descriptions", () => {
  const problems = new Problems();
  const amount = WON.replace("statistic: count", 'statistic: sum\nof: "r.amount"\ntype: "number(18,2)"');
  const models = metricModels(
    parseMetrics([file("won", WON), file("won_amount", amount)], problems),
    problems,
  );
  expect(problems.list).toEqual([]);
  expect(models.map((model) => model.path)).toEqual(["sql/mart/sales/won.sql"]);
  expect(models[0]!.text).toContain("key: [month]");
  expect(models[0]!.text).toContain("(count(*))::number(38,0) as won");
  expect(models[0]!.text).toContain("(sum(r.amount))::number(18,2) as won_amount");
  expect(models[0]!.text).toContain(
    "Won deals. (sum of r.amount over core.customer.opportunity where r.is_won)",
  );
});

test("one table with two populations is refused", () => {
  const problems = new Problems();
  metricModels(
    parseMetrics([file("won", WON), file("lost", WON.replace("r.is_won", "not r.is_won"))], problems),
    problems,
  );
  expect(problems.list[0]).toMatchObject({ code: "MODEL_COLUMNS", file: "sql/metrics/lost.yaml" });
});

test("a sum of nothing, and a count of something, are refused", () => {
  const problems = new Problems();
  parseMetrics([file("a", WON.replace("count", "sum")), file("b", `${WON}of: "r.amount"\n`)], problems);
  expect(problems.list.map((one) => one.path)).toEqual(["of", "of"]);
});

describe("the full stack", () => {
  const platform = loadPlatform({
    root: ROOT,
    stack: "full",
    publicKeys: { kafka_loader: PUBLIC_KEY, fivetran: PUBLIC_KEY },
  });

  test("maintains every table without rebuilding any", () => {
    expect(platform.models.filter((model) => model.maintenance.kind === "rebuild")).toEqual([]);
  });

  test("has a mart for every department", () => {
    const marts = new Set(
      platform.models.map((model) => model.logical.split(".")).flatMap(([d, s]) => (d === "mart" ? s! : [])),
    );
    for (const department of [
      "marketing",
      "growth",
      "sales",
      "finance",
      "product",
      "engineering",
      "customer_success",
    ])
      expect(marts).toContain(department);
  });

  test("a changed definition is compared with the old one, period by period", () => {
    const won = platform.models.find((model) => model.logical === "mart.sales.won_by_month")!;
    const changed = { ...won, query: won.query.replace("is_won", "is_closed") };
    const { statement, key, values } = compareDefinitions(won, changed, 12)!;
    expect(key).toEqual(["month"]);
    expect(values).toContain("won_amount");
    expect(statement).toContain("won_amount_before");
    expect(statement).toContain("before_change.month IS NOT DISTINCT FROM after_change.month");
    expect(compareDefinitions(won, { ...won, key: ["day"] }, 12)).toBeUndefined();
  });
});
