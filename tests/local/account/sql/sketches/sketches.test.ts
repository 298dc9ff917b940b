import { createHash } from "node:crypto";
import {
  combineStates,
  estimateState,
  exportState,
  importState,
  stateOfCodes,
} from "../../../../../local/account/sql/sketches/hyper-log-log.ts";
import {
  combineMinHash,
  minHashState,
  similarity,
} from "../../../../../local/account/sql/sketches/min-hash.ts";
import {
  combineQuantiles,
  estimateQuantile,
  quantileState,
} from "../../../../../local/account/sql/sketches/quantiles.ts";
import { combineTopK, estimateTopK, topKState } from "../../../../../local/account/sql/sketches/top-k.ts";

/** JSON states as the aggregates hand them on. */
const all = (...states: string[]) => `[${states.join(", ")}]`;
const bits = (value: number, salt = "") =>
  createHash("sha256").update(`${salt}${value}`).digest().readBigUInt64BE();
const codeOf = (value: number): number => {
  const hash = bits(value);
  const rest = hash & (2n ** 52n - 1n);
  const rank = rest === 0n ? 53 : 53 - rest.toString(2).length;
  return Number(hash >> 52n) * 64 + rank;
};
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const hll = (values: number[]) => stateOfCodes(JSON.stringify(values.map(codeOf)));

test.each([0, 1, 3, 100, 5000, 200_000])("HyperLogLog estimates %i values within 5 %%", (count) => {
  const estimate = Number(estimateState(hll(range(0, count))));
  expect(Math.abs(estimate - count)).toBeLessThanOrEqual(count * 0.05);
});

test("HyperLogLog: states combine to that of all values, and survive export and import, sparse and dense", () => {
  const [a, b] = [hll(range(0, 3000)), hll(range(2000, 9000))];
  expect(combineStates(JSON.stringify([a, b]))).toBe(hll(range(0, 9000)));
  for (const state of [hll(range(0, 50)), b]) expect(importState(exportState(state))).toBe(state);
  expect(JSON.parse(exportState(hll([1])))).toMatchObject({
    precision: 12,
    sparse: { indices: [expect.any(Number)] },
  });
  expect(JSON.parse(exportState(b)).dense).toHaveLength(4096);
  expect(importState('{"precision": 11, "dense": []}')).toBeNull();
});

test("quantiles: one state, and many combined, answer within a percent of the range", () => {
  const even = (from: number, to: number) => {
    const values = range(0, 500).map((i) => from + Math.floor((to - from) * ((i + 0.5) / 500)));
    return quantileState(JSON.stringify(values), String(to - from));
  };
  const whole = combineQuantiles(all(even(0, 1000), even(1000, 4000), even(4000, 10_000)));
  expect(JSON.parse(whole).state.length).toBeLessThanOrEqual(500);
  for (const share of [0.01, 0.25, 0.5, 0.9, 0.99])
    expect(Math.abs(Number(estimateQuantile(whole, String(share))) - share * 10_000)).toBeLessThan(100);
  expect(estimateQuantile(quantileState("[]", "0"), "0.5")).toBeNull();
});

test("the most frequent values, of one state and of several", () => {
  const a = topKState('[["\\"x\\"", 5], ["\\"y\\"", 3], ["\\"z\\"", 1]]', "2");
  expect(estimateTopK(a, "1")).toBe('[["x",5]]');
  const b = topKState('[["\\"y\\"", 4], ["1", 1]]', "10");
  expect(estimateTopK(combineTopK(all(a, b), ""), "")).toBe('[["y",7],["x",5],[1,1]]');
  expect(estimateTopK(combineTopK(all(a, b), "1"), "")).toBe('[["y",7]]');
});

test("MinHash: similarity is about the Jaccard index; a union's state is that of its parts", () => {
  const state = (values: number[]) =>
    minHashState(
      JSON.stringify(
        range(0, 200).map((f) =>
          // biome-ignore lint/complexity/useMathMinMax: these are bigints
          String(values.map((v) => bits(v, `${f}:`)).reduce((low, h) => (h < low ? h : low))),
        ),
      ),
    );
  const [a, b] = [state(range(0, 300)), state(range(100, 400))];
  expect(Math.abs(Number(similarity(all(a, b))) - 0.5)).toBeLessThan(0.12);
  expect(combineMinHash(all(a, b))).toBe(state(range(0, 400)));
  expect(similarity(all(a, minHashState("[]")))).toBeNull();
});
