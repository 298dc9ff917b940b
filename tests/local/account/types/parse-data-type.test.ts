import { printDataType } from "../../../../local/account/types/data-type.ts";
import { parseDataType } from "../../../../local/account/types/parse-data-type.ts";
import { duckType } from "../../../../local/account/types/physical.ts";

test.each([
  ["INT", "NUMBER(38,0)", "HUGEINT"],
  ["number", "NUMBER(38,0)", "HUGEINT"],
  ["DECIMAL(10, 2)", "NUMBER(10,2)", "DECIMAL(10,2)"],
  ["NUMBER(18)", "NUMBER(18,0)", "BIGINT"],
  ["double precision", "FLOAT", "DOUBLE"],
  ["STRING", "VARCHAR(16777216)", "VARCHAR"],
  ["CHAR", "VARCHAR(1)", "VARCHAR"],
  ["character varying(5)", "VARCHAR(5)", "VARCHAR"],
  ["VARBINARY", "BINARY(8388608)", "BLOB"],
  ["DATETIME", "TIMESTAMP_NTZ(9)", "TIMESTAMP"],
  ["TIMESTAMP(3)", "TIMESTAMP_NTZ(3)", "TIMESTAMP"],
  ["TIMESTAMP WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(9)", "TIMESTAMP WITH TIME ZONE"],
  ["TIMESTAMP_TZ", "TIMESTAMP_TZ(9)", "STRUCT(t TIMESTAMP, o SMALLINT)"],
  ["VARIANT", "VARIANT", "JSON"],
  ["TIMESTAMP(3) WITH TIME ZONE", "TIMESTAMP_TZ(3)", "STRUCT(t TIMESTAMP, o SMALLINT)"],
  ["array(int)", "ARRAY(NUMBER(38,0))", "JSON"],
  [
    'OBJECT(Street VARCHAR(5) NOT NULL, "Zip code" NUMBER(5), tags ARRAY(VARCHAR))',
    "OBJECT(Street VARCHAR(5) NOT NULL, Zip code NUMBER(5,0), tags ARRAY(VARCHAR(16777216)))",
    "JSON",
  ],
  ["MAP(VARCHAR, DOUBLE PRECISION NOT NULL)", "MAP(VARCHAR(16777216), FLOAT NOT NULL)", "JSON"],
])("%s is %s, held as %s", (written, printed, physical) => {
  const type = parseDataType(written);
  expect(printDataType(type)).toBe(printed);
  expect(duckType(type)).toBe(physical);
});

test.each([
  ["NUMBER(39)", "002004"],
  ["NUMBER(10,11)", "002005"],
  ["GEOGRAPHY", "002040"],
  ["INT(3)", "002040"],
  ["MAP(DATE, INT)", "002040"],
  ["ARRAY(", "002040"],
  ["OBJECT(a)", "002040"],
])("%s is refused with %s", (written, code) => {
  expect(() => parseDataType(written)).toThrow(expect.objectContaining({ code }));
});
