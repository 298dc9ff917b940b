import type { Metric, Platform } from "../../infra/platform.ts";
import { readStakes } from "../../review/at-stake.ts";
import { renderReview } from "../../review/render.ts";
import { examplePlatform } from "../cost/support/example-platform.ts";
import { first, reviewOf } from "./support.ts";

const table = (platform: Platform, logical: string) =>
  platform.tables.find((each) => each.logical === logical) ?? first(platform.tables);

describe("data at risk", () => {
  test.each<[string, (platform: Platform) => void, object]>([
    [
      "a dropped table of a source",
      (platform) => {
        platform.tables = platform.tables.filter((each) => each.logical !== "raw.product.event");
      },
      { severity: "loses data", name: "RAW.PRODUCT.EVENT", what: "it is dropped, with its rows" },
    ],
    [
      "a model's dropped table whose sources stay",
      (platform) => {
        platform.tables = platform.tables.filter((each) => each.logical !== "mart.sales.kpi");
      },
      {
        severity: "can be computed again",
        name: "MART.SALES.KPI",
        what: expect.stringContaining("what they are computed from stays"),
      },
    ],
    [
      "a table that moves",
      (platform) => {
        table(platform, "mart.sales.kpi").schema = "OTHER";
      },
      { severity: "can be computed again", what: expect.stringContaining("schema cannot change in place") },
    ],
    [
      "a dropped column of a source",
      (platform) => {
        table(platform, "raw.crm.account").columns.pop();
      },
      { severity: "loses data", what: "column EMAIL is dropped with its values" },
    ],
    [
      "a dropped column of a model",
      (platform) => {
        table(platform, "mart.sales.kpi").columns.pop();
      },
      { severity: "can be computed again", what: expect.stringContaining("ACTIVE_CUSTOMERS is dropped") },
    ],
    [
      "a stream that goes while its task stays",
      (platform) => {
        platform.streams = [];
      },
      { severity: "loses data", label: "Stream" },
    ],
    [
      "a narrower type",
      (platform) => {
        first(table(platform, "mart.sales.customer").columns).type = "VARCHAR(10)";
      },
      { severity: "can lose data", what: expect.stringContaining("VARCHAR(16777216) to VARCHAR(10)") },
    ],
    [
      "a stream on another table",
      (platform) => {
        first(platform.streams).table.name = "LEAD";
      },
      { severity: "loses data", label: "Stream", procedure: expect.stringContaining("Suspend the tasks") },
    ],
    [
      "a pipe with another COPY",
      (platform) => {
        first(platform.pipes).copy = "COPY INTO x";
      },
      { severity: "loses data", what: expect.stringContaining("load history") },
    ],
    [
      "less Time Travel",
      (platform) => {
        first(platform.databases).timeTravelDays = 1;
      },
      { severity: "shortens history", what: "Time Travel falls from 7 to 1" },
    ],
    [
      "a bucket that may be emptied",
      (platform) => {
        platform.landing!.forceDestroy = true;
      },
      { severity: "can lose data", label: "Landing bucket" },
    ],
    [
      "fewer partitions",
      (platform) => {
        first(platform.topics).partitions = 3;
      },
      { severity: "loses data", label: "Kafka topic" },
    ],
    [
      "protection taken off",
      (platform) => {
        platform.protect = false;
      },
      { severity: "can lose data", label: "Stack" },
    ],
  ])("%s is told with the safe procedure", (_case, change, expected) => {
    const { risks } = reviewOf(change);
    expect(risks).toHaveLength(1);
    expect(risks[0]).toMatchObject(expected);
    expect(risks[0]?.procedure.length).toBeGreaterThan(20);
  });

  test.each<[string, (platform: Platform) => void]>([
    [
      "a column more",
      (platform) => {
        table(platform, "mart.sales.kpi").columns.push({
          name: "MORE",
          type: "DATE",
          nullable: true,
          description: "",
          tags: [],
        });
      },
    ],
    [
      "a wider type",
      (platform) => {
        const column = table(platform, "mart.sales.kpi").columns[1];
        if (column) column.type = "NUMBER(38,2)";
      },
    ],
    [
      "more partitions",
      (platform) => {
        first(platform.topics).partitions = 12;
      },
    ],
    [
      "a comment",
      (platform) => {
        first(platform.warehouses).comment = "other";
      },
    ],
  ])("%s puts nothing at risk", (_case, change) => {
    const review = reviewOf(change);
    expect(review.risks).toEqual([]);
    expect(review.resources.changes.map((each) => each.action)).toEqual(["update"]);
  });
});

test("a model's table is lost where a source of it goes too", () => {
  const { risks } = reviewOf((platform) => {
    platform.tables = platform.tables.filter(
      (each) => each.logical !== "mart.sales.kpi" && each.logical !== "raw.product.event",
    );
  });
  expect(risks.map(({ severity, name }) => [severity, name])).toEqual([
    ["loses data", "RAW.PRODUCT.EVENT"],
    ["loses data", "MART.SALES.KPI"],
  ]);
});

