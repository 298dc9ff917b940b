import type { Estimate } from "./estimate/estimate.ts";
import type { CostItem } from "./estimate/item.ts";
import type { Value } from "./figure.ts";

/** A row of a cost report, columns named as FinOps FOCUS does and `x_` for our own. A forecast has no BilledCost. */
export interface FocusRow {
  ChargePeriodStart: string;
  ChargePeriodEnd: string;
  ProviderName: string;
  RegionId: string;
  ServiceName: string;
  ServiceCategory: string;
  ResourceId: string;
  ResourceName: string;
  ResourceType: string;
  PricingQuantity: number | null;
  PricingUnit: string;
  ListUnitPrice: number | null;
  ListCost: number | null;
  ContractedCost: number | null;
  BillingCurrency: "USD";
  x_Department: string;
  x_ExpectedCost: number | null;
  x_CeilingCost: number | null;
  x_CeilingStatus: "enforced" | "declared" | "unbounded" | "no price";
  x_PriceBook: string;
}

/** A month's rows, one for each item and department. `month` is its first day (YYYY-MM-01). */
export function focusRows(estimate: Estimate, month: string): FocusRow[] {
  const end = nextMonth(month);
  return estimate.items.flatMap((item) =>
    item.departments.map(({ department, share }) => {
      const expected = scaled(item.expected.value, share);
      return {
        ChargePeriodStart: `${month}T00:00:00Z`,
        ChargePeriodEnd: `${end}T00:00:00Z`,
        ProviderName: item.provider,
        RegionId: estimate.region.slice(estimate.region.indexOf(".") + 1),
        ServiceName: item.service,
        ServiceCategory: item.category,
        ResourceId: `${item.resource.kind}/${item.resource.key}`,
        ResourceName: item.resource.name,
        ResourceType: item.resource.kind,
        PricingQuantity: scaled(item.quantity.value, share),
        PricingUnit: item.quantity.unit,
        ListUnitPrice: estimate.terms === "contract" ? null : scaled(item.unitPrice.value, 1),
        ListCost: estimate.terms === "contract" ? null : expected,
        ContractedCost: estimate.terms === "contract" ? expected : null,
        BillingCurrency: "USD" as const,
        x_Department: department,
        x_ExpectedCost: expected,
        x_CeilingCost: scaled(item.ceiling.value, share),
        x_CeilingStatus: statusOf(item),
        x_PriceBook: estimate.priceBook,
      };
    }),
  );
}

/** Rows as CSV (RFC 4180). Text that a spreadsheet would run as a formula is quoted with a leading apostrophe. */
export function focusCsv(rows: FocusRow[]): string {
  const first = rows[0];
  if (!first) return "";
  const columns = Object.keys(first) as (keyof FocusRow)[];
  return [columns.join(","), ...rows.map((row) => columns.map((column) => cell(row[column])).join(","))]
    .join("\r\n")
    .concat("\r\n");
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function statusOf(item: CostItem): FocusRow["x_CeilingStatus"] {
  if (item.ceiling.value.kind === "unbounded") return "unbounded";
  if (item.ceiling.value.kind === "no-price") return "no price";
  return item.basis;
}

const scaled = (value: Value, share: number): number | null =>
  value.kind === "number" ? Math.round(value.number * share * 1e6) / 1e6 : null;

/** The first day of the month after (YYYY-MM-DD). */
export function nextMonth(month: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return number === 12 ? `${year + 1}-01-01` : `${year}-${String(number + 1).padStart(2, "0")}-01`;
}
