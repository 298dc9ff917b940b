/** What statements cost that are run once, by hand, on one warehouse. */
import type { Platform } from "../infra/platform.ts";
import { makeContext } from "./estimate/context.ts";
import { shapeOf } from "./estimate/warehouses.ts";
import { derive, type Figure, given } from "./figure.ts";
import { warehouseRate } from "./formulas/warehouse.ts";
import type { PriceBook } from "./price-book.ts";
import type { Usage } from "./usage.ts";

export interface StatementRuns {
  /** Key of the warehouse. */
  warehouse: string;
  statements: number;
  /** Seconds that one of them is expected to take, and where that is from. */
  seconds: number;
  basis: string;
}

/** Expected cost, and the most that the warehouse's statement timeout allows; USD. The first start bills 60 seconds. */
export function costOfStatements(
  platform: Platform,
  book: PriceBook,
  usage: Usage,
  runs: StatementRuns,
): { expected: Figure; ceiling: Figure } {
  const warehouse = platform.warehouses.find((one) => one.key === runs.warehouse)!;
  const context = makeContext(platform, book, usage, {});
  const rate = warehouseRate(book, shapeOf(warehouse), context.cloud);
  const money = (label: string, seconds: Figure): Figure =>
    derive(
      label,
      "USD",
      "max(seconds, 60) / 3600 × rate × credit price",
      [seconds, rate, context.creditPrice],
      (amount, credits, price) => (Math.max(amount, 60) / 3600) * credits * price,
    );
  return {
    expected: money(
      "expected",
      given("seconds", runs.statements * runs.seconds, "s", { kind: "assumption", title: runs.basis }),
    ),
    ceiling: money(
      "ceiling",
      given("seconds", runs.statements * warehouse.statementTimeout, "s", {
        kind: "program",
        title: `${warehouse.name} STATEMENT_TIMEOUT_IN_SECONDS`,
      }),
    ),
  };
}
