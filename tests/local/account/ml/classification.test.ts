/**
 * SNOWFLAKE.ML.CLASSIFICATION. Sources: Snowflake documentation, "Classification (Snowflake ML Functions)",
 * "CREATE SNOWFLAKE.ML.CLASSIFICATION", "<model_name>!PREDICT" and the pages of the other methods.
 */
import { WholeAccount } from "../commands/whole-account.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
  await account.all(
    "use warehouse w",
    // A purchase depends on the rating and the channel, with noise; the colour says nothing.
    `create table purchases as
     select
       n % 10 as rating,
       decode(n % 3, 0, 'web', 1, 'shop', null) as channel,
       case when n % 7 = 0 then null else n % 5 end as visits,
       n % 2 = 0 as is_even,
       'red' as colour,
       (n % 10) + iff(n % 3 = 0, 3, 0) + (n * 7919 % 100) / 20 > 8 as bought
     from (select row_number() over (order by null) as n from table(generator(rowcount => 600)))`,
    `create snowflake.ml.classification buyers(
       input_data => system$reference('table', 'purchases'), target_colname => 'bought') comment = 'who buys'`,
  );
}, 60_000);
afterAll(() => account.close());

const areaOf = async (model: string) => {
  const rows = await account.rows(`call ${model}!show_global_evaluation_metrics()`);
  return Number(rows.find((row) => row[2] === "auc")![3]);
};

test("PREDICT gives a class and the probability of each; a higher rating makes a purchase more likely", async () => {
  const rows = await account.rows(
    `select p:class::varchar, p:probability:True::float, p:probability:False::float, p:logs
     from (select buyers!predict(input_data => object_construct('RATING', r.value, 'CHANNEL', 'web')) as p
           from table(flatten(array_construct(0, 5, 9))) r)`,
  );
  const shares = rows.map((row) => Number(row[1]));
  expect(rows.map((row) => row[0])).toEqual(shares.map((share) => (share > 0.5 ? "True" : "False")));
  expect(shares[0]!).toBeLessThan(shares[1]!);
  expect(shares[1]!).toBeLessThan(shares[2]!);
  for (const row of rows) expect(Number(row[1]) + Number(row[2])).toBeCloseTo(1, 12);
});

test("the probabilities are calibrated: their sum over the training rows is the number of purchases", async () => {
  const [[expected, actual]] = (await account.rows(
    `select sum(buyers!predict(object_construct(*)):probability:True::float), count_if(bought)
     from purchases`,
  )) as [[number, string]];
  expect(expected).toBeCloseTo(Number(actual), 3);
});

test("missing, unknown and additional features are ignored; a text where a number belongs is an error of the row", async () => {
  expect(
    await account.one("select buyers!predict({'RATING': 3, 'CHANNEL': 'moon', 'AGE': 7}):class is not null"),
  ).toBe(true);
  expect(await account.error("select buyers!predict({'RATING': 'many'})")).toBe(
    "100132: Feature RATING is not a number.",
  );
  const skipped = await account.rows(
    `select p:class, p:logs:Errors[0]::varchar from (select buyers!predict({'RATING': 'many'}, {'on_error': 'SKIP'}) as p)`,
  );
  expect(skipped[0]![1]).toBe("Feature RATING is not a number.");
  expect(await account.error("select buyers!predict({'RATING': 1}, {'on_fault': 'SKIP'})")).toMatch(
    /ON_FAULT/,
  );
});

test("evaluation is of rows that the evaluated model has not seen", async () => {
  expect(await areaOf("buyers")).toBeGreaterThan(0.85);
  const metrics = await account.rows("call buyers!show_evaluation_metrics()");
  expect(metrics.map((row) => `${row[0]} ${row[1]} ${row[2]}`)).toEqual(
    ["False", "True"].flatMap((name) =>
      ["precision", "recall", "f1", "support"].map((metric) => `EVAL ${name} ${metric}`),
    ),
  );
  const confusion = await account.rows(
    "select actual_class, predicted_class, count from table(buyers!show_confusion_matrix())",
  );
  expect(confusion.map((row) => row.slice(0, 2))).toEqual([
    ["False", "False"],
    ["False", "True"],
    ["True", "False"],
    ["True", "True"],
  ]);
  const held = confusion.reduce((sum, row) => sum + Number(row[2]), 0);
  expect(held).toBeGreaterThan(115);
  expect(held).toBeLessThan(125);
});

test("importance ranks what moves the prediction, and adds up to one", async () => {
  const rows = await account.rows(
    "select feature, score, feature_type, rank from table(buyers!show_feature_importance())",
  );
  expect(rows[0]![0]).toBe("RATING");
  expect(rows.find((row) => row[0] === "COLOUR")![1]).toBeCloseTo(0, 12);
  expect(rows.map((row) => row[3])).toEqual(["1", "2", "3", "4", "5"]);
  expect(rows.reduce((sum, row) => sum + Number(row[1]), 0)).toBeCloseTo(1, 9);
});

test("training is the same whatever the order of the rows", async () => {
  await account.all(
    `create snowflake.ml.classification again(
       input_data => system$query_reference('select * from purchases order by rating desc, visits'),
       target_colname => 'BOUGHT', config_object => {'evaluate': false})`,
  );
  expect(
    await account.one(
      "select count_if(to_json(buyers!predict(object_construct(*))) <> to_json(again!predict(object_construct(*)))) from purchases",
    ),
  ).toBe("0");
  expect(await account.error("call again!show_evaluation_metrics()")).toMatch(/not available/);
});

