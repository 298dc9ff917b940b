import { compile } from "../../../infra/compile.ts";
import { FirnError } from "../../../infra/errors.ts";
import { quotedObject } from "../../../infra/names.ts";
import type { Platform } from "../../../infra/platform.ts";
import { SOURCES } from "../../../pipelines/sources/index.ts";
import { PUBLIC_KEY, sampleText, stackConfig } from "../../infra/sample.ts";

const HEADER = (key: string, columns: string) => `/*
description: a table
owner: sales
grain: one row for each case
key: [${key}]
freshness: continuous
columns:
${columns
  .split(" ")
  .map((one) => `  ${one.split(":")[0]}: { type: ${one.split(":")[1]}, description: "It." }`)
  .join("\n")}
*/
`;
const FEATURES = {
  path: "sql/core/feature/deal.sql",
  text: `${HEADER("deal_id, day", "deal_id:varchar day:date stage:varchar")}
select s.record:Id::varchar as deal_id, s.loaded_at::date as day, s.record:StageName::varchar as stage
from raw.salesforce.opportunity s where s.record:Id::varchar is not null and s.loaded_at is not null
qualify row_number() over (partition by deal_id, day order by stage) = 1`,
};
const OUTCOME = {
  path: "sql/core/feature/deal_outcome.sql",
  text: `${HEADER("deal_id, day", "deal_id:varchar day:date won:boolean last_day:date")}
select f.deal_id, f.day, f.stage = 'Closed Won' as won, f.day as last_day from core.feature.deal f`,
};
const DEFINITION = `description: Deals that will be won.
owner: sales
entity: deal_id
as_of: core.feature.deal_outcome
features: core.feature.deal
inputs: [stage]
outcome: core.feature.deal_outcome
happened: won
horizon: 30
freshness: continuous
`;

function compiled(definition = DEFINITION, config = stackConfig()): Platform {
  return compile({
    stack: "local",
    config,
    sources: SOURCES,
    models: [FEATURES, OUTCOME],
    scores: [{ path: "sql/scores/deal_win.yaml", text: definition }],
    kpis: [],
    publicKeys: { kafka_loader: PUBLIC_KEY },
  });
}

function problemsOf(definition: string): string[] {
  try {
    compiled(definition);
  } catch (error) {
    if (error instanceof FirnError)
      return error.problems.map((one) => `${one.file} ${one.path ?? ""}: ${one.message}`);
    throw error;
  }
  return [];
}

test("one file becomes two tasks in order, their tables and streams, and the models that judge the score", () => {
  const platform = compiled();
  const task = (model: string) => platform.tasks.find((one) => one.model === model)!;
  expect(task("core.score.deal_win_model").after).toEqual(["core.feature.deal", "core.feature.deal_outcome"]);
  expect(task("core.score.deal_win").after).toEqual(["core.feature.deal", "core.score.deal_win_model"]);
  expect(task("core.score.deal_win_model").statement).toContain(
    "CREATE OR REPLACE SNOWFLAKE.ML.CLASSIFICATION",
  );
  expect(task("core.score.deal_win").statement).toContain("!PREDICT(");
  for (const model of ["core.score.deal_win_model", "core.score.deal_win"]) {
    const [stream] = platform.streams.filter((one) => one.consumer === model);
    expect(stream!.source).toBe("core.feature.deal");
    expect(task(model).when).toContain(quotedObject(stream!));
    expect(task(model).statement).toContain(quotedObject(stream!));
  }
  expect(platform.tables.map((one) => one.logical).filter((one) => one.startsWith("core.score."))).toEqual([
    "core.score.deal_win",
    "core.score.deal_win_model",
    "core.score.deal_win_input",
  ]);
  expect(platform.models.map((one) => one.logical).filter((one) => one.startsWith("mart."))).toEqual([
    "mart.sales.deal_win",
    "mart.sales.deal_win_calibration",
    "mart.sales.deal_win_drift",
    "mart.sales.deal_win_evaluation",
  ]);
});

test("only the tasks' role may make classifications, and only beside the scores", () => {
  const grants = compiled().grants.filter((grant) =>
    grant.privileges.includes("CREATE SNOWFLAKE.ML.CLASSIFICATION"),
  );
  expect(grants.map((grant) => [grant.role, grant.target])).toEqual([
    ["TRANSFORMER", { on: "schema", schema: { database: "CORE", schema: "SCORE" } }],
  ]);
});

test("the views for training are cut off two horizons before the newest day, so that a horizon of later cases is held out", () => {
  const view = compiled().views.find((one) => one.logical === "core.score.deal_win_training")!;
  expect(view.statement).toMatch(/DATEADD\(day, -90, \(SELECT MAX/i);
  expect(view.columns.map((column) => column.name)).toEqual(["STAGE", "HAPPENED"]);
});

test("a stack without the features' source has no score, and nothing that judges it", () => {
  const models = [FEATURES, OUTCOME].map((file) => ({
    ...file,
    text: file.text.replaceAll("raw.salesforce.opportunity", "raw.support.ticket"),
  }));
  const platform = compile({
    stack: "local",
    config: stackConfig(sampleText()),
    sources: SOURCES,
    models,
    scores: [{ path: "sql/scores/deal_win.yaml", text: DEFINITION }],
    kpis: [],
    publicKeys: { kafka_loader: PUBLIC_KEY },
  });
  expect(JSON.stringify(platform)).not.toContain("DEAL_WIN");
});

test.each([
  [
    "an unknown table",
    DEFINITION.replace("features: core.feature.deal\n", "features: core.feature.dael\n"),
    /features: is no model/,
  ],
  ["an unknown input", DEFINITION.replace("[stage]", "[stake]"), /STAKE|stake/i],
  ["an unknown outcome", DEFINITION.replace("happened: won", "happened: one"), /ONE|one/i],
  ["a horizon of nothing", DEFINITION.replace("horizon: 30", "horizon: 0"), /horizon/],
  ["an unknown key", `${DEFINITION}colour: red\n`, /colour|Unrecognized/i],
  ["a text that is no YAML", "entity: [", /is not YAML/],
])("%s is one clear problem", (_, definition, message) => {
  const problems = problemsOf(definition);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.join("\n")).toMatch(message);
});
