import { DAY, HOUR } from "../calendar.ts";
import { stepAt } from "../plan/steps.ts";
import type { Company, OrgPlan } from "../plan/types.ts";
import { hashOf, label, Rng } from "../random.ts";
import type { Universe } from "../world.ts";

export interface InvoicePlan {
  readonly number: number;
  readonly id: string;
  readonly issuedAt: number;
  readonly dueAt: number;
  /** Infinity when it is never paid. */
  readonly paidAt: number;
  readonly voidedAt: number;
  readonly lines: readonly {
    readonly description: string;
    readonly quantity: number;
    readonly unitCents: number;
  }[];
  readonly taxCents: number;
  readonly totalCents: number;
  /** Declined attempts to pay, before the one that went through. */
  readonly declines: readonly number[];
  readonly method: string;
}

export type InvoiceStatus = "open" | "overdue" | "paid" | "void";

const INVOICE = label("invoice");
const PERIOD = 30 * DAY;
const TAXED = new Set(["Germany", "France", "United Kingdom"]);
const METHODS = ["card", "card", "bank_transfer", "direct_debit"];

/** Since when a company pays, and for which organisation; undefined when it never does. */
export function payingOrg(company: Company): { readonly org: OrgPlan; readonly from: number } | undefined {
  for (const org of company.orgs) {
    const paid = org.states.find(({ value }) => value.plan === "Business" || value.plan === "Enterprise");
    if (paid) return { org, from: paid.at };
  }
  return undefined;
}

/** The invoices of a company that are issued by `now`, one every 30 days of its subscription. */
export function invoicesOf(universe: Universe, company: Company, now: number): InvoicePlan[] {
  const paying = payingOrg(company);
  if (!paying) return [];
  const unitCents = 700 + 50 * (hashOf(universe.seed, INVOICE, company.index) % 17);
  const invoices: InvoicePlan[] = [];
  for (let number = 0; ; number++) {
    const issuedAt = paying.from + HOUR + number * PERIOD;
    if (issuedAt > now || issuedAt >= paying.org.closedAt) return invoices;
    invoices.push(planInvoice(universe, company, paying.org, number, issuedAt, unitCents));
  }
}

function planInvoice(
  universe: Universe,
  company: Company,
  org: OrgPlan,
  number: number,
  issuedAt: number,
  unitCents: number,
): InvoicePlan {
  const rng = new Rng(universe.seed, INVOICE, company.index, number);
  const { plan, seats } = stepAt(org.states, issuedAt)!.value;
  const before = number > 0 ? stepAt(org.states, issuedAt - PERIOD)!.value.seats : seats;
  const lines = [{ description: `${plan} plan, 30 days`, quantity: seats, unitCents }];
  if (seats > before) {
    lines.push({
      description: "Seats added in the last period",
      quantity: seats - before,
      unitCents: Math.round(unitCents / 2),
    });
  }
  const subtotal = lines.reduce((sum, line) => sum + line.quantity * line.unitCents, 0);
  const taxCents = TAXED.has(company.place.country) ? Math.round(subtotal * 0.19) : 0;
  const leaving = org.closedAt - issuedAt < 75 * DAY;
  const wait = rng.quantile(leaving ? [1, 10, 25, 40, 60, 90] : [0.1, 1, 2, 5, 10, 16, 24, 29, 45]);
  const unpaid = rng.chance(leaving ? 0.35 : 0.004);
  const voided = rng.chance(0.01);
  const paidAt = unpaid || voided ? Number.POSITIVE_INFINITY : issuedAt + Math.floor(wait * DAY);
  const declined = !unpaid && !voided && wait > 2 && rng.chance(leaving ? 0.5 : 0.08);
  return {
    number,
    id: `inv_${company.index.toString(36).padStart(6, "0")}${number.toString(36).padStart(3, "0")}`,
    issuedAt,
    dueAt: issuedAt + 30 * DAY,
    paidAt,
    voidedAt: voided ? issuedAt + 2 * DAY : Number.POSITIVE_INFINITY,
    lines,
    taxCents,
    totalCents: subtotal + taxCents,
    declines: declined ? [paidAt - DAY] : [],
    method: METHODS[hashOf(universe.seed, company.index) % METHODS.length]!,
  };
}

/** The status that holds at `now`, and since when. */
export function invoiceStatus(invoice: InvoicePlan, now: number): { status: InvoiceStatus; at: number } {
  if (invoice.voidedAt <= now) return { status: "void", at: invoice.voidedAt };
  if (invoice.paidAt <= now) return { status: "paid", at: invoice.paidAt };
  if (invoice.dueAt <= now) return { status: "overdue", at: invoice.dueAt };
  return { status: "open", at: invoice.issuedAt };
}
