import fc from "fast-check";
import { flattenedTree } from "../../../../local/account/sql/flatten-tree.ts";

type Row = [key: string | null, index: number | null, path: string, value: unknown, parent: unknown];
const rowsOf = (json: string, prefix = ""): Row[] => JSON.parse(flattenedTree(json, prefix)) as Row[];

// Source: "FLATTEN".
test("elements at every depth, parents before their children, with their paths", () => {
  expect(
    rowsOf('{"a": 1, "b": [77, {"c d": "]}"}]}').map(([key, index, path]) => [key, index, path]),
  ).toEqual([
    ["a", null, "a"],
    ["b", null, "b"],
    [null, 0, "b[0]"],
    [null, 1, "b[1]"],
    ["c d", null, "b[1]['c d']"],
  ]);
  expect(rowsOf("[1]", "x.y").map(([, , path]) => path)).toEqual(["x.y[0]"]);
  expect(rowsOf('"scalar"')).toEqual([]);
});

test("each element stands in its parent at its key or index", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      for (const [key, index, , value, parent] of rowsOf(json))
        expect((parent as Record<string | number, unknown>)[key ?? index!]).toEqual(value);
    }),
    { seed: 11 },
  );
});
