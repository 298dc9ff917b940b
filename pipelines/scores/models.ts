/**
 * The models that follow from a score's definition, as model files like any other: what it is trained on, the cases
 * that were held out of training, how good it was on them, how its population moves, and the scores of now.
 */
import { type LogicalName, printLogical } from "../../infra/names.ts";
import type { HeaderColumn } from "../models/header.ts";
import type { ModelFile } from "../models/model.ts";
import { type Score, scoreNames } from "./score.ts";

interface Part {
  name: LogicalName;
  description: string;
  grain: string;
  /** None: a view. */
  key: string[];
  columns: Record<string, [type: string, description: string, required?: boolean]>;
  select: string;
}

/** The part of a header that scores need: types and meanings of the features. */
export type FeatureColumns = ReadonlyMap<string, Pick<HeaderColumn, "type" | "description">>;

/** Files whose text follows from the definition. */
export function scoreModels(score: Score, features: FeatureColumns): ModelFile[] {
  const parts = [training(score, features), heldOut, current, evaluation, calibration, drift];
  return parts.map((part) => fileOf(score, typeof part === "function" ? part(score) : part));
}

function fileOf(score: Score, part: Part): ModelFile {
  const column = ([name, [type, description, required]]: [string, Part["columns"][string]]) =>
    `  ${name}: { type: ${JSON.stringify(type)}, description: ${JSON.stringify(description)}${required ? ", required: true" : ""} }`;
  const { database, schema, name } = part.name;
  return {
    path: `sql/${database}/${schema}/${name}.sql`,
    text: `/*
description: ${JSON.stringify(part.description)}
owner: ${score.owner}
grain: ${JSON.stringify(part.grain)}
${part.key.length === 0 ? "materialized: view" : `key: [${part.key.join(", ")}]`}
freshness: ${score.freshness}
warehouse: ${score.warehouse}
columns:
${Object.entries(part.columns).map(column).join("\n")}
*/
${part.select}
`,
  };
}

const TRAINED: Part["columns"][string] = [
  "date",
  "Version of the model: the newest day of its data, UTC.",
  true,
];

const logicalOf = (score: Score): Record<keyof ReturnType<typeof scoreNames>, string> => {
  const entries = Object.entries(scoreNames(score)).map(([key, name]) => [key, printLogical(name)]);
  return Object.fromEntries(entries);
};

/**
 * Outcomes must be known, and those of the held-out cases must not overlap with those trained on: of the newest day D
 * back, one horizon is not known yet, one is held out, and before that one lies between.
 */
function training(score: Score, features: FeatureColumns): Part {
  const { entity, horizon } = score;
  const typed = score.inputs.map((input): [string, Part["columns"][string]] => {
    const column = features.get(input.toUpperCase());
    return [input, [column?.type.text ?? "varchar", column?.description ?? input]];
  });
  return {
    name: scoreNames(score).training,
    description: `What the score ${score.name} is trained on: cases whose outcome was known ${2 * horizon} days before the newest day, so that later ones can judge it.`,
    grain: "one row for each case, without its name",
    key: [],
    columns: {
      ...Object.fromEntries(typed),
      happened: ["boolean", `Whether it happened within ${horizon} days.`],
    },
    select: `select
${score.inputs.map((input) => `  f.${input},`).join("\n")}
  o.${score.happened} as happened
from ${score.features} f
join ${score.outcome} o on o.${entity} = f.${entity} and o.day = f.day
where f.day <= dateadd(day, -${3 * horizon}, (select max(n.day) as newest from ${score.features} n))`,
  };
}

