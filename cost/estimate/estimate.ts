import type { Platform } from "../../infra/platform.ts";
import { numberOf } from "../figure.ts";
import { DAYS_PER_MONTH } from "../formulas/hours.ts";
import { difference, type MeasuredDifference, measuredDays, measurementNotes } from "../measured.ts";
import type { PriceBook } from "../price-book.ts";
import type { Usage } from "../usage.ts";
import { type Context, type EstimateOptions, makeContext } from "./context.ts";
import { classificationItems, connectItems, flowItems, outboundItems } from "./integration.ts";
import { addItem, type CostItem, noTotal, type Total } from "./item.ts";
import { cloudServicesItem, ingestItems, serverlessItems, transferItem } from "./services.ts";
import { kafkaItems, landingItems, tableItems } from "./stored.ts";
import { type OverQuota, totalExpected, type WarehouseCosts, warehouseCosts } from "./warehouses.ts";

/** A month of the platform in money, item by item; every figure can be taken apart. */
export interface Estimate {
  stack: string;
  region: string;
  edition: string;
  terms: string;
  priceBook: string;
  usage: string;
  items: CostItem[];
  total: Total;
  byDepartment: Record<string, Total>;
  byService: Record<string, Total>;
  /** Things by name for which the book has no price, with the reason. */
  unpriced: { name: string; because: string }[];
  /** Things by name that nothing limits, with the reason. */
  unbounded: { name: string; because: string }[];
  /** Monitors that would suspend their warehouses at the expected use, which the figures are cut to. */
  overQuota: OverQuota[];
  /** Warnings of the whole: a warehouse without a monitor, a short measurement. */
  notes: string[];
  /** Forecast beside measurement, where there is one. */
  measured: MeasuredDifference[];
}

/** Expected and ceiling cost per month of everything priced that the platform declares. Pure: no clock, no network. */
export function estimate(
  platform: Platform,
  book: PriceBook,
  usage: Usage,
  options: EstimateOptions = {},
): Estimate {
  const context = makeContext(platform, book, usage, options);
  const warehouses = warehouseCosts(context);
  const items = [
    ...warehouses.items,
    cloudServicesItem(context, numberOf(totalExpected(warehouses)) ?? 0),
    ...serverlessItems(context),
    ...ingestItems(context),
    ...tableItems(context),
    transferItem(context),
    ...landingItems(context),
    ...outboundItems(context),
    ...kafkaItems(context),
    ...connectItems(context),
    ...flowItems(context),
    ...classificationItems(context),
  ];
  return {
    stack: platform.stack,
    region: platform.region,
    edition: platform.edition,
    terms: context.terms,
    priceBook: book.version,
    usage: usage.version,
    items,
    ...totalsOf(items),
    unpriced: reasons(items, "no-price"),
    unbounded: reasons(items, "unbounded"),
    overQuota: warehouses.overQuota,
    notes: [...warehouses.notes, ...(options.measured ? measurementNotes(options.measured) : [])],
    measured: differences(context, warehouses),
  };
}

/** Total, by department and by service. */
export function totalsOf(items: CostItem[]): Pick<Estimate, "total" | "byDepartment" | "byService"> {
  const total = noTotal();
  const byDepartment: Record<string, Total> = {};
  const byService: Record<string, Total> = {};
  const within = (record: Record<string, Total>, name: string): Total => {
    const known = record[name] ?? noTotal();
    record[name] = known;
    return known;
  };
  for (const item of items) {
    addItem(total, item);
    addItem(within(byService, item.service), item);
    for (const { department, share } of item.departments)
      addItem(within(byDepartment, department), item, share);
  }
  return { total, byDepartment: sorted(byDepartment), byService: sorted(byService) };
}

function reasons(items: CostItem[], kind: "no-price" | "unbounded"): { name: string; because: string }[] {
  return items.flatMap((item) => {
    const value = [item.expected.value, item.ceiling.value].find((each) => each.kind === kind);
    if (value === undefined || value.kind === "number") return [];
    return [{ name: `${item.resource.name}: ${item.service}`, because: value.because }];
  });
}

/** What the assumptions say of a month beside what was measured, for warehouses that were. */
function differences(context: Context, costs: WarehouseCosts): MeasuredDifference[] {
  const measured = context.measured;
  if (!measured) return [];
  const assumptions = warehouseCosts({ ...context, measured: undefined });
  return costs.months.flatMap(({ warehouse }, index) => {
    const credits = measured.warehouseCredits[warehouse.name];
    const forecast = assumptions.months[index];
    if (credits === undefined || !forecast) return [];
    const month = (credits * DAYS_PER_MONTH) / measuredDays(measured);
    return [difference(warehouse.name, "credits/month", numberOf(forecast.expected) ?? 0, month)];
  });
}

const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
