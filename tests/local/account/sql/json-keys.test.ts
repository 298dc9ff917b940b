import fc from "fast-check";
import { duplicateKey, lastKeys } from "../../../../local/account/sql/json-keys.ts";

// Source: "PARSE_JSON", the parameter.
test.each([
  ['{"a": 1, "b": {"a": 2}}', null],
  ['[{"a": 1}, {"a": 2}]', null],
  ['{"a": 1, "A": 2}', null],
  ['{"a": 1, "a": 2}', "a"],
  ['{"b": [{"a": 1, "c": {"x": "a"}, "a": 2}]}', "a"],
  ['{"a\\"b": 1, "a\\"b": 2}', 'a"b'],
  ['{"a": 1, "\\u0061": 2}', "a"],
  ['{"x": "\\\\", "y": ",\\"x\\":", "x": 1}', "x"],
  ["not json {", null],
])("%s repeats %s", (json, key) => {
  expect(duplicateKey(json)?.key ?? null).toBe(key);
});

test("the last of repeated keys stays, whatever is nested in those before", () => {
  expect(lastKeys('{"a": {"x": 1, "x": 2}, "b": 3, "a": {"y": 1, "y": 4}}')).toBe('{"b": 3, "a": {"y": 4}}');
  expect(lastKeys('{"a": 1, "a": 2, "a": 3}')).toBe('{"a": 3}');
});

test("as JSON.parse has it: the last value, and texts without repetitions stay as they are", () => {
  const key = fc.constantFrom("a", "b", 'q"', "\\", "{");
  const json = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("1", "null", '"},{"', '"\\\\"', "[]"),
      fc.array(tie("value")).map((items) => `[${items.join(", ")}]`),
      fc
        .array(fc.tuple(key, tie("value")))
        .map((entries) => `{${entries.map(([k, v]) => `${JSON.stringify(k)}: ${v}`).join(", ")}}`),
    ),
  })).value;
  fc.assert(
    fc.property(json, (text) => {
      const last = lastKeys(text);
      expect(JSON.parse(last)).toEqual(JSON.parse(text));
      expect(duplicateKey(last)).toBeNull();
      if (duplicateKey(text) === null) expect(last).toBe(text);
    }),
    { seed: 11, numRuns: 500 },
  );
});