function heldOut(score: Score): Part {
  const { entity } = score;
  return {
    name: scoreNames(score).heldOut,
    description: `Scores of cases that the model was not trained on and whose outcome is known by now.`,
    grain: `one row for each ${entity}, day and version of the model`,
    key: [],
    columns: {
      trained_on: TRAINED,
      [entity]: ["varchar", "What was scored.", true],
      day: ["date", "As of the end of this day, UTC.", true],
      score: ["float", "Probability that it would happen."],
      happened: ["boolean", "Whether it happened."],
    },
    select: `select p.trained_on, p.${entity}, p.day, p.score, o.${score.happened} as happened
from ${logicalOf(score).values} p
join ${score.outcome} o on o.${entity} = p.${entity} and o.day = p.day`,
  };
}

function current(score: Score): Part {
  const { entity } = score;
  const names = logicalOf(score);
  return {
    name: scoreNames(score).current,
    description: `${score.description} The newest score of each.`,
    grain: `one row for each ${entity} of now`,
    key: [entity],
    columns: {
      [entity]: ["varchar", "What is scored."],
      day: ["date", "As of the end of this day, UTC."],
      score: ["float", `Probability, 0 to 1, that it happens within ${score.horizon} days.`],
      lift: ["number(18,4)", "How many times as likely as for all that the model was trained on."],
      trained_on: TRAINED,
    },
    select: `select
  p.${entity},
  p.day,
  p.score,
  (p.score / nullif(m.base_rate, 0))::number(18, 4) as lift,
  p.trained_on
from ${names.values} p
join ${score.as_of} a on a.${entity} = p.${entity} and a.day = p.day and a.last_day = p.day
left join (
  select b.trained_on, sum(b.positives) / nullif(sum(b.cases), 0) as base_rate
  from ${names.model} b
  group by b.trained_on
) m on m.trained_on = p.trained_on
qualify row_number() over (partition by p.${entity} order by p.trained_on desc) = 1`,
  };
}

function evaluation(score: Score): Part {
  const entity = score.entity;
  return {
    name: scoreNames(score).evaluation,
    description: `How good each version of the score ${score.name} is on the cases held out of its training, beside what is known without it: the base rate.`,
    grain: "one row for each version of the model",
    key: ["trained_on"],
    columns: {
      trained_on: TRAINED,
      cases: ["number(38,0)", "Held-out cases."],
      positives: ["number(38,0)", "Those in which it happened."],
      base_rate: ["number(9,6)", "Share of them."],
      mean_score: ["number(9,6)", "Mean score: equal to the base rate when the score is calibrated."],
      auc: [
        "number(9,6)",
        "Chance that a case in which it happened scores above one in which it did not; 0.5 is chance.",
      ],
      log_loss: ["number(9,6)", "Mean surprise about the outcomes; less is better."],
      base_log_loss: ["number(9,6)", "The same for always saying the base rate."],
      brier: ["number(9,6)", "Mean squared error; less is better."],
      top_decile_lift: [
        "number(9,4)",
        "How many times as often it happened in the tenth with the highest scores.",
      ],
    },
    select: `select
  r.trained_on,
  count(*) as cases,
  count_if(r.happened) as positives,
  (count_if(r.happened) / count(*))::number(9, 6) as base_rate,
  avg(r.score)::number(9, 6) as mean_score,
  ((sum(case when r.happened then r.position end) - count_if(r.happened) * (count_if(r.happened) + 1) / 2)
    / nullif(count_if(r.happened) * count_if(not r.happened), 0))::number(9, 6) as auc,
  avg(-ln(greatest(case when r.happened then r.score else 1 - r.score end, 0.000000001)))::number(9, 6) as log_loss,
  (-(count_if(r.happened) * ln(nullif(count_if(r.happened), 0) / count(*)) + count_if(not r.happened) * ln(nullif(count_if(not r.happened), 0) / count(*))) / count(*))::number(9, 6) as base_log_loss,
  avg(square(case when r.happened then 1 - r.score else r.score end))::number(9, 6) as brier,
  (count_if(r.happened and r.tenth = 1) / nullif(count_if(r.tenth = 1), 0)
    / nullif(count_if(r.happened) / count(*), 0))::number(9, 4) as top_decile_lift
from (
  select
    h.trained_on,
    h.score,
    h.happened,
    rank() over (partition by h.trained_on order by h.score) + (count(*) over (partition by h.trained_on, h.score) - 1) / 2 as position,
    ntile(10) over (partition by h.trained_on order by h.score desc, h.${entity}, h.day) as tenth
  from ${logicalOf(score).heldOut} h
) r
group by r.trained_on`,
  };
}

