import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import {
  type Cell,
  type ClassifierModel,
  encode,
  type Feature,
  probabilities,
  slotsOf,
} from "../../../../local/account/ml/model.ts";
import { predictionSql } from "../../../../local/account/ml/predict-sql.ts";
import { quoteText, raise } from "../../../../local/account/sql/compile/typed.ts";

type Model = Pick<ClassifierModel, "features" | "classes" | "scorers">;

const TEXTS = ["web", "it's", "a\\b", 'q"q', "é"];
const small = fc.double({ min: -3, max: 3, noNaN: true });
const feature = (name: string): fc.Arbitrary<Feature> =>
  fc.oneof(
    fc.record({
      kind: fc.constant("numeric" as const),
      name: fc.constant(name),
      mean: small,
      deviation: fc.double({ min: 0.1, max: 5, noNaN: true }),
      missing: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("categorical" as const),
      name: fc.constant(name),
      values: fc.uniqueArray(fc.constantFrom(...TEXTS), { maxLength: 4 }),
    }),
  );
const cellOf = (of: Feature): fc.Arbitrary<Cell> =>
  of.kind === "numeric"
    ? fc.oneof(fc.constant(null), fc.double({ min: -50, max: 50, noNaN: true }))
    : fc.oneof(fc.constant(null), fc.constantFrom(...TEXTS, "other"));

const modelAndRow = fc
  .tuple(fc.constantFrom(2, 3), feature("A"), feature("it's"), feature('B"\\'))
  .chain(([count, ...features]) => {
    const width = features.reduce((sum, one) => sum + slotsOf(one), 0);
    const scorer = fc.record({
      bias: small,
      weights: fc.array(small, { minLength: width, maxLength: width }),
    });
    const scorers = count === 2 ? 1 : count;
    return fc.record({
      model: fc.record({
        features: fc.constant(features),
        classes: fc.constant(["no", "o'k", "yes"].slice(0, count)),
        scorers: fc.array(scorer, { minLength: scorers, maxLength: scorers }),
      }),
      row: fc.tuple(...features.map(cellOf)),
    });
  });

test("the SQL of a model says what the model says", async () => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const predict = async (model: Model, row: Cell[]) => {
    const object = JSON.stringify(
      Object.fromEntries(model.features.map((one, i) => [one.name, row[i] ?? null])),
    );
    const sql = predictionSql(model, `CAST(${quoteText(object)} AS JSON)`, "ABORT", {
      quoteText,
      raise: (message) => raise("100132", "P0000", message),
    });
    const rows = (await connection.runAndReadAll(`SELECT CAST(${sql} AS VARCHAR)`)).getRows();
    return JSON.parse(String(rows[0]![0])) as { class: string; probability: Record<string, number> };
  };
  try {
    await fc.assert(
      fc.asyncProperty(modelAndRow, async ({ model, row }) => {
        const encoded = new Float64Array(model.features.reduce((sum, one) => sum + slotsOf(one), 0));
        encode(model.features, row, encoded, 0);
        const wanted = probabilities(model, encoded);
        const found = await predict(model, row);
        for (const [i, name] of model.classes.entries())
          expect(found.probability[name]!).toBeCloseTo(wanted[i]!, 9);
        expect(found.probability[found.class]!).toBeCloseTo(Math.max(...wanted), 9);
      }),
      { numRuns: 60, seed: 7 },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});
