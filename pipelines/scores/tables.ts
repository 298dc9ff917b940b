/** The tables that a score's tasks write; models read them like any other. */
import { type LogicalName, type Names, printLogical } from "../../infra/names.ts";
import type { Column, Table } from "../../infra/platform.ts";
import { type Score, scoreNames } from "./score.ts";

interface TableSpec {
  name: LogicalName;
  grain: string;
  key: string[];
  description: string;
  columns: Record<string, [type: string, description: string]>;
}

export function scoreTables(score: Score): { values: TableSpec; model: TableSpec; input: TableSpec } {
  const names = scoreNames(score);
  const trained: [string, string] = ["DATE", "Version of the model: the newest day of its data, UTC."];
  return {
    values: {
      name: names.values,
      grain: `one row for each ${score.entity}, day and version of the model`,
      key: [score.entity, "day", "trained_on"],
      description: `${score.description} Scores as they were given on each day.`,
      columns: {
        [score.entity]: ["VARCHAR(16777216)", "What is scored."],
        day: ["DATE", "As of the end of this day, UTC."],
        trained_on: trained,
        score: ["FLOAT", `Probability, 0 to 1, that it happens within ${score.horizon} days.`],
      },
    },
    model: {
      name: names.model,
      grain: "one row for each version of the model and tenth of its training cases by score",
      key: ["trained_on", "bin"],
      description: `What each version of the score ${score.name} was trained on: its cases in tenths by their score, for calibration and drift.`,
      columns: {
        trained_on: trained,
        bin: ["NUMBER(38,0)", "Tenth of the training cases, 1 has the lowest scores."],
        trained_through: ["DATE", "Outcomes up to this day were used; cases as of later days are held out."],
        lower_score: ["FLOAT", "Lowest score in the tenth."],
        cases: ["NUMBER(38,0)", "Training cases."],
        positives: ["NUMBER(38,0)", "Training cases in which it happened."],
      },
    },
    input: {
      name: names.input,
      grain: "one row for each version of the model and input",
      key: ["trained_on", "input"],
      description: `How much each input counts in the score ${score.name}.`,
      columns: {
        trained_on: trained,
        input: ["VARCHAR(16777216)", "Input, as the features call it."],
        importance_rank: ["NUMBER(38,0)", "1 counts most."],
        importance: ["FLOAT", "Importance, 0 to 1, as the classification tells it."],
      },
    },
  };
}

export function tableOfSpec(spec: TableSpec, names: Names): Table {
  const columns = Object.entries(spec.columns).map(
    ([column, [type, description]]): Column => ({
      name: column.toUpperCase(),
      type,
      nullable: !spec.key.includes(column),
      description,
      tags: [],
    }),
  );
  const logical = printLogical(spec.name);
  return {
    key: logical,
    logical,
    ...names.object(spec.name),
    columns,
    clusterBy: [],
    comment: spec.description,
    insertOnly: false,
  };
}
