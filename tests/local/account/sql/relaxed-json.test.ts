import fc from "fast-check";
import { jsonProblem, relaxedJson } from "../../../../local/account/sql/relaxed-json.ts";
import { UNDEFINED } from "../../../../local/account/types/typed-text.ts";

// Source: "PARSE_JSON", "FLATTEN" and "OBJECT_CONSTRUCT", their examples.
test.each([
  ['{ name: { first: "John" }, n: 1 }', '{"name":{"first":"John"},"n":1}'],
  ["{'ValidKey1': 'ValidValue1'}", '{"ValidKey1":"ValidValue1"}'],
  ["[-1, 12, FALSE,]", `[-1,12,false,${UNDEFINED}]`],
  ["[1, ,77]", `[1,${UNDEFINED},77]`],
  ["NULL", "null"],
  ["[]", "[]"],
  ['{"a": 1.50e2,}', '{"a":1.50e2}'],
  ['"a\\u00e9\\n"', '"aé\\n"'],
  [" \n", null],
])("%s is read", (text, json) => {
  expect(relaxedJson(text)).toBe(json);
});

// Source: "CHECK_JSON" and the Snowpark reference's check_json.
test.each([
  ["{'Malformed -- missing val':}", "misplaced }, pos 29"],
  ['{"a"}', "missing colon, pos 5"],
  ["tru", 'unknown keyword "tru", pos 4'],
  ['{"a": 1} {"b": 2}', "more than one document in the input"],
  ['{"a": 1, "a": 2}', 'duplicate object attribute "a", pos 12'],
])("%s is refused", (text, problem) => {
  expect(jsonProblem(text)).toBe(problem);
});

test("standard JSON is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.parse(relaxedJson(text)!)).toEqual(JSON.parse(text));
    }),
    { seed: 7 },
  );
});
