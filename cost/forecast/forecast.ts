import type { Platform } from "../../infra/platform.ts";
import type { EstimateOptions } from "../estimate/context.ts";
import { type Estimate, estimate } from "../estimate/estimate.ts";
import type { Total } from "../estimate/item.ts";
import type { OverQuota } from "../estimate/warehouses.ts";
import { type FocusRow, focusRows, nextMonth } from "../focus.ts";
import type { PriceBook } from "../price-book.ts";
import type { Usage } from "../usage.ts";
import { CASES, type Case, measuredOfMonth, usageOfMonth, volumeFactor } from "./scale.ts";

export interface ForecastMonth {
  /** Its first day, YYYY-MM-01. */
  month: string;
  /** Volume against today's, by case. */
  volume: Record<Case, number>;
  /** USD. */
  cost: Record<Case, number>;
  /** USD of what has a limit; the worst case of the expected volume. */
  ceiling: number;
  /** USD expected, by service and by department. */
  services: Record<string, number>;
  departments: Record<string, number>;
}

export interface Forecast {
  stack: string;
  priceBook: string;
  usage: string;
  terms: string;
  region: string;
  edition: string;
  months: ForecastMonth[];
  /** USD over all months. */
  total: Record<Case, number> & { ceiling: number };
  years: { year: number; low: number; expected: number; high: number }[];
  services: Record<string, number>;
  departments: Record<string, number>;
  /** What the first month's expected figure is made of. */
  items: Estimate["items"];
  unbounded: Total["unbounded"];
  unpriced: Estimate["unpriced"];
  notes: string[];
  measured: Estimate["measured"];
}

/** Costs month by month from data volume, at one pinned price book: low, expected and high growth. `from` is a first day (YYYY-MM-01). */
export function forecast(
  platform: Platform,
  book: PriceBook,
  usage: Usage,
  from: string,
  options: EstimateOptions = {},
): Forecast {
  const months: ForecastMonth[] = [];
  const notes = new Map<string, string>();
  const arrived: Record<Case, number> = { low: 0, expected: 0, high: 0 };
  let first: Estimate | undefined;
  let month = from;
  for (let index = 0; index < usage.forecast.months; index++) {
    const estimates = {} as Record<Case, Estimate>;
    const volume = {} as Record<Case, number>;
    for (const which of CASES) {
      volume[which] = volumeFactor(usage, which, index, Number(month.slice(5, 7)));
      estimates[which] = estimate(platform, book, usageOfMonth(usage, volume[which], arrived[which]), {
        ...options,
        measured: measuredOfMonth(options.measured, usage, volume[which], arrived[which]),
      });
      arrived[which] += volume[which];
    }
    first ??= estimates.expected;
    for (const note of [...estimates.expected.overQuota.map(quotaNote), ...estimates.expected.notes])
      if (!notes.has(kind(note))) notes.set(kind(note), `${month.slice(0, 7)}: ${note}`);
    months.push({
      month,
      volume,
      cost: {
        low: estimates.low.total.expected,
        expected: estimates.expected.total.expected,
        high: estimates.high.total.expected,
      },
      ceiling: estimates.expected.total.ceiling,
      services: expectedOf(estimates.expected.byService),
      departments: expectedOf(estimates.expected.byDepartment),
    });
    month = nextMonth(month);
  }
  const begin = first ?? estimate(platform, book, usage, options);
  return {
    stack: begin.stack,
    priceBook: begin.priceBook,
    usage: begin.usage,
    terms: begin.terms,
    region: begin.region,
    edition: begin.edition,
    months,
    total: { ...sumCases(months), ceiling: months.reduce((sum, each) => sum + each.ceiling, 0) },
    years: yearsOf(months),
    services: sumRecords(months.map((each) => each.services)),
    departments: sumRecords(months.map((each) => each.departments)),
    items: begin.items,
    unbounded: begin.total.unbounded,
    unpriced: begin.unpriced,
    notes: [...notes.values()],
    // As it was measured, beside what is assumed of an average month.
    measured: options.measured ? estimate(platform, book, usage, options).measured : [],
  };
}

/** The expected case as rows with FOCUS column names, one for each month, item and department. */
export function forecastRows(
  platform: Platform,
  book: PriceBook,
  usage: Usage,
  from: string,
  options: EstimateOptions = {},
): FocusRow[] {
  const rows: FocusRow[] = [];
  let month = from;
  let arrived = 0;
  for (let index = 0; index < usage.forecast.months; index++) {
    const factor = volumeFactor(usage, "expected", index, Number(month.slice(5, 7)));
    const measured = measuredOfMonth(options.measured, usage, factor, arrived);
    const priced = estimate(platform, book, usageOfMonth(usage, factor, arrived), { ...options, measured });
    rows.push(...focusRows(priced, month));
    arrived += factor;
    month = nextMonth(month);
  }
  return rows;
}

function yearsOf(months: ForecastMonth[]): Forecast["years"] {
  const years: Forecast["years"] = [];
  for (let at = 0; at < months.length; at += 12)
    years.push({ year: at / 12 + 1, ...sumCases(months.slice(at, at + 12)) });
  return years;
}

const sumCases = (months: ForecastMonth[]): Record<Case, number> => ({
  low: months.reduce((sum, each) => sum + each.cost.low, 0),
  expected: months.reduce((sum, each) => sum + each.cost.expected, 0),
  high: months.reduce((sum, each) => sum + each.cost.high, 0),
});

const expectedOf = (record: Record<string, Total>): Record<string, number> =>
  Object.fromEntries(Object.entries(record).map(([name, total]) => [name, total.expected]));

function sumRecords(records: Record<string, number>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const record of records)
    for (const [name, value] of Object.entries(record)) sums.set(name, (sums.get(name) ?? 0) + value);
  return Object.fromEntries([...sums].sort(([, left], [, right]) => right - left));
}

const quotaNote = ({ monitor, warehouses, wanted, allowed }: OverQuota): string =>
  `the monitor ${monitor} would suspend ${warehouses.join(", ")}: the expected use of ${wanted.toFixed(0)} credits a month is above the ${allowed.toFixed(0)} that it allows, to which the figures are cut`;

/** A note without its figures: the same warning of another month. */
const kind = (note: string): string => note.replace(/[\d.,]+/g, "#");
