import { dayEnd } from "../calendar.ts";
import { accountId } from "../crm/fields.ts";
import { decimal } from "../decimal.ts";
import { orgCode } from "../org-code.ts";
import { hashOf } from "../random.ts";
import type { FileSource } from "../source.ts";
import { isIn, windowOf } from "../window.ts";
import { invoiceStatus, invoicesOf, payingOrg } from "./plan.ts";

/** Invoices that were issued or changed; day 1 brings all of them. Money as decimal strings. */
export const billingInvoice: FileSource = {
  kind: "files",
  name: "billing_invoice",
  folder: "billing/invoice",
  stem: "invoice",
  key: "invoice_id",
  timestamps: ["issued_at", "updated_at"],
  strangerKey: (n) => `inv_unknown_${n}`,
  *rows(universe, day) {
    const now = dayEnd(day);
    const window = windowOf(day);
    const { iso } = universe.calendar;
    for (const company of universe.companiesThrough(day)) {
      for (const invoice of invoicesOf(universe, company, now)) {
        const { status, at } = invoiceStatus(invoice, now);
        if (!isIn(window, at)) continue;
        const hidden = hashOf(universe.seed, company.index, 5) % 20 === 0;
        yield {
          invoice_id: invoice.id,
          number: `F-${company.index}-${String(invoice.number + 1).padStart(4, "0")}`,
          status,
          issued_at: iso(invoice.issuedAt),
          due_at: iso(invoice.dueAt),
          updated_at: iso(at),
          currency: "USD",
          customer: {
            id: `cus_${company.index.toString(36).padStart(6, "0")}`,
            name: company.name,
            // One customer in twenty was set up without the CRM's Id; the organisation tells.
            crm_account_id: hidden ? null : accountId(company),
            org_id: orgCode(universe.seed, payingOrg(company)!.org.index),
          },
          lines: invoice.lines.map((line, i) => ({
            line: i + 1,
            description: line.description,
            quantity: line.quantity,
            unit_price: decimal(BigInt(line.unitCents)),
            amount: decimal(BigInt(line.quantity * line.unitCents)),
          })),
          tax: decimal(BigInt(invoice.taxCents)),
          total: decimal(BigInt(invoice.totalCents)),
        };
      }
    }
  },
};
