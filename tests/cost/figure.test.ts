import { explainFigure, showChange, showUsd, showValue } from "../../cost/explain.ts";
import { type Figure, given, highest, lowest, noPrice, product, sum, unbounded } from "../../cost/figure.ts";

const TEST = { kind: "program", title: "W MAX_CLUSTER_COUNT" } as const;
const two: Figure = given("clusters", 2, "clusters", TEST);
const price: Figure = given("price", 3, "USD/credit", {
  kind: "price-book",
  title: "Table",
  effective: "2026-03-31",
});
const open = unbounded("rows", "credits", "nobody limits it");
const missing = noPrice("gem", "USD", "not in the book");

describe("figures", () => {
  test("a total with an unbounded part is unbounded, one without a price has no price", () => {
    expect(sum("t", "USD", [two, open]).value).toEqual({ kind: "unbounded", because: "nobody limits it" });
    expect(sum("t", "USD", [two, open, missing]).value.kind).toBe("no-price");
    expect(highest("h", "", [two, open]).value.kind).toBe("unbounded");
  });

  test("a bound that is not known does not loosen one that is", () => {
    expect(lowest("l", "", [open, two, missing]).value).toEqual({ kind: "number", number: 2 });
    expect(lowest("l", "", [open]).value.kind).toBe("unbounded");
  });

  test("are never infinite or not a number", () => {
    expect(() => given("x", Number.POSITIVE_INFINITY, "", TEST)).toThrow(/finite/);
    expect(() => given("x", Number.NaN, "", TEST)).toThrow(/finite/);
  });

  test("can be taken apart to their sources", () => {
    expect(explainFigure(product("cost", "USD", [two, price]))).toEqual([
      "cost: $6.00 = clusters × price",
      "  clusters: 2 clusters  [program: W MAX_CLUSTER_COUNT]",
      "  price: 3 USD/credit  [price book: Table, effective 2026-03-31]",
    ]);
  });

  test("are shown in words where they have no number", () => {
    expect(showValue(open.value)).toBe("unbounded");
    expect(showValue(missing.value)).toBe("no price");
    expect(showUsd(1234.5)).toBe("$1,234.50");
    expect(showUsd(0.001)).toBe("<$0.01");
    expect(showChange(12)).toBe("+$12.00");
    expect(showChange(-3.1)).toBe("-$3.10");
    expect(showChange(0)).toBe("no change");
  });
});
