import { FirnError } from "../../../infra/errors.ts";
import { compileSample, sampleText, stackConfig } from "../../infra/sample.ts";

test("a pipe keeps each line, its JSON where it is some, and where it came from", () => {
  const platform = compileSample([]);
  expect(platform.pipes.find((pipe) => pipe.key === "raw.salesforce.account")!.copy).toBe(
    `COPY INTO "RAW"."SALESFORCE"."ACCOUNT" ("RECORD", "LINE", "FILE_NAME", "FILE_ROW_NUMBER", "FILE_LAST_MODIFIED", "LOADED_AT")
FROM (SELECT CASE WHEN CHECK_JSON($1) IS NULL THEN PARSE_JSON($1) END, $1, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, METADATA$FILE_LAST_MODIFIED, METADATA$START_SCAN_TIME FROM @"RAW"."LANDING"."FILES"/salesforce/account/)
FILE_FORMAT = (FORMAT_NAME = '"RAW"."LANDING"."LINES"')`,
  );
});

test("raw tables are insert-only, and so their streams are cheap", () => {
  const platform = compileSample([]);
  for (const table of platform.tables.filter((one) => one.logical.startsWith("raw.")))
    expect(table.insertOnly).toBe(true);
});

test("a source that does not exist is answered with the nearest", () => {
  const config = stackConfig(sampleText().replace("sources: [salesforce", "sources: [saleforce"));
  expect(() => compileSample([], config)).toThrow(FirnError);
  expect(() => compileSample([], config)).toThrow(
    /firn:sources: there is no source saleforce .*Did you mean "salesforce"\?/,
  );
});
