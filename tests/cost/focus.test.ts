import { type Estimate, estimate } from "../../cost/estimate/estimate.ts";
import { type FocusRow, focusCsv, focusRows, unitOf } from "../../cost/focus.ts";
import { loadPriceBook } from "../../cost/price-book.ts";
import { loadUsage } from "../../cost/usage.ts";
import { examplePlatform } from "./support/example-platform.ts";

const of = (platform = examplePlatform()): Estimate =>
  estimate(platform, loadPriceBook(), loadUsage("example"));
const rows = focusRows(of(), "2026-12-01");

/** FOCUS 1.2, Cost and Usage: feature level Mandatory; of these, which may be null. */
const MANDATORY: Record<string, "null allowed" | "never null"> = {
  BilledCost: "never null",
  BillingAccountId: "never null",
  BillingAccountName: "null allowed",
  BillingCurrency: "never null",
  BillingPeriodEnd: "never null",
  BillingPeriodStart: "never null",
  ChargeCategory: "never null",
  ChargeClass: "null allowed",
  ChargeDescription: "null allowed",
  ChargePeriodEnd: "never null",
  ChargePeriodStart: "never null",
  ContractedCost: "never null",
  EffectiveCost: "never null",
  InvoiceIssuerName: "never null",
  ListCost: "never null",
  PricingQuantity: "null allowed",
  PricingUnit: "null allowed",
  ProviderName: "never null",
  PublisherName: "never null",
  ServiceCategory: "never null",
  ServiceName: "never null",
};
/** FOCUS 1.2, Service Category, allowed values. */
const CATEGORIES = [
  "AI and Machine Learning",
  "Analytics",
  "Business Applications",
  "Compute",
  "Databases",
  "Developer Tools",
  "Multicloud",
  "Identity",
  "Integration",
  "Internet of Things",
  "Management and Governance",
  "Media",
  "Migration",
  "Mobile",
  "Networking",
  "Security",
  "Storage",
  "Web",
  "Other",
];

test("every mandatory column is there, and not null where it may not be", () => {
  for (const [column, nulls] of Object.entries(MANDATORY))
    for (const row of rows) {
      expect(row).toHaveProperty(column);
      if (nulls === "never null") expect(row[column as keyof FocusRow]).not.toBeNull();
    }
});

test("values are of FOCUS's kinds: categories, instants in UTC, periods with an exclusive end", () => {
  for (const row of rows) {
    expect(CATEGORIES).toContain(row.ServiceCategory);
    expect(row.ChargeCategory).toBe("Usage");
    expect(row.ChargePeriodStart).toBe("2026-12-01T00:00:00Z");
    expect(row.ChargePeriodEnd).toBe("2027-01-01T00:00:00Z");
  }
});

test("list cost is unit price × quantity, price by price, also where several make one item", () => {
  for (const row of rows)
    expect(row.ListCost).toBeCloseTo((row.ListUnitPrice ?? Number.NaN) * row.PricingQuantity, 9);
  const kafka = rows.filter((row) => row.ServiceName === "Amazon MSK").map((row) => row.SkuMeter);
  expect(kafka).toEqual(expect.arrayContaining(["MSK cluster", "MSK partitions", "MSK Connect"]));
});

test("rows add up to the estimate, in all and by department", () => {
  const { total, byDepartment } = of();
  const sum = (some: FocusRow[]): number => some.reduce((all, row) => all + row.EffectiveCost, 0);
  expect(sum(rows)).toBeCloseTo(total.expected, 6);
  for (const [department, { expected }] of Object.entries(byDepartment))
    expect(sum(rows.filter((row) => row.x_Department === department))).toBeCloseTo(expected, 6);
  const ceilings = rows.reduce((all, row) => all + (row.x_CeilingCost ?? 0), 0);
  expect(ceilings).toBeCloseTo(total.ceiling, 6);
});

test("a forecast bills nothing", () => {
  expect(new Set(rows.map((row) => row.BilledCost))).toEqual(new Set([0]));
});

test("what has no price has no row", () => {
  expect(focusRows(of({ ...examplePlatform(), region: "aws.il-central-1" }), "2026-12-01")).toEqual([]);
});

test("as CSV rows neither break columns nor start a spreadsheet's formula", () => {
  const platform = examplePlatform();
  platform.monitors = [];
  for (const warehouse of platform.warehouses) warehouse.name = '=cmd|"x",1';
  expect(focusCsv(focusRows(of(platform), "2026-12-01"))).toContain(`"'=cmd|""x"",1"`);
});

test.each([
  ["USD/credit", "Credits"],
  ["USD/GB-month", "GB-Months"],
  ["USD/TB", "TB"],
  ["USD/1,000 requests", "1000 Requests"],
  ["USD/10,000 requests", "10000 Requests"],
  ["USD/MCU-hour", "MCU-Hours"],
  ["USD/run", "Runs"],
])("%s is priced by %s", (price, unit) => {
  expect(unitOf(price)).toBe(unit);
});
