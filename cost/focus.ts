import type { Estimate } from "./estimate/estimate.ts";
import type { CostItem } from "./estimate/item.ts";
import type { Figure, Value } from "./figure.ts";

/**
 * A row of a cost report with every mandatory column of FOCUS 1.2 (FinOps Open Cost and Usage Specification, Cost and
 * Usage), recommended and conditional ones that apply, and `x_` for our own. Nothing of a forecast is billed: BilledCost is 0.
 */
export interface FocusRow {
  BilledCost: 0;
  BillingAccountId: string;
  BillingAccountName: string;
  BillingCurrency: "USD";
  BillingPeriodEnd: string;
  BillingPeriodStart: string;
  ChargeCategory: "Usage";
  ChargeClass: null;
  ChargeDescription: string;
  ChargeFrequency: "Usage-Based";
  ChargePeriodEnd: string;
  ChargePeriodStart: string;
  ConsumedQuantity: number | null;
  ConsumedUnit: string | null;
  ContractedCost: number;
  ContractedUnitPrice: number | null;
  EffectiveCost: number;
  /** Nothing is on an invoice yet. */
  InvoiceId: null;
  InvoiceIssuerName: string;
  ListCost: number;
  ListUnitPrice: number | null;
  PricingCategory: "Standard";
  PricingQuantity: number;
  PricingUnit: string;
  ProviderName: string;
  PublisherName: string;
  RegionId: string;
  RegionName: string;
  ResourceId: string;
  ResourceName: string;
  ResourceType: string;
  ServiceCategory: string;
  ServiceName: string;
  ServiceSubcategory: string;
  SkuId: string;
  SkuMeter: string;
  SkuPriceDetails: null;
  SkuPriceId: string;
  x_Department: string;
  x_ExpectedCost: number;
  /** Of the whole resource, on the first of its rows. */
  x_CeilingCost: number | null;
  x_CeilingStatus: "enforced" | "declared" | "unbounded" | "no price" | "with the first row";
  x_PriceBook: string;
}

/** A month's rows: one for each item, each price that it is made of, and each department. `month` is its first day (YYYY-MM-01). What has no price has no row. */
export function focusRows(estimate: Estimate, month: string): FocusRow[] {
  const [start, end] = [`${month}T00:00:00Z`, `${nextMonth(month)}T00:00:00Z`];
  const region = estimate.region.slice(estimate.region.indexOf(".") + 1);
  return estimate.items.flatMap((item) =>
    item.departments.flatMap(({ department, share }) =>
      chargesOf(item).map((charge, index): FocusRow => {
        const quantity = charge.quantity * share;
        const cost = quantity * charge.price;
        const list = estimate.terms === "contract" ? null : charge.price;
        const sku = `${item.service}/${charge.meter}`;
        return {
          BilledCost: 0,
          BillingAccountId: `${item.provider.toLowerCase()}/${estimate.stack}`,
          BillingAccountName: estimate.stack,
          BillingCurrency: "USD",
          BillingPeriodEnd: end,
          BillingPeriodStart: start,
          ChargeCategory: "Usage",
          ChargeClass: null,
          ChargeDescription: `Forecast: ${item.resource.name}, ${charge.meter}`,
          ChargeFrequency: "Usage-Based",
          ChargePeriodEnd: end,
          ChargePeriodStart: start,
          ConsumedQuantity: quantity,
          ConsumedUnit: charge.unit,
          ContractedCost: cost,
          ContractedUnitPrice: charge.price,
          EffectiveCost: cost,
          InvoiceId: null,
          InvoiceIssuerName: item.provider,
          ListCost: cost,
          ListUnitPrice: list,
          PricingCategory: "Standard",
          PricingQuantity: quantity,
          PricingUnit: charge.unit,
          ProviderName: item.provider,
          PublisherName: item.provider,
          RegionId: region,
          RegionName: region,
          ResourceId: `${item.resource.kind}/${item.resource.key}`,
          ResourceName: item.resource.name,
          ResourceType: item.resource.kind,
          ServiceCategory: item.category,
          ServiceName: item.service,
          ServiceSubcategory: SUBCATEGORY[item.service] ?? `Other (${item.category})`,
          SkuId: sku,
          SkuMeter: charge.meter,
          SkuPriceDetails: null,
          SkuPriceId: `${sku}/${region}/${estimate.edition}/${estimate.priceBook}`,
          x_Department: department,
          x_ExpectedCost: cost,
          x_CeilingCost: index > 0 ? null : scaled(item.ceiling.value, share),
          x_CeilingStatus: index > 0 ? "with the first row" : statusOf(item),
          x_PriceBook: estimate.priceBook,
        };
      }),
    ),
  );
}

