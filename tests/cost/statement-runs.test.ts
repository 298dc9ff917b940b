import { numberOf } from "../../cost/figure.ts";
import { loadPriceBook } from "../../cost/price-book.ts";
import { costOfStatements } from "../../cost/statement-runs.ts";
import { loadUsage } from "../../cost/usage.ts";
import { loadProject } from "../infra/sample.ts";

const platform = loadProject("local");
const cost = (statements: number, seconds: number) =>
  costOfStatements(platform, loadPriceBook(), loadUsage("local"), {
    warehouse: "transform",
    statements,
    seconds,
    basis: "test",
  });

test("seconds of an X-Small warehouse at the edition's credit price; a start bills 60 at least", () => {
  // 1 credit an hour; 3 USD a credit (Enterprise, on demand, US East).
  expect(numberOf(cost(10, 36).expected)).toBeCloseTo((360 / 3600) * 3, 6);
  expect(numberOf(cost(1, 5).expected)).toBeCloseTo((60 / 3600) * 3, 6);
});

test("the ceiling is every statement running into the warehouse's timeout", () => {
  const { statementTimeout } = platform.warehouses.find((one) => one.key === "transform")!;
  expect(numberOf(cost(4, 5).ceiling)).toBeCloseTo(((4 * statementTimeout) / 3600) * 3, 6);
});
