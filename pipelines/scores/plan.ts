/**
 * Scores within the platform: their definitions become models, tables and two tasks each. The first trains the
 * classification when it is due; the second gives scores to whoever is new or changed.
 */
import { didYouMean, type Problems } from "../../infra/errors.ts";
import { type Names, printLogical, quotedObject } from "../../infra/names.ts";
import type { Stream, Table } from "../../infra/platform.ts";
import type { CompiledModel, CompiledModels } from "../models/compile-models.ts";
import { readModelText } from "../models/header.ts";
import type { ModelFile } from "../models/model.ts";
import { relationOfTable } from "../sources/plan.ts";
import type { Relation } from "../sql/relation.ts";
import { scoreModels } from "./models.ts";
import { parseScores, type Score, scoreNames } from "./score.ts";
import { scoreStatement, trainStatement } from "./statements.ts";
import { scoreTables, tableOfSpec } from "./tables.ts";

export interface ParsedScores {
  scores: Score[];
  /** Models that follow from them. */
  models: ModelFile[];
  /** What their tasks write, as those models see it. */
  relations: Relation[];
}

export interface PlannedScores {
  compiled: CompiledModel[];
  tables: Table[];
  /** Schemas in which the tasks make classifications. */
  classifierSchemas: string[];
}

/** Reads the definitions; mistakes are added to the problems, and a wrong score is left out. */
export function readScores(
  files: readonly ModelFile[],
  models: readonly ModelFile[],
  names: Names,
  problems: Problems,
): ParsedScores {
  const byTable = new Map(
    models.map((file) => [file.path.slice("sql/".length, -".sql".length).replaceAll("/", "."), file]),
  );
  const scores = parseScores(files, problems).filter((score) =>
    (["as_of", "features", "outcome"] as const).every((part) => {
      if (byTable.has(score[part])) return true;
      problems.add({
        code: "SQL_UNKNOWN_TABLE",
        file: score.file,
        path: part,
        message: "is no model",
        given: score[part],
        hint: didYouMean(score[part], [...byTable.keys()]),
      });
      return false;
    }),
  );
  const headers = scores.map((score) => {
    const header = readModelText(byTable.get(score.features)!.text, () => {})?.header;
    return new Map((header?.columns ?? []).map((column) => [column.name, column]));
  });
  return {
    scores,
    models: scores.flatMap((score, i) => scoreModels(score, headers[i]!)),
    relations: scores.flatMap((score) =>
      Object.values(scoreTables(score)).map((spec) => ({
        ...relationOfTable(tableOfSpec(spec, names)),
        key: spec.key.map((one) => one.toUpperCase()),
        needs: [score.features, score.outcome],
      })),
    ),
  };
}

/** Tables and tasks of the scores whose features this stack has. */
export function planScores(scores: readonly Score[], models: CompiledModels, names: Names): PlannedScores {
  const plan: PlannedScores = { compiled: [], tables: [], classifierSchemas: [] };
  for (const score of scores) {
    const features = models.models.find((one) => one.model.logical === score.features);
    const training = models.models.find(
      (one) => one.model.logical === printLogical(scoreNames(score).training),
    );
    if (features === undefined || training === undefined) continue;
    const specs = scoreTables(score);
    const tables = Object.fromEntries(
      Object.entries(specs).map(([part, spec]) => [part, tableOfSpec(spec, names)]),
    ) as Record<keyof typeof specs, Table>;
    plan.tables.push(...Object.values(tables));
    plan.classifierSchemas.push(printLogical(scoreNames(score).values).split(".").slice(0, 2).join("."));
    const source = relationOf(features);
    const part = (which: keyof typeof specs, reads: Relation[]): CompiledModel =>
      compiledPart(score, specs[which], tables[which], reads, names);
    const model = part("model", [source, ...training.inputs]);
    const values = part("values", [source, relationOfTable(tables.model)]);
    const stream = (one: CompiledModel) => quotedObject(one.streams[0]!);
    plan.compiled.push(
      withStatement(
        { ...model, model: { ...model.model, reads: [score.features, training.model.logical] } },
        trainStatement(score, names, source.object, stream(model)),
      ),
      { ...part("input", [source]), streams: [], inputs: [] },
      withStatement(values, scoreStatement(score, names, source.object, stream(values))),
    );
  }
  plan.classifierSchemas = [...new Set(plan.classifierSchemas)];
  return plan;
}

/** The block stands for the query: a change of it is a change of meaning. */
const withStatement = (compiled: CompiledModel, statement: string): CompiledModel => ({
  ...compiled,
  statement,
  model: { ...compiled.model, query: statement },
});

const relationOf = ({ model }: CompiledModel): Relation => ({
  logical: model.logical,
  object: model.name,
  columns: new Map(
    model.columns.map((column) => [
      column.name,
      { name: column.name, type: column.type, nullable: column.nullable },
    ]),
  ),
  insertOnly: false,
  key: model.key,
});

/** The first of what it reads, the features, is what its stream is on. */
function compiledPart(
  score: Score,
  spec: ReturnType<typeof scoreTables>["values"],
  table: Table,
  reads: Relation[],
  names: Names,
): CompiledModel {
  const logical = printLogical(spec.name);
  const [features] = reads;
  const [database, schema, name] = score.features.split(".") as ["core", string, string];
  const stream: Stream = {
    key: `${logical}<${score.features}`,
    ...names.stream(spec.name, { database, schema, name }),
    table: features!.object,
    source: score.features,
    consumer: logical,
    appendOnly: false,
    comment: `Changes of ${score.features}, read by ${logical} alone.`,
  };
  const keyed = (column: string) => column === score.entity || column === "day";
  const from = [score.entity, "day", ...score.inputs].map((column) => `${score.features}.${column}`);
  return {
    streams: [stream],
    inputs: reads,
    tests: [],
    model: {
      logical,
      file: score.file,
      name: { database: table.database, schema: table.schema, name: table.name },
      description: spec.description,
      owner: score.owner,
      key: spec.key,
      grain: spec.grain,
      freshness: score.freshness,
      warehouse: score.warehouse,
      columns: table.columns,
      reads: [...new Set(reads.map((relation) => relation.logical))],
      lineage: sourcesOf(table, (own) => (keyed(own) ? [`${score.features}.${own}`] : from)),
      // A probability lets nothing of its inputs be read.
      shows: sourcesOf(table, (own) => (keyed(own) ? [`${score.features}.${own}`] : [])),
      maintenance: { kind: "affected", grain: [score.entity, "day"] },
      query: "",
    },
  };
}

const sourcesOf = (table: Table, of: (column: string) => string[]): Record<string, string[]> =>
  Object.fromEntries(
    table.columns.map((column) => [column.name.toLowerCase(), of(column.name.toLowerCase())]),
  );
