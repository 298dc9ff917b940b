import { areaUnderCurve, evaluate } from "../../../../local/account/ml/evaluate.ts";
import { type Cell, encode, probabilities, slotsOf } from "../../../../local/account/ml/model.ts";
import { Sample } from "../../../../local/account/ml/sample.ts";
import { trainClassifier } from "../../../../local/account/ml/train.ts";

/** A small generator with a fixed seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x100000000;
  };
}

test("the sample is the same in whatever order rows come, and never larger than it may be", () => {
  const rows = Array.from({ length: 1000 }, (_, i): [string, Cell[]] => [
    i % 3 === 0 ? "a" : "b",
    [i, `v${i % 7}`, null],
  ]);
  const [forth, back] = [new Sample(3, 50), new Sample(3, 50)];
  for (const [label, row] of rows) forth.add(label, row);
  for (const [label, row] of rows.toReversed()) back.add(label, row);
  expect(forth.examples()).toHaveLength(50);
  expect(forth.examples()).toEqual(back.examples());
  expect(forth.seen).toBe(1000);
});

test("training finds the weights that made the data", async () => {
  const draw = random(11);
  const sample = new Sample(2);
  for (let i = 0; i < 20_000; i++) {
    const x = 4 * draw() - 2;
    const group = draw() < 0.5 ? "g" : "h";
    const logit = -1 + 1.5 * x + (group === "g" ? 1 : 0);
    sample.add(draw() < 1 / (1 + Math.exp(-logit)) ? "yes" : "no", [x, group]);
  }
  const model = await trainClassifier(
    [
      { name: "X", kind: "numeric" },
      { name: "GROUP", kind: "categorical" },
    ],
    sample.examples(),
    { testFraction: 0.2, pause: async () => {} },
  );
  const at = (row: Cell[]) => {
    const encoded = new Float64Array(model.features.reduce((sum, one) => sum + slotsOf(one), 0));
    encode(model.features, row, encoded, 0);
    return probabilities(model, encoded)[1]!;
  };
  const truth = (x: number, g: number) => 1 / (1 + Math.exp(-(-1 + 1.5 * x + g)));
  expect(at([0, "h"])).toBeCloseTo(truth(0, 0), 1);
  expect(at([1, "g"])).toBeCloseTo(truth(1, 1), 1);
  expect(at([-1, "g"])).toBeCloseTo(truth(-1, 1), 1);
  expect(model.evaluation!.auc!).toBeGreaterThan(0.8);
  expect(model.importance[0]!.feature).toBe("X");
});

test("the area under the curve counts ties as half, and is unknown without both classes", () => {
  const scored = (text: string) =>
    text.split(" ").map((one) => ({ score: Number(one.slice(1)), positive: one[0] === "+" }));
  expect(areaUnderCurve(scored("-1 -2 +3 +4"))).toBe(1);
  expect(areaUnderCurve(scored("-1 +1"))).toBe(0.5);
  expect(areaUnderCurve(scored("+1 -2 +3 -4"))).toBe(0.25);
  expect(areaUnderCurve(scored("+1 +2"))).toBeNull();
});

test("precision, recall and log loss by hand", () => {
  const found = evaluate(
    ["no", "yes"],
    [
      { actual: "yes", probabilities: [0.2, 0.8] },
      { actual: "yes", probabilities: [0.6, 0.4] },
      { actual: "no", probabilities: [0.1, 0.9] },
      { actual: "no", probabilities: [0.7, 0.3] },
    ],
  );
  expect(found.classes[1]).toEqual({ class: "yes", precision: 0.5, recall: 0.5, f1: 0.5, support: 2 });
  const loss = -(Math.log(0.8) + Math.log(0.4) + Math.log(0.1) + Math.log(0.7)) / 4;
  expect(found.logLoss).toBeCloseTo(loss, 12);
});
