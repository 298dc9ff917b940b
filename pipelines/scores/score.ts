/**
 * A score's one definition: what is scored, by which features, for which outcome, how far ahead, who answers for it.
 * One YAML file each under sql/scores/, named as the score.
 */
import { z } from "zod";
import type { Problems } from "../../infra/errors.ts";
import type { LogicalName } from "../../infra/names.ts";
import { readDefinition } from "../definition.ts";
import type { ModelFile } from "../models/model.ts";

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "lower-case letters, digits and _, starting with a letter");
const table = z.string().regex(/^core(\.[a-z][a-z0-9_]*){2}$/, "a table of CORE: core.<schema>.<table>");

const scoreSchema = z.strictObject({
  description: z.string().min(1),
  owner: name,
  /** Column that names what is scored; with `day` it is the key of the three tables. */
  entity: name,
  /** Who there was as of which day, with `last_day`, the day until which outcomes are known. */
  as_of: table,
  /** What was known as of a day. */
  features: table,
  /** Columns of the features that the score is learnt from. */
  inputs: z.array(name).min(1),
  /** What became of whom after a day, once it is known. */
  outcome: table,
  /** Boolean column of the outcome. */
  happened: name,
  /** Days that the outcome looks ahead. */
  horizon: z.number().int().min(1).max(730),
  /** Days of new data after which the model is trained again. */
  retrain: z.number().int().min(1).max(365).default(28),
  /** Cases with and without the outcome that training needs; with fewer there is no score. */
  least: z.number().int().min(1).default(10),
  freshness: name.default("daily"),
  warehouse: name.default("transform"),
});

export type Score = z.output<typeof scoreSchema> & { name: string; file: string };

export const SCORE_SCHEMA = "score";

export const parseScores = (files: readonly ModelFile[], problems: Problems): Score[] =>
  files.flatMap((file) => readDefinition(file, scoreSchema, "score", problems) ?? []);

/**
 * Names of what belongs to a score: in CORE its values, what its models were trained on and learnt, and the views for
 * training and judging; in the owner's mart the values of now and how good they were.
 */
export const scoreNames = (score: Score) => {
  const core = (suffix: string): LogicalName => ({
    database: "core",
    schema: SCORE_SCHEMA,
    name: `${score.name}${suffix}`,
  });
  const mart = (suffix: string): LogicalName => ({ ...core(suffix), database: "mart", schema: score.owner });
  return {
    values: core(""),
    model: core("_model"),
    input: core("_input"),
    training: core("_training"),
    heldOut: core("_held_out"),
    /** The classification instance: a name of its own, since a table of the same name would confuse readers. */
    instance: core("_classifier"),
    current: mart(""),
    evaluation: mart("_evaluation"),
    calibration: mart("_calibration"),
    drift: mart("_drift"),
  };
};