function calibration(score: Score): Part {
  return {
    name: scoreNames(score).calibration,
    description: `Whether the score ${score.name} means what it says: held-out cases in tenths by their score, what was said and what came.`,
    grain: "one row for each version of the model and tenth of the held-out cases",
    key: ["trained_on", "tenth"],
    columns: {
      trained_on: TRAINED,
      tenth: ["number(38,0)", "1 has the highest scores."],
      cases: ["number(38,0)", "Held-out cases."],
      positives: ["number(38,0)", "Those in which it happened."],
      mean_score: ["number(9,6)", "Mean score."],
      happened_rate: ["number(9,6)", "Share in which it happened."],
      lift: ["number(9,4)", "That share by the share of all held-out cases."],
    },
    select: `select
  r.trained_on,
  r.tenth,
  count(*) as cases,
  count_if(r.happened) as positives,
  avg(r.score)::number(9, 6) as mean_score,
  (count_if(r.happened) / count(*))::number(9, 6) as happened_rate,
  (count_if(r.happened) / count(*) / nullif(max(r.all_rate), 0))::number(9, 4) as lift
from (
  select
    h.trained_on,
    h.score,
    h.happened,
    avg(case when h.happened then 1 else 0 end) over (partition by h.trained_on) as all_rate,
    coalesce(ntile(10) over (partition by h.trained_on order by h.score desc, h.${score.entity}, h.day), 1) as tenth
  from ${logicalOf(score).heldOut} h
) r
group by r.trained_on, r.tenth`,
  };
}

function drift(score: Score): Part {
  const { entity } = score;
  const names = logicalOf(score);
  return {
    name: scoreNames(score).drift,
    description: `How far those who are scored have moved from those that the score ${score.name} was trained on: the population stability index over the tenths of the training cases. Below 0.1 they are alike; above 0.25 train again, or look why.`,
    grain: "one row for each version of the model and day on which it scored",
    key: ["trained_on", "day"],
    columns: {
      trained_on: TRAINED,
      day: ["date", "Day as of which was scored, UTC."],
      cases: ["number(38,0)", "Scored on that day."],
      stability_index: ["number(18,6)", "Population stability index."],
    },
    select: `select
  y.trained_on,
  y.day,
  max(y.scored) as cases,
  sum((y.actual - y.expected) * ln(y.actual / y.expected))::number(18, 6) as stability_index
from (
  select
    d.trained_on,
    d.day,
    d.scored,
    greatest(m.cases / t.cases, 0.0001) as expected,
    greatest(coalesce(c.scored, 0) / d.scored, 0.0001) as actual
  from (
    select p.trained_on, p.day, count(*) as scored
    from ${names.values} p
    where p.day >= p.trained_on
    group by p.trained_on, p.day
  ) d
  join ${names.model} m on m.trained_on = d.trained_on
  join (select b.trained_on, sum(b.cases) as cases from ${names.model} b group by b.trained_on) t on t.trained_on = d.trained_on
  left join (
    select s.trained_on, s.day, s.bin, count(*) as scored
    from (
      select p.trained_on, p.day, p.${entity}, coalesce(max(case when b.lower_score <= p.score then b.bin end), 1) as bin
      from ${names.values} p
      join ${names.model} b on b.trained_on = p.trained_on
      where p.day >= p.trained_on
      group by p.trained_on, p.day, p.${entity}
    ) s
    group by s.trained_on, s.day, s.bin
  ) c on c.trained_on = d.trained_on and c.day = d.day and c.bin = m.bin
) y
group by y.trained_on, y.day`,
  };
}