test("a stream that goes with the one task that reads it puts nothing at risk", () => {
  const { risks } = reviewOf((platform) => {
    platform.streams = [];
    platform.tasks = platform.tasks.filter((task) => task.model !== "core.customer.account");
  });
  expect(risks).toEqual([]);
});

test("what is alike stands together, with its procedure once", () => {
  const review = reviewOf((platform) => {
    platform.tables = platform.tables.filter((each) => !each.logical.startsWith("mart."));
  });
  const text = renderReview(review, "text").replaceAll(/\s+/g, " ");
  expect(text).toContain("2 tables: it is dropped, with its rows;");
  expect(text).toContain("MART.SALES.CUSTOMER, MART.SALES.KPI");
  expect(text.match(/How to do it safely/g)).toHaveLength(1);
});

describe("what is at stake", () => {
  const { risks } = reviewOf((platform) => {
    platform.tables = platform.tables.filter((each) => each.logical !== "mart.sales.kpi");
    platform.streams = [];
    first(platform.pipes).copy = "COPY INTO x";
    platform.landing!.forceDestroy = true;
  });

  test("is read from an account: rows, unread rows, pending files", async () => {
    const asked: string[] = [];
    const read = await readStakes(risks, async (statement) => {
      asked.push(statement);
      return [[statement.includes("pipe_status") ? '{"pendingFileCount":3}' : 1200]];
    });
    expect(asked).toContain('select count(*) from "MART"."SALES"."KPI"');
    expect(Object.fromEntries(read.risks.map((risk) => [risk.label, risk.atStake]))).toEqual({
      Table: "1,200 rows",
      Stream: "1,200 unread rows",
      Pipe: "3 pending files",
      "Landing bucket": undefined,
    });
  });

  test("is said to be unknown where the account does not answer", async () => {
    const read = await readStakes(risks, () => Promise.reject(new Error("no such table")));
    expect(read.risks).toEqual(risks);
    expect(read.unread[0]).toMatch(/could not be read: no such table/);
  });
});

describe("meaning", () => {
  test("follows columns downstream to other owners' models", () => {
    const review = reviewOf((platform) => {
      const account = first(platform.models);
      account.lineage = { ...account.lineage, EMAIL: ["raw.crm.account.record"] };
      account.query = "SELECT 2";
    });
    expect(review.meaning.models).toEqual([
      expect.objectContaining({
        logical: "core.customer.account",
        what: ["query"],
        columns: [{ name: "EMAIL", change: "values", detail: "now from raw.crm.account.record" }],
        downstream: [{ logical: "mart.sales.customer", owner: "sales", columns: ["EMAIL"] }],
      }),
    ]);
    expect(review.verdict.approvers.find((each) => each.who === "sales")?.why).toEqual([
      "1 model of theirs reads what changes",
    ]);
  });

  test("counts every column as changed where only the query's text is another", () => {
    const review = reviewOf((platform) => {
      const customer = platform.models[2];
      if (customer) customer.query = "SELECT 3";
    });
    expect(review.meaning.models[0]?.columns.map((column) => column.change)).toEqual([
      "values",
      "values",
      "values",
    ]);
    expect(review.meaning.models[0]?.downstream).toEqual([
      { logical: "mart.sales.kpi", owner: "sales", columns: ["ACTIVE_CUSTOMERS", "DAY"] },
    ]);
  });

  test("tells what of a metric's written definition changes, in words", () => {
    const mean: Metric = {
      name: "sales_cycle",
      file: "sql/metrics/sales_cycle.yaml",
      owner: "sales",
      description: "",
      table: "mart.sales.kpi",
      from: "mart.sales.customer",
      statistic: "mean",
      of: "r.days",
      population: ["r.is_won"],
      dimensions: [],
      type: "number(18,2)",
    };
    const base = { ...examplePlatform(), metrics: [mean, { ...mean, name: "gone" }] };
    const review = reviewOf(
      (platform) => {
        platform.metrics = [
          { ...mean, statistic: "median", population: ["r.is_won", "not r.by_partner"] },
          { ...mean, name: "fresh" },
        ];
      },
      { base },
    );
    expect(review.meaning.metrics).toEqual([
      {
        name: "sales_cycle",
        file: mean.file,
        change: "changed",
        what: ["statistic: mean → median", "population: r.is_won → r.is_won and not r.by_partner"],
      },
      { name: "gone", file: mean.file, change: "removed", what: [] },
      { name: "fresh", file: mean.file, change: "new", what: [] },
    ]);
    expect(renderReview(review, "md")).toContain("statistic: mean → median");
  });

  test("tells a changed KPI and the KPIs of a changed model", () => {
    const kpi = { name: "active", sql: 'select * from "MART"."SALES"."KPI"', columns: ["DAY"] };
    const review = reviewOf((platform) => {
      platform.kpis = [{ ...kpi, sql: `${kpi.sql} where 1 = 1` }];
      const model = platform.models[3];
      if (model) model.grain = "one row a week";
    });
    expect(review.meaning.kpis).toEqual([{ name: "active", change: "new" }]);
    expect(review.meaning.models[0]).toMatchObject({
      what: ["grain: one row each → one row a week"],
      kpis: ["active"],
    });
  });
});