test("more than two classes: the probabilities of all of them add up to one", async () => {
  await account.all(
    "create view ratings as select rating, is_even, case when rating < 3 then 'low' when rating < 7 then 'middle' else 'high' end as grade from purchases",
    "create or replace snowflake.ml.classification grades(input_data => system$reference('view', 'ratings'), target_colname => 'grade')",
  );
  const rows = await account.rows(
    `select distinct rating, p:class::varchar, p:probability:low + p:probability:middle + p:probability:high
     from (select rating, grades!predict(object_construct('RATING', rating)) as p from ratings) order by 1`,
  );
  expect(rows.map((row) => row[1]).slice(0, 2)).toEqual(["low", "low"]);
  expect(rows.at(-1)![1]).toBe("high");
  for (const row of rows) expect(Number(row[2])).toBeCloseTo(1, 9);
});

test("SHOW lists instances with the documented columns; DROP removes one; names are in the schema", async () => {
  const shown = await account.rows("show snowflake.ml.classification instances like 'buyers' in schema d.s");
  expect(shown.map((row) => row.slice(1))).toEqual([["BUYERS", "D", "S", "1.0", "who buys", "ACCOUNTADMIN"]]);
  await account.all(
    "create snowflake.ml.classification if not exists d.s.gone(input_data => system$reference('view', 'd.s.ratings'), target_colname => 'grade')",
    "alter snowflake.ml.classification gone rename to went",
    "drop snowflake.ml.classification went",
    "drop snowflake.ml.classification if exists went",
  );
  expect(await account.error("select went!predict({'RATING': 1})")).toMatch(/^002003: .*WENT/s);
  expect(
    await account.error(
      "create snowflake.ml.classification buyers(input_data => system$reference('view', 'ratings'), target_colname => 'grade')",
    ),
  ).toMatch(/^002002/);
});

test("what cannot be trained is refused, and nothing is replaced by it", async () => {
  const make = (query: string, more = "") =>
    account.error(
      `create or replace snowflake.ml.classification buyers(input_data => system$query_reference($$${query}$$), target_colname => 'bought'${more})`,
    );
  expect(await make("select rating, 'x' as bought from purchases")).toMatch(/at least two unique classes/);
  expect(await make("select rating, nullif(bought, false) as bought from purchases")).toMatch(/NULL values/);
  expect(await make("select current_date() as day, bought from purchases")).toMatch(/DATE: DAY/);
  expect(await make("select rating from purchases")).toMatch(/BOUGHT|bought/);
  expect(await make("select rating, bought from nowhere")).toMatch(/^002003/);
  expect(await make("select rating, bought from purchases", ", config_object => {'rounds': 3}")).toMatch(
    /ROUNDS/,
  );
  expect(await account.error("call buyers!show_threshold_metrics()")).toMatch(
    /^002040: .*SHOW_THRESHOLD_METRICS/s,
  );
  expect(await account.error("select buyers!guess(1)")).toMatch(/^002140/);
  expect(await areaOf("buyers")).toBeGreaterThan(0.85);
});

test("CREATE needs its privilege on the schema, the methods need USAGE on the instance", async () => {
  const other = await account.second();
  await account.all(
    "create role analyst",
    "grant role analyst to user admin",
    "grant usage on database d to role analyst",
    "grant usage on schema s to role analyst",
    "grant usage on warehouse w to role analyst",
    "grant select on table purchases to role analyst",
  );
  await other.all("use role analyst", "use secondary roles none");
  const create =
    "create snowflake.ml.classification mine(input_data => system$reference('table', 'purchases'), target_colname => 'bought')";
  expect(await other.error(create)).toMatch(/^003001/);
  expect(await other.error("select buyers!predict({'RATING': 1})")).toMatch(/^002003/);
  await account.all(
    "grant create snowflake.ml.classification on schema s to role analyst",
    "grant usage on snowflake.ml.classification buyers to role analyst",
  );
  await other.all(create);
  expect(await other.one("select buyers!predict({'RATING': 9, 'CHANNEL': 'web'}):class::varchar")).toBe(
    "True",
  );
  expect(await other.error("drop snowflake.ml.classification buyers")).toMatch(/^003001/);
  await account.all("revoke select on table purchases from role analyst");
  expect(await other.error(create.replace("create", "create or replace"))).toMatch(/^002003/);
  expect(await other.one("select mine!predict({'RATING': 9, 'CHANNEL': 'web'}):class::varchar")).toBe("True");
});

test("a task's block trains and scores in one run", async () => {
  await account.all(
    "create table scored (rating number, likely float)",
    `execute immediate $$
     begin
       let due boolean := (select count(*) = 0 from scored);
       if (due) then
         create or replace snowflake.ml.classification nightly(
           input_data => system$query_reference('select rating, bought from d.s.purchases'),
           target_colname => 'bought', config_object => {'on_error': 'SKIP'});
       end if;
       insert into scored select rating, nightly!predict(object_construct('RATING', rating)):probability:True::float
       from purchases group by rating;
     end $$`,
  );
  const rows = await account.rows("select rating, likely from scored order by rating");
  expect(rows).toHaveLength(10);
  expect(Number(rows[9]![1])).toBeGreaterThan(Number(rows[0]![1]));
});
