import { fits, parseType } from "../../../pipelines/sql/types.ts";

test.each([
  ["varchar", "VARCHAR(16777216)"],
  ["string", "VARCHAR(16777216)"],
  ["number", "NUMBER(38,0)"],
  ["number(18, 2)", "NUMBER(18,2)"],
  ["number(10)", "NUMBER(10,0)"],
  ["timestamp_ntz", "TIMESTAMP_NTZ(9)"],
  ["timestamp_ntz(3)", "TIMESTAMP_NTZ(3)"],
  ["double", "FLOAT"],
  ["date", "DATE"],
  ["variant", "VARIANT"],
])("%s is stored as %s", (given, stored) => {
  expect(parseType(given)?.text).toBe(stored);
});

test.each(["money", "number(1,2,3)", "varchar(x)", "number(18,2", "", "toString"])(
  "%j is no type",
  (given) => {
    expect(parseType(given)).toBeUndefined();
  },
);

test("only what loses nothing is stored without a cast", () => {
  expect(fits("NUMBER", "FLOAT")).toBe(true);
  expect(fits("OBJECT", "VARIANT")).toBe(true);
  expect(fits("FLOAT", "NUMBER")).toBe(false);
  expect(fits("VARIANT", "VARCHAR")).toBe(false);
  expect(fits("TIMESTAMP_TZ", "TIMESTAMP_NTZ")).toBe(false);
});
