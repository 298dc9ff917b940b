import { compile } from "../../../infra/compile.ts";
import type { ModelFile } from "../../../pipelines/models/model.ts";
import { planBackfill } from "../../../pipelines/operations/backfill/plan.ts";
import { keptFrom } from "../../../pipelines/operations/kept.ts";
import { refuseForgotten } from "../../../pipelines/operations/replay/run.ts";
import { SOURCES } from "../../../pipelines/sources/index.ts";
import { PUBLIC_KEY, sampleText, stackConfig } from "../../infra/sample.ts";
import { DEAL } from "./support/deal.ts";

const again: ModelFile = {
  path: "sql/core/a/total.sql",
  text: `/*
description: x
owner: sales
grain: one row for each deal
key: [id]
columns:
  id: { type: varchar, description: "x" }
  records: { type: "number(38,0)", description: "x" }
*/
select r.record:Id::varchar as id, count(*) as records from raw.salesforce.opportunity r where r.record:Id::varchar is not null group by r.record:Id::varchar`,
};

const compiled = (keep: Record<string, string>, models: ModelFile[] = [DEAL], text = sampleText()) =>
  compile({
    stack: "local",
    config: stackConfig(text),
    sources: SOURCES.map((source) =>
      keep[source.key] === undefined ? source : { ...source, keep: keep[source.key]! },
    ),
    models,
    kpis: [],
    publicKeys: { kafka_loader: PUBLIC_KEY, fivetran: PUBLIC_KEY, bi_tool: PUBLIC_KEY },
  });

describe("rows that a source does not keep", () => {
  const platform = compiled({ salesforce: "400 days", product: "90 days" });
  const task = platform.tasks.find((one) => one.key === "retain")!;

  test("are deleted once a day, by when they came", () => {
    expect(task.schedule).toMatchObject({ kind: "cron" });
    expect(task.statement).toContain(
      `DELETE FROM "RAW"."SALESFORCE"."OPPORTUNITY" WHERE LOADED_AT < DATEADD('day', -400, CURRENT_TIMESTAMP());`,
    );
    expect(task.statement).toContain(
      `DELETE FROM "RAW"."PRODUCT"."EVENTS" WHERE TO_TIMESTAMP_LTZ(GET_PATH(RECORD_METADATA, 'CreateTime')::NUMBER, 3) < DATEADD('day', -90, CURRENT_TIMESTAMP());`,
    );
  });

  test("by a role that may delete there and in no other raw table", () => {
    const deleting = platform.grants.filter((grant) => grant.privileges.includes("DELETE"));
    const tables = deleting.flatMap(({ target }) => (target.on === "table" ? [target.object] : []));
    expect(tables.length).toBeGreaterThan(5);
    expect(new Set(tables.map((table) => `${table.database}.${table.schema}`))).toEqual(
      new Set(["RAW.SALESFORCE", "RAW.PRODUCT"]),
    );
    expect(deleting.every((grant) => grant.role === "TRANSFORMER" || grant.target.on === "future")).toBe(
      true,
    );
  });

  test("stay where no source says so", () => {
    const all = compiled({});
    expect(all.tasks.some((one) => one.key === "retain")).toBe(false);
    expect(all.grants.some((grant) => grant.key.startsWith("transformer:delete:"))).toBe(false);
  });

  test.each([
    [{ salesforce: "7 days" }, [DEAL], /keeps its rows for less than 30 days/],
    [{ salesforce: "soon" }, [DEAL], /the keep of salesforce is not a duration/],
    [
      { salesforce: "400 days" },
      [again],
      /core.a.total reads all rows of raw.salesforce.opportunity again, and the source salesforce deletes old ones/,
    ],
  ])("%j is refused where rows would be missed", (keep, models, message) => {
    expect(() => compiled(keep, models)).toThrow(message);
  });

  test("cannot be replayed: they would come back and be deleted again", () => {
    const replay = (from: string) => () =>
      refuseForgotten(platform, "salesforce", { from, to: "2026-11-01" }, "2026-11-28");
    expect(keptFrom(platform, "salesforce", "2026-11-28")).toBe("2025-10-25");
    expect(replay("2025-10-24")).toThrow(/RAW keeps rows of salesforce from 2025-10-25 on/);
    expect(replay("2025-10-25")).not.toThrow();
  });

  test("are missed by a backfill, which is refused", () => {
    const request = { model: "core.a.deal", keys: [], batchDays: 7, overwrite: false };
    expect(() => planBackfill(platform, request)).toThrow(
      /RAW has not all rows of salesforce any more: recomputed, core.a.deal would lose/,
    );
    expect(planBackfill(compiled({}), request).batches).toHaveLength(1);
  });
});

test("what the landing bucket has too needs a day of Time Travel; what Kafka sent keeps its database's", () => {
  const { tables } = compiled({}, [], sampleText().replace("timeTravelDays: 1", "timeTravelDays: 7"));
  const days = (logical: string) => tables.find((table) => table.logical === logical)!.timeTravelDays;
  expect(days("raw.salesforce.account")).toBe(1);
  expect(days("raw.product.events")).toBeUndefined();
});

test("a database whose Time Travel is a day or none needs no other", () => {
  expect(compiled({}).tables.every((table) => table.timeTravelDays === undefined)).toBe(true);
});
