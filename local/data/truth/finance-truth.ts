import { invoiceStatus, invoicesOf } from "../billing/plan.ts";
import { dayEnd, dayStart } from "../calendar.ts";
import { contract } from "../contracts/contract.ts";
import { decimal } from "../decimal.ts";
import { ticketStatus, ticketsOf } from "../support/plan.ts";
import { Totals, type TruthPart } from "./part.ts";

export const invoiceTruth: TruthPart = {
  needs: ["billing_invoice"],
  tell(universe, lastDay) {
    const now = dayEnd(lastDay);
    const statuses = new Totals();
    const months = new Totals();
    for (const company of universe.companiesThrough(lastDay)) {
      for (const invoice of invoicesOf(universe, company, now)) {
        const { status } = invoiceStatus(invoice, now);
        statuses.add(status, invoice.totalCents);
        if (status !== "void") months.add(universe.calendar.month(invoice.issuedAt), invoice.totalCents);
      }
    }
    return {
      kpis: {
        invoices_by_status: statuses
          .list()
          .map(({ key, count, cents }) => ({ status: key, invoices: count, amount: decimal(cents) })),
        invoiced_by_month: months
          .list()
          .map(({ key, count, cents }) => ({ month: key, invoices: count, amount: decimal(cents) })),
      },
    };
  },
};

export const paymentTruth: TruthPart = {
  needs: ["billing_payment"],
  tell(universe, lastDay) {
    const now = dayEnd(lastDay);
    const months = new Totals();
    for (const company of universe.companiesThrough(lastDay)) {
      for (const invoice of invoicesOf(universe, company, now)) {
        if (invoice.paidAt <= now) months.add(universe.calendar.month(invoice.paidAt), invoice.totalCents);
      }
    }
    return {
      kpis: {
        payments_by_month: months
          .list()
          .map(({ key, count, cents }) => ({ month: key, payments: count, amount: decimal(cents) })),
      },
    };
  },
};

export const ticketTruth: TruthPart = {
  needs: ["support_ticket"],
  tell(universe, lastDay) {
    const now = dayEnd(lastDay);
    const statuses = new Totals();
    const opened = new Totals();
    for (const company of universe.companiesThrough(lastDay)) {
      for (const org of company.orgs) {
        for (const ticket of ticketsOf(universe, company, org, now)) {
          statuses.add(ticketStatus(ticket, now).status);
          if (ticket.createdAt >= dayStart(1)) opened.add(universe.calendar.date(ticket.createdAt));
        }
      }
    }
    return {
      kpis: {
        tickets_by_status: statuses.list().map(({ key, count }) => ({ status: key, tickets: count })),
        tickets_opened_per_day: opened.list().map(({ key, count }) => ({ day: key, tickets: count })),
      },
    };
  },
};

export const contractTruth: TruthPart = {
  needs: ["contract"],
  tell(universe, lastDay) {
    let files = 0;
    let bytes = 0;
    for (let day = 1; day <= lastDay; day++) {
      for (const { body } of contract.objects(universe, day)) {
        files++;
        bytes += body.length;
      }
    }
    return { kpis: { contract_files: [{ files, bytes }] } };
  },
};
