import type { Platform } from "../../infra/platform.ts";
import { derive, type Figure, given, highest, type Source } from "../figure.ts";
import type { Cloud } from "../formulas/warehouse.ts";
import type { Measured } from "../measured.ts";
import { type PriceBook, type PriceQuery, priceOf, type Terms } from "../price-book.ts";
import type { Usage } from "../usage.ts";
import type { CostItem } from "./item.ts";

/** What every part of the estimate needs; made once. */
export interface Context {
  platform: Platform;
  book: PriceBook;
  usage: Usage;
  measured?: Measured;
  cloud: Cloud;
  region: string;
  terms: Terms;
  creditPrice: Figure;
  assumption: Source;
}

export interface EstimateOptions {
  measured?: Measured;
  terms?: Terms;
}

export function makeContext(
  platform: Platform,
  book: PriceBook,
  usage: Usage,
  options: EstimateOptions,
): Context {
  const [cloud = "", ...region] = platform.region.split(".");
  const terms = options.terms ?? "on-demand";
  const where = { region: region.join("."), terms };
  return {
    platform,
    book,
    usage,
    measured: options.measured,
    cloud: cloud as Cloud,
    region: where.region,
    terms,
    creditPrice: {
      ...priceOf(book, "snowflake.credit", { ...where, variant: platform.edition.toUpperCase() }),
      label: "credit price",
    },
    assumption: { kind: "assumption", title: `usage assumptions ${usage.version}` },
  };
}

export const where = (context: Context, variant?: string): PriceQuery => ({
  region: context.region,
  cloud: context.cloud,
  terms: context.terms,
  variant,
});

/** Credits as money. */
export const inUsd = (context: Context, label: string, credits: Figure): Figure =>
  derive(
    label,
    "USD",
    "credits × credit price",
    [credits, context.creditPrice],
    (amount, price) => amount * price,
  );

export const assumed = (context: Context, label: string, number: number, unit: string): Figure =>
  given(label, number, unit, context.assumption);

/** An item whose ceiling is a declared volume: never lower than what is expected. Says so where it had to be raised. */
export function declaredItem(
  item: Omit<CostItem, "basis" | "notes" | "ceiling">,
  declared: Figure,
  what: string,
): CostItem {
  const over =
    declared.value.kind === "number" &&
    item.expected.value.kind === "number" &&
    item.expected.value.number > declared.value.number;
  return {
    ...item,
    ceiling: highest(`${item.resource.name} ceiling`, "USD", [declared, item.expected]),
    basis: "declared",
    notes: over
      ? [`expected use is above the declared maximum of ${what}; raise it`]
      : [`nothing stops ${what} at the declared maximum`],
  };
}
