import { loadPriceBook, parsePriceBook, priceOf, withContract } from "../../cost/price-book.ts";

const book = loadPriceBook();

describe("the price book", () => {
  test.each([
    ["snowflake.credit", { variant: "ENTERPRISE", region: "us-east-1" }, 3],
    ["snowflake.credit", { variant: "BUSINESS_CRITICAL", region: "us-west-2" }, 4],
    ["snowflake.warehouse.standard.gen1", { variant: "X6LARGE" }, 512],
    ["snowflake.warehouse.standard.gen2", { variant: "SMALL", cloud: "aws" }, 2.7],
    ["snowflake.warehouse.standard.gen2", { variant: "SMALL", cloud: "azure" }, 2.5],
    ["snowflake.warehouse.snowpark-optimized", { variant: "MEDIUM" }, 6],
    ["snowflake.storage", { region: "eu-central-1" }, 24.5],
    ["snowflake.serverless-task", {}, 0.9],
    ["aws.s3.storage", { variant: "DEEP_ARCHIVE", region: "us-east-1" }, 0.00099],
    ["aws.sqs.request", { variant: "FIFO", region: "us-east-1" }, 0.5],
  ] as const)("%s %j", (id, query, price) => {
    expect(priceOf(book, id, query).value).toEqual({ kind: "number", number: price });
  });

  test("each price carries the title and the effective date of its source", () => {
    expect(priceOf(book, "snowflake.credit", { variant: "STANDARD", region: "us-east-1" }).source).toEqual({
      kind: "price-book",
      title: "Snowflake Service Consumption Table",
      effective: "2026-03-31",
    });
  });

  test.each([
    ["an unknown entry", "snowflake.teleport", {}, "no entry snowflake.teleport"],
    [
      "a region without prices",
      "snowflake.credit",
      { variant: "ENTERPRISE", region: "me-central2" },
      "for me-central2",
    ],
    ["no region", "snowflake.credit", { variant: "ENTERPRISE" }, "an unnamed region"],
    [
      "a size that is not sold",
      "snowflake.warehouse.standard.gen2",
      { variant: "X6LARGE", cloud: "aws" },
      "X6LARGE",
    ],
    [
      "terms that were not agreed",
      "snowflake.storage",
      { region: "us-east-1", terms: "contract" },
      "no contract price",
    ],
  ] as const)("%s has no price, and says why", (_case, id, query, reason) => {
    const { value } = priceOf(book, id, query);
    expect(value.kind).toBe("no-price");
    expect(value).toHaveProperty("because", expect.stringContaining(reason));
  });

  test("a contract's price is found by its terms and does not touch the list price", () => {
    const agreed = withContract(book, {
      sources: { ORDER: { title: "Capacity order 7", effective: "2026-01-01" } },
      entries: [
        {
          id: "snowflake.credit",
          unit: "USD/credit",
          source: "ORDER",
          variants: { ENTERPRISE: 2.4 },
          regions: ["us-east-1"],
        },
      ],
    });
    const where = { variant: "ENTERPRISE", region: "us-east-1" };
    expect(priceOf(agreed, "snowflake.credit", { ...where, terms: "contract" }).value).toEqual({
      kind: "number",
      number: 2.4,
    });
    expect(priceOf(agreed, "snowflake.credit", where).value).toEqual({ kind: "number", number: 3 });
  });

  test("a figure without a known source is refused", () => {
    expect(() =>
      parsePriceBook({ ...book, entries: [{ id: "a.b", unit: "USD", source: "NOWHERE", value: 1 }] }),
    ).toThrow(/no source is called NOWHERE/);
  });
});
