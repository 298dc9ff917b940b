/** A score as it runs: trained and given by the graph's tasks, as the role that owns them, on a clock that is driven. */
import { compile } from "../../../infra/compile.ts";
import { SOURCES } from "../../../pipelines/sources/index.ts";
import { PUBLIC_KEY, sampleText, stackConfig } from "../../infra/sample.ts";
import { type Deployed, deploy } from "../deployed.ts";

const header = (columns: string) => `/*
description: x
owner: growth
grain: one row for each thing and day
key: [thing_id, day]
columns:
  thing_id: { type: varchar, description: "x" }
  day: { type: date, description: "x" }
${columns}
*/
`;
const things = `${header('  weight: { type: "number(38,0)", description: "x" }\n  sound: { type: boolean, description: "x" }')}
select e.record_content:thing::varchar as thing_id, e.record_content:day::date as day,
  max(e.record_content:weight::number(38, 0)) as weight, max(e.record_content:sound::boolean) as sound
from raw.product.events e
where e.record_content:thing is not null and e.record_content:day is not null
  and e.record_content:thing::varchar is not null and e.record_content:day::date is not null
group by e.record_content:thing::varchar, e.record_content:day::date`;
const fate = `${header('  sold: { type: boolean, description: "x" }\n  last_day: { type: date, description: "x" }')}
select f.thing_id, f.day, f.sound as sold, f.day as last_day from core.feature.thing f where f.sound is not null`;
const score = `description: Things that will be sold.
owner: growth
entity: thing_id
as_of: core.feature.fate
features: core.feature.thing
inputs: [weight]
outcome: core.feature.fate
happened: sold
horizon: 30
freshness: continuous
`;

let account: Deployed;
let offset = 0;
beforeAll(async () => {
  const config = stackConfig(
    sampleText()
      .replace("[salesforce, product]", "[product]")
      .replace("firn:kafka: { enabled: true", "firn:kafka: { enabled: false"),
  );
  account = await deploy(
    compile({
      stack: "local",
      config,
      sources: SOURCES,
      models: [
        { path: "sql/core/feature/thing.sql", text: things },
        { path: "sql/core/feature/fate.sql", text: fate },
      ],
      scores: [{ path: "sql/scores/sale.yaml", text: score }],
      kpis: [],
      publicKeys: { kafka_loader: PUBLIC_KEY },
    }),
    Date.UTC(2026, 0, 20, 12),
  );
}, 60_000);
afterAll(() => account?.server.stop());

/** Things as of days from `from` to `to`, `every` days apart; a heavy one is mostly sold. */
async function arrive(from: number, to: number, every: number): Promise<void> {
  const rows: string[] = [];
  for (let day = from; day <= to; day += every)
    for (let thing = 0; thing < 6; thing++) {
      const weight = ((day + 1000) * 7 + thing * 13) % 10;
      const sold = weight + (((day + 1000) * 31 + thing * 17) % 7) > 9;
      const content = {
        event_id: `e${offset}`,
        occurred_at: "2026-01-20T00:00:00Z",
        thing: `t${thing}`,
        day: new Date(Date.UTC(2026, 0, 20 + day)).toISOString().slice(0, 10),
        weight,
        sound: sold,
      };
      rows.push(
        `SELECT PARSE_JSON('${JSON.stringify(content)}'), PARSE_JSON('{"partition": 0, "offset": ${offset++}}')`,
      );
    }
  await account.run(
    `INSERT INTO raw.product.events (record_content, record_metadata) ${rows.join(" UNION ALL ")}`,
  );
}
const versions = () =>
  account.column("SELECT DISTINCT trained_on::VARCHAR FROM core.score.sale_model ORDER BY 1");
const count = async (where: string) =>
  Number((await account.column(`SELECT COUNT(*) FROM core.score.sale WHERE ${where}`))[0]);

test("too few cases: nothing is trained, nothing fails, and no stream is left waiting", async () => {
  await arrive(-100, -100, 1);
  await account.advance("2 minutes");
  expect(await versions()).toEqual([]);
  expect(
    await account.column(
      "SELECT state FROM TABLE(ops.information_schema.task_history()) WHERE state = 'FAILED'",
    ),
  ).toEqual([]);
  expect(
    await account.column("SELECT SYSTEM$STREAM_HAS_DATA('ops.pipeline.core_score_sale__core_feature_thing')"),
  ).toEqual([false]);
});

test("one run of the graph trains, scores what was held out and what is new, and judges it", async () => {
  await arrive(-300, 0, 6);
  await account.advance("2 minutes");
  expect(await versions()).toEqual(["2026-01-20"]);
  const through = "DATEADD(day, -60, '2026-01-20'::DATE)";
  expect(await count(`day < ${through}`)).toBe(0);
  expect(await count(`day >= ${through}`)).toBe(66);
  const [judged] = await account.run(
    "SELECT cases, auc, log_loss, base_log_loss FROM mart.growth.sale_evaluation",
  );
  expect(judged!["CASES"]).toBe(66);
  expect(Number(judged!["AUC"])).toBeGreaterThan(0.7);
  expect(Number(judged!["LOG_LOSS"])).toBeLessThan(Number(judged!["BASE_LOG_LOSS"]));
  expect(await account.column("SHOW SNOWFLAKE.ML.CLASSIFICATION IN SCHEMA core.score")).toHaveLength(1);
});

test("a new day is scored by the same version; enough new days train another", async () => {
  await arrive(6, 6, 6);
  await account.advance("2 minutes");
  expect(await versions()).toEqual(["2026-01-20"]);
  expect(await count("day = '2026-01-26' AND trained_on = '2026-01-20'")).toBe(6);
  await arrive(12, 30, 6);
  await account.advance("2 minutes");
  expect(await versions()).toEqual(["2026-01-20", "2026-02-19"]);
  expect(await count("day = '2026-02-19' AND trained_on = '2026-02-19'")).toBe(6);
  expect(await count("day = '2026-01-26' AND trained_on = '2026-01-20'")).toBe(6);
  expect(
    await account.column("SELECT COUNT(*) FROM mart.growth.sale_drift WHERE trained_on = '2026-02-19'"),
  ).toEqual([1]);
});
