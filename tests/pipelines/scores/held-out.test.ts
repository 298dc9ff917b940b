/**
 * The scores on a generated company whose future is known: what they say on the last day, against the 90 days after it
 * that no source has told; and what the platform itself records about cases that it held out of training.
 */
import { areaUnderCurve } from "../../../local/account/ml/evaluate.ts";
import type { TruthWithUsage } from "../../../local/data/generate.ts";
import { Company } from "./company.ts";

const CASES = [
  {
    mart: "customer_success",
    score: "churn_risk",
    entity: "account_id",
    table: "account_outcomes",
    happens: "churns_within_90_days",
  },
  {
    mart: "growth",
    score: "expansion",
    entity: "account_id",
    table: "account_outcomes",
    happens: "expands_within_90_days",
  },
  {
    mart: "sales",
    score: "lead_conversion",
    entity: "lead_id",
    table: "lead_outcomes",
    happens: "converts_within_90_days",
  },
];

let company: Company;
let truth: TruthWithUsage;
beforeAll(async () => {
  company = await Company.open({
    scale: 1,
    wanted: CASES.flatMap(({ mart, score }) =>
      ["", "_evaluation", "_calibration", "_drift"].map((suffix) => `mart.${mart}.${score}${suffix}`),
    ),
  });
  truth = company.world.truth(1);
  await company.land(1);
  await company.run();
}, 300_000);
afterAll(() => company.close());

const loss = (score: number, happened: boolean): number =>
  -Math.log(Math.max(happened ? score : 1 - score, 1e-9));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe.each(CASES)("$score", ({ mart, score, entity, table, happens }) => {
  const from = (suffix: string) => `firn_mart.${mart}.${score}${suffix}`;

  test("tells the next 90 days better than the base rate", async () => {
    const happened = new Map(truth.tables[table]!.map((row) => [String(row[entity]), row[happens] === true]));
    const rows = await company.rows(`select ${entity}, score from ${from("")}`);
    const judged = rows.flatMap(([id, value]) => {
      const positive = happened.get(String(id));
      return positive === undefined ? [] : [{ score: Number(value), positive }];
    });
    // A customer that left is no case any more; whoever is scored is in the truth.
    expect(judged.length).toBeGreaterThan(rows.length * 0.98);
    const base = mean(judged.map((one) => (one.positive ? 1 : 0)));
    expect(judged.filter((one) => one.positive).length).toBeGreaterThan(3);
    const lost = mean(judged.map((one) => loss(one.score, one.positive)));
    expect(lost).toBeLessThan(0.97 * mean(judged.map((one) => loss(base, one.positive))));
    expect(areaUnderCurve(judged)!).toBeGreaterThan(0.65);
  });

  test("records how good it is on cases held out of its training, and is calibrated there", async () => {
    const [row] = await company.rows(
      `select cases, positives, base_rate, mean_score, auc, log_loss, base_log_loss, top_decile_lift from ${from("_evaluation")}`,
    );
    const [cases, positives, base, said, auc, lost, baseLoss, lift] = row!.map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    expect(positives / cases).toBeCloseTo(base, 5);
    expect(lost).toBeLessThan(0.95 * baseLoss);
    expect(auc).toBeGreaterThan(0.7);
    expect(lift).toBeGreaterThan(2);
    expect(said / base).toBeGreaterThan(0.5);
    expect(said / base).toBeLessThan(2);
    const tenths = await company.rows(
      `select tenth, cases, positives, happened_rate, lift from ${from("_calibration")} order by tenth`,
    );
    expect(tenths.map((one) => Number(one[0]))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(tenths.reduce((sum, one) => sum + Number(one[1]), 0)).toBe(cases);
    expect(tenths.reduce((sum, one) => sum + Number(one[2]), 0)).toBe(positives);
    expect(Number(tenths[0]![4])).toBeCloseTo(lift, 3);
  });

  test("nothing that it was trained on ends after the day from which cases judge it", async () => {
    const source = score === "lead_conversion" ? "lead" : "customer";
    const [[through, cases]] = (await company.rows(
      `select max(trained_through), sum(cases) from firn_core.score.${score}_model`,
    )) as [[number, string]];
    const [[last, count]] = (await company.rows(
      `select max(f.day), count(*) from firn_core.feature.${source} f
       join firn_core.feature.${source}_outcome o on o.${entity} = f.${entity} and o.day = f.day
       where f.day <= dateadd(day, -270, (select max(day) from firn_core.feature.${source}))`,
    )) as [[number, string]];
    expect(cases).toBe(count);
    expect(last + 90).toBeLessThanOrEqual(through);
    expect(
      await company.rows(
        `select count(*) from firn_core.score.${score}_held_out where day < '1970-01-01'::date + ${through}`,
      ),
    ).toEqual([["0"]]);
  });

  test("tells how far the population has moved, and what counts how much", async () => {
    const drift = await company.rows(`select cases, stability_index from ${from("_drift")}`);
    expect(drift).toHaveLength(1);
    const [[scored]] = (await company.rows(`select count(*) from ${from("")}`)) as [[string]];
    expect(drift[0]![0]).toBe(scored);
    expect(Number(drift[0]![1])).toBeGreaterThan(0);
    expect(Number(drift[0]![1])).toBeLessThan(0.6);
    const inputs = await company.rows(
      `select input, importance from firn_core.score.${score}_input order by importance_rank`,
    );
    expect(inputs.reduce((sum, one) => sum + Number(one[1]), 0)).toBeCloseTo(1, 6);
    expect(Number(inputs[0]![1])).toBeGreaterThan(0.1);
  });
});