/** FOCUS, Service Subcategory; what is not here is the `Other` of its category. */
const SUBCATEGORY: Record<string, string> = {
  "Serverless Task": "Serverless Compute",
  "Amazon S3": "Object Storage",
  "Amazon MSK": "Messaging",
  "Amazon CloudWatch": "Observability",
  "AWS Secrets Manager": "Secret Management",
};

/** One price and how much of it: `quantity` × `price` is its cost. */
interface Charge {
  meter: string;
  quantity: number;
  unit: string;
  price: number;
}

/** The prices that an item's expected cost is made of; none where one of them is not known. */
function chargesOf(item: CostItem): Charge[] {
  if (item.expected.value.kind !== "number") return [];
  const cost = item.expected.value.number;
  const price = item.unitPrice.value.kind === "number" ? item.unitPrice.value.number : undefined;
  const quantity = item.quantity.value.kind === "number" ? item.quantity.value.number : undefined;
  if (price !== undefined && quantity !== undefined && near(price * quantity, cost))
    return [{ meter: item.service, quantity, unit: unitOf(item.unitPrice.unit), price }];
  return partsOf(item.expected).flatMap((part): Charge[] => {
    const unit = priceIn(part);
    const amount = part.value.kind === "number" ? part.value.number : 0;
    if (unit === undefined || unit.value.kind !== "number") return [];
    return [
      {
        meter: part.label,
        quantity: unit.value.number === 0 ? 0 : amount / unit.value.number,
        unit: unitOf(unit.unit),
        price: unit.value.number,
      },
    ];
  });
}

/** The summands of a sum, all the way down; anything else as it is. */
const partsOf = (figure: Figure): Figure[] =>
  figure.formula?.startsWith("Σ of ") ? (figure.inputs ?? []).flatMap(partsOf) : [figure];

/** The price, in dollars, that a figure is the product of. */
const priceIn = (figure: Figure): Figure | undefined =>
  figure.inputs?.find((input) => input.unit.startsWith("USD/"));

/** `USD/1,000 requests` → `1000 Requests`, `USD/GB-month` → `GB-Months`; FOCUS, Unit Format. */
export function unitOf(priceUnit: string): string {
  const words = priceUnit
    .replace("USD/", "")
    .replace(",", "")
    .split(/(?<=[ -])/);
  return words
    .map((word, index) => {
      const capital = /^\d|^[A-Z]{2}/.test(word) ? word : word.replace(/^./, (first) => first.toUpperCase());
      const last = index === words.length - 1;
      return last && !/s$|^[A-Z]{2}$/.test(capital) ? `${capital}s` : capital;
    })
    .join("");
}

const near = (left: number, right: number): boolean =>
  Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(left), Math.abs(right));

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
  // FOCUS, Numeric Format: decimals stay decimals also where every value of a column is whole.
  if (typeof value === "number") return Number.isInteger(value) ? value.toFixed(1) : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function statusOf(item: CostItem): FocusRow["x_CeilingStatus"] {
  if (item.ceiling.value.kind === "unbounded") return "unbounded";
  if (item.ceiling.value.kind === "no-price") return "no price";
  return item.basis;
}

const scaled = (value: Value, share: number): number | null =>
  value.kind === "number" ? value.number * share : null;

/** The first day of the month after (YYYY-MM-DD). */
export function nextMonth(month: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return number === 12 ? `${year + 1}-01-01` : `${year}-${String(number + 1).padStart(2, "0")}-01`;
}
