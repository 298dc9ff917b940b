/** Checks as they run: in the graph, on an account, on a clock that is driven. */
import { compileSample, sampleText, stackConfig } from "../../infra/sample.ts";
import { type Deployed, deploy } from "../deployed.ts";

const COLUMNS = `
  id: { type: varchar, description: "x" }
  shop: { type: varchar, description: "x" }
  amount: { type: "number(38,0)", description: "x" }
  email: { type: varchar, description: "x", tags: [personal] }`;
const sale = `/*
description: x
owner: finance
grain: one row for each sale
key: [id]
columns:${COLUMNS}
tests:
  - { holds: amount >= 0, severity: blocking }
  - { relationship: { column: shop, to: core.shops.shop } }
  - unique: email
  - accepted_values: { column: shop, values: [a, "b's"] }
*/
select e.record_content:id::varchar as id, max(e.record_content:shop::varchar) as shop,
  max(e.record_content:amount::number(38, 0)) as amount, max(e.record_content:email::varchar) as email
from raw.product.events e
where e.record_content:id::varchar is not null and e.record_content:amount is not null
group by e.record_content:id::varchar`;
const keyed = (select: string) => `/*
description: x
owner: sales
grain: one row each
key: [id]
columns:
  id: { type: varchar, description: "x" }
*/
${select}`;

const record = `/*
description: x
owner: product
grain: one row for each record
key: [event_id]
columns:
  event_id: { type: varchar, description: "x" }
  day: { type: date, description: "x" }
  occurred_at: { type: timestamp_ntz, description: "x" }
tests:
  - freshness: { column: occurred_at, within: 45 minutes }
  - volume: { column: day, days: 3, least: 0.5, most: 2 }
  - reconciliation: { with: raw.product.events, column: day, days: 4 }
*/
select e.record_content:event_id::varchar as event_id,
  max(try_to_timestamp_tz(e.record_content:occurred_at::varchar)::timestamp_ntz) as occurred_at,
  occurred_at::date as day
from raw.product.events e group by e.record_content:event_id::varchar`;
const odd = `/*
description: Days whose number of records is odd.
model: core.shops.record
*/
select r.day from core.shops.record r where r.day > '2026-01-10' group by r.day having mod(count(*), 2) = 1`;

const platform = compileSample(
  [
    { path: "sql/core/shops/sale.sql", text: sale },
    {
      path: "sql/core/shops/shop.sql",
      text: keyed(
        "select e.record_content:new_shop::varchar as id from raw.product.events e where e.record_content:new_shop::varchar is not null group by e.record_content:new_shop::varchar",
      ),
    },
    { path: "sql/core/shops/record.sql", text: record },
    { path: "sql/checks/odd.sql", text: odd },
    {
      path: "sql/mart/shops/total.sql",
      text: keyed("select s.id from core.shops.sale s where s.amount > 5 group by s.id"),
    },
    { path: "sql/mart/shops/place.sql", text: keyed("select p.id from core.shops.shop p group by p.id") },
  ],
  stackConfig(
    sampleText()
      .replace("[salesforce, product]", "[product]")
      .replace("firn:kafka: { enabled: true", "firn:kafka: { enabled: false"),
  ),
);

let account: Deployed;
let offset = 0;
beforeAll(async () => {
  account = await deploy(platform, Date.UTC(2026, 0, 20, 12));
}, 60_000);
afterAll(() => account?.server.stop());

/** Records that keep the source's contract. */
const arrive = async (...records: object[]) => {
  const rows = records.map((record) => {
    const content = { event_id: `e${offset}`, occurred_at: "2026-01-05T00:00:00Z", ...record };
    return `SELECT PARSE_JSON('${JSON.stringify(content).replaceAll("'", "''")}'), PARSE_JSON('{"topic": "t", "partition": 0, "offset": ${offset++}}')`;
  });
  await account.run(
    `INSERT INTO raw.product.events (record_content, record_metadata) ${rows.join(" UNION ALL ")}`,
  );
};
/** `count` records that occurred on the day of this January and were pushed by the connector then. */
const day = async (number: number, count: number) => {
  const at = new Date(Date.UTC(2026, 0, number, 12)).toISOString();
  await account.run(
    `INSERT INTO raw.product.events (record_content, record_metadata)
     SELECT OBJECT_CONSTRUCT('event_id', 'day${number}-' || SEQ4(), 'occurred_at', '${at}'), OBJECT_CONSTRUCT('SnowflakeConnectorPushTime', ${Date.parse(at)})
     FROM TABLE(GENERATOR(ROWCOUNT => ${count}))`,
  );
};
const results = () =>
  account.run(
    `SELECT check_name, severity, owner, failing_rows, checked_rows, examples FROM ops.quality.check_result
     WHERE graph_run = (SELECT MAX(graph_run::INT)::VARCHAR FROM ops.quality.check_result WHERE model = 'core.shops.sale') AND model = 'core.shops.sale' ORDER BY check_name`,
  );
const failing = async () =>
  Object.fromEntries(
    (await results()).map((row) => [
      String(row["CHECK_NAME"]).slice("core.shops.sale.".length),
      row["FAILING_ROWS"],
    ]),
  );

