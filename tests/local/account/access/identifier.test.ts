import fc from "fast-check";
import { parseName, printIdentifier, printName } from "../../../../local/account/access/identifier.ts";

test.each([
  ["a.b.c", ["A", "B", "C"]],
  [' "x y".B ', ["x y", "B"]],
  ['"a""b"."C.d"', ['a"b', "C.d"]],
  ["db..t", ["DB", "", "T"]],
  ["_x$1", ["_X$1"]],
])("%s", (text, parts) => {
  expect(parseName(text)).toEqual(parts);
});

test.each(["", ".", "a.", ".a", '"open', '"a"b', '""', "a b"])("%j is no name", (text) => {
  expect(parseName(text)).toBeUndefined();
});

test("a printed name reads back as itself", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }), (parts) => {
      expect(parseName(printName(parts))).toEqual(parts);
    }),
    { numRuns: 500, seed: 1 },
  );
  expect(["PLAIN", "lower", "1A", "A B", 'q"'].map(printIdentifier)).toEqual([
    "PLAIN",
    '"lower"',
    '"1A"',
    '"A B"',
    '"q"""',
  ]);
});
