import { dayEnd } from "../calendar.ts";
import { decimal } from "../decimal.ts";
import type { FileFormat, FileSource, Row } from "../source.ts";
import { isIn, windowOf } from "../window.ts";
import { invoicesOf } from "./plan.ts";

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** `<payments>` with one `<payment>` a line; the id and the status are attributes, the currency one of the amount. */
const PAYMENTS_XML: FileFormat = {
  extension: "xml",
  head: '<?xml version="1.0" encoding="UTF-8"?>\n<payments>\n',
  foot: "</payments>\n",
  write: ({ payment_id, status, invoice_id, amount, currency, method, paid_at }: Row) => {
    const id =
      payment_id === null || payment_id === undefined ? "" : ` id="${escapeXml(String(payment_id))}"`;
    return (
      `<payment${id} status="${status}"><invoice>${invoice_id}</invoice>` +
      `<amount currency="${currency}">${amount}</amount><method>${method}</method>` +
      `<paid_at>${escapeXml(String(paid_at))}</paid_at></payment>`
    );
  },
  reasons: ["missing_key", "bad_timestamp"],
};

/** Attempts to pay invoices, as the bank's XML; day 1 brings all of them. */
export const billingPayment: FileSource = {
  kind: "files",
  name: "billing_payment",
  folder: "billing/payment",
  stem: "payment",
  key: "payment_id",
  timestamps: ["paid_at"],
  format: PAYMENTS_XML,
  strangerKey: (n) => `pay_unknown_${n}`,
  *rows(universe, day) {
    const now = dayEnd(day);
    const window = windowOf(day);
    for (const company of universe.companiesThrough(day)) {
      for (const invoice of invoicesOf(universe, company, now)) {
        const attempts = [
          ...invoice.declines.map((at) => ({ at, status: "declined" })),
          { at: invoice.paidAt, status: "succeeded" },
        ];
        for (const [n, attempt] of attempts.entries()) {
          if (!isIn(window, attempt.at)) continue;
          yield {
            payment_id: `${invoice.id.replace("inv_", "pay_")}${n}`,
            status: attempt.status,
            invoice_id: invoice.id,
            amount: decimal(BigInt(invoice.totalCents)),
            currency: "USD",
            method: invoice.method,
            paid_at: universe.calendar.iso(attempt.at),
          };
        }
      }
    }
  },
};