test("rows that keep every check pass, and what reads the model runs in the same graph run", async () => {
  await arrive({ new_shop: "a" }, { id: "1", shop: "a", amount: 7, email: "x@example.com" });
  await account.advance("1 minute");
  expect(await failing()).toEqual({
    "accepted_values.shop": 0,
    holds: 0,
    key: 0,
    "relationship.shop": 0,
    "unique.email": 0,
  });
  expect(await account.column("SELECT id FROM mart.shops.total")).toEqual(["1"]);
});

test("a warning is recorded with its owner and a sample, and holds nothing", async () => {
  await arrive(
    { id: "2", shop: "nowhere", amount: 8, email: "x@example.com" },
    { id: "3", shop: "b's", amount: 9 },
  );
  await account.advance("1 minute");
  expect(await results()).toEqual([
    expect.objectContaining({
      CHECK_NAME: "core.shops.sale.accepted_values.shop",
      SEVERITY: "warning",
      OWNER: "finance",
      FAILING_ROWS: 1,
      CHECKED_ROWS: 2,
      EXAMPLES: [{ id: "2" }],
    }),
    expect.objectContaining({ CHECK_NAME: "core.shops.sale.holds", SEVERITY: "blocking", FAILING_ROWS: 0 }),
    expect.objectContaining({ CHECK_NAME: "core.shops.sale.key", FAILING_ROWS: 0 }),
    expect.objectContaining({
      CHECK_NAME: "core.shops.sale.relationship.shop",
      FAILING_ROWS: 2,
      EXAMPLES: expect.arrayContaining([{ id: "2" }, { id: "3" }]),
    }),
    // The earlier row has the same address; an address is personal and no sample.
    expect.objectContaining({ CHECK_NAME: "core.shops.sale.unique.email", FAILING_ROWS: 1, EXAMPLES: [] }),
  ]);
  expect(await account.column("SELECT id FROM mart.shops.total ORDER BY id")).toEqual(["1", "2", "3"]);
});

test("a blocking check stops what reads the model, and nothing else, until the rows are right", async () => {
  await arrive({ id: "4", shop: "a", amount: -1 }, { id: "5", shop: "a", amount: 50 }, { new_shop: "c" });
  await account.advance("1 minute");
  expect(await failing()).toMatchObject({ holds: 1 });
  expect(await account.column("SELECT id FROM mart.shops.total ORDER BY id")).toEqual(["1", "2", "3"]);
  expect(await account.column("SELECT id FROM mart.shops.place ORDER BY id")).toEqual(["a", "c"]);
  // What arrives meanwhile waits with it; the root goes on, since no task has failed.
  await arrive({ id: "6", shop: "a", amount: 60 });
  await account.advance("6 minutes");
  expect(await account.column("SELECT id FROM mart.shops.total ORDER BY id")).toEqual(["1", "2", "3"]);
  expect(
    await account.column(
      "SELECT DISTINCT state FROM TABLE(ops.information_schema.task_history(result_limit => 1000)) WHERE state LIKE 'FAILED%'",
    ),
  ).toEqual([]);
  await arrive({ id: "4", shop: "a", amount: 40 });
  await account.advance("1 minute");
  expect(await failing()).toMatchObject({ holds: 0 });
  expect(await account.column("SELECT id FROM mart.shops.total ORDER BY id")).toEqual([
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
  ]);
});

test("a check looks at each change once; a run that is repeated records nothing twice", async () => {
  const rows = () => account.column("SELECT COUNT(*) FROM ops.quality.check_result");
  const [before] = await rows();
  await account.advance("5 minutes");
  expect(await rows()).toEqual([before]);
  expect(
    await account.column(
      "SELECT COUNT(*) FROM ops.quality.check_result GROUP BY check_name, graph_run HAVING COUNT(*) > 1",
    ),
  ).toEqual([]);
});

describe("checks of whole tables, on their schedule", () => {
  const found = () =>
    account.run(
      `SELECT check_name, failing_rows, examples FROM ops.quality.check_result
       WHERE ran_at = (SELECT MAX(ran_at) FROM ops.quality.check_result WHERE model = 'core.shops.record')
         AND model = 'core.shops.record' ORDER BY check_name`,
    );
  const counts = async () => (await found()).map((row) => Number(row["FAILING_ROWS"]));

  test("freshness, volume, reconciliation, and a SELECT of one's own", async () => {
    await account.run("DELETE FROM raw.product.events");
    for (const number of [14, 15, 16, 17, 18, 19, 20]) await day(number, 10);
    await account.advance("1 minute");
    await account.run("EXECUTE TASK ops.pipeline.check_schedule");
    await account.advance("1 second");
    expect((await found()).map((row) => row["CHECK_NAME"])).toEqual([
      "core.shops.record.freshness.occurred_at",
      "core.shops.record.odd",
      "core.shops.record.reconciliation.day",
      "core.shops.record.volume.day",
    ]);
    expect(await counts()).toEqual([0, 0, 0, 0]);
  });

  test("each finds what it is for", async () => {
    await account.run("DELETE FROM core.shops.record WHERE day = '2026-01-19' AND event_id NOT LIKE '%-1'");
    await account.advance("1 hour");
    expect(await counts()).toEqual([1, 1, 1, 1]);
    expect((await found()).map((row) => row["EXAMPLES"])).toEqual([
      [{ newest: "2026-01-20 12:00:00.000" }],
      [{ day: "2026-01-19" }],
      // What comes from raw records may be personal and is no example.
      [{ row_count: 1 }],
      [expect.objectContaining({ day: "2026-01-19", row_count: 1 })],
    ]);
  });
});
