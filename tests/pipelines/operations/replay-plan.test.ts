import type { LandedFile } from "../../../pipelines/operations/replay/landing-zone.ts";
import { keysOf, pipesOf, planObject } from "../../../pipelines/operations/replay/plan.ts";
import { insertMissing } from "../../../pipelines/operations/replay/statements.ts";
import { loadProject } from "../../infra/sample.ts";

const platform = loadProject("local");
const pipe = platform.pipes.find((one) => one.key === "raw.salesforce.account")!;
const file = (day: string, name: string, more: Partial<LandedFile> = {}): LandedFile => ({
  key: `salesforce/account/dt=${day}/${name}`,
  size: 1,
  lastModified: 0,
  state: "readable",
  ...more,
});
const range = { from: "2026-03-01", to: "2026-03-02" };

test("the range of keys begins with the first day's folder and ends before the day after the last", () => {
  const { from, before } = keysOf(pipe, range);
  const inside = (key: string) => key >= from && key < before;
  expect(inside(file("2026-03-01", "a").key)).toBe(true);
  expect(inside(file("2026-03-02", "z").key)).toBe(true);
  expect(inside(file("2026-02-28", "z").key)).toBe(false);
  expect(inside(file("2026-03-03", "a").key)).toBe(false);
});

test("a batch is of one day and bounded; archived files are apart", () => {
  const many = Array.from({ length: 450 }, (_, i) => file("2026-03-01", `${i}.gz`));
  const plan = planObject(pipe, range, [
    ...many,
    file("2026-03-02", "large.gz", { size: 5e9 }),
    file("2026-03-02", "small.gz"),
    file("2026-03-02", "old.gz", { state: "archived" }),
    file("2026-03-02", "soon.gz", { state: "restoring" }),
  ]);
  expect(plan.batches.map((batch) => [batch.day, batch.files.length])).toEqual([
    ["2026-03-01", 200],
    ["2026-03-01", 200],
    ["2026-03-01", 50],
    ["2026-03-02", 1],
    ["2026-03-02", 1],
  ]);
  expect(plan.archived).toHaveLength(1);
  expect(plan.restoring).toHaveLength(1);
});

test("only rows that RAW lacks are added, of exactly the files that were listed", () => {
  const batch = {
    day: "2026-03-01",
    files: [file("2026-03-01", "account-0.jsonl.gz"), file("2026-03-01", "a+b'.gz")],
  };
  expect(insertMissing(pipe, batch)).toBe(
    `INSERT INTO "RAW"."SALESFORCE"."ACCOUNT" ("RECORD", "LINE", "FILE_NAME", "FILE_ROW_NUMBER", "FILE_LAST_MODIFIED", "LOADED_AT")
SELECT staged."RECORD", staged."LINE", staged."FILE_NAME", staged."FILE_ROW_NUMBER", staged."FILE_LAST_MODIFIED", staged."LOADED_AT"
FROM (
  SELECT CASE WHEN CHECK_JSON($1) IS NULL THEN PARSE_JSON($1) END AS "RECORD", $1 AS "LINE", METADATA$FILENAME AS "FILE_NAME", METADATA$FILE_ROW_NUMBER AS "FILE_ROW_NUMBER", METADATA$FILE_LAST_MODIFIED AS "FILE_LAST_MODIFIED", METADATA$START_SCAN_TIME AS "LOADED_AT"
  FROM @"RAW"."LANDING"."FILES"/salesforce/account/dt=2026-03-01/
  (FILE_FORMAT => '"RAW"."LANDING"."LINES"', PATTERN => '.*/(account-0[.]jsonl[.]gz|a[+]b[''][.]gz)')
) AS staged
LEFT JOIN (
  SELECT FILE_NAME, FILE_ROW_NUMBER FROM "RAW"."SALESFORCE"."ACCOUNT" WHERE FILE_NAME >= 'salesforce/account/dt=2026-03-01/' AND FILE_NAME < 'salesforce/account/dt=2026-03-010'
) AS present
  ON present.FILE_NAME = staged.FILE_NAME AND present.FILE_ROW_NUMBER = staged.FILE_ROW_NUMBER
WHERE present.FILE_NAME IS NULL`,
  );
});

test("a topic is not replayed from the bucket, and the error says from where", () => {
  expect(() => pipesOf(platform, "product")).toThrow("does not land as files");
});
