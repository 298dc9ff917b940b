import { derive, type Figure, given, product } from "../figure.ts";
import { type PriceBook, type PriceQuery, priceOf } from "../price-book.ts";

/** A table's storage: size, what share of it changes each day, and how long its old versions stay. */
export interface StoredTable {
  name: string;
  terabytes: Figure;
  churnPerDay: Figure;
  retentionDays: number;
  /** Transient and temporary tables have no fail-safe. */
  transient: boolean;
}

/** Formula 9, TB: size × (1 + churn per day × (Time Travel + fail-safe)). */
export function storedTerabytes(book: PriceBook, table: StoredTable): Figure {
  const retention = given("Time Travel", table.retentionDays, "days", {
    kind: "program",
    title: `${table.name} DATA_RETENTION_TIME_IN_DAYS`,
  });
  const failSafe = table.transient
    ? given("fail-safe", 0, "days", { kind: "program", title: `${table.name} is transient` })
    : { ...priceOf(book, "snowflake.fail-safe"), label: "fail-safe" };
  return derive(
    `${table.name} stored`,
    "TB",
    "TB × (1 + churn per day × (Time Travel + fail-safe))",
    [table.terabytes, table.churnPerDay, retention, failSafe],
    (terabytes, churn, days, safe) => terabytes * (1 + churn * (days + safe)),
  );
}

/** USD a month. */
export const storageCost = (book: PriceBook, table: StoredTable, where: PriceQuery): Figure =>
  product(`${table.name} storage`, "USD", [
    storedTerabytes(book, table),
    priceOf(book, "snowflake.storage", where),
  ]);
