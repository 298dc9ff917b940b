import type { FileSource } from "./source.ts";

/** Billing. Money that does not add up is worse than money that is missing: what breaks the contract is refused. */
export const billing: FileSource = {
  kind: "files",
  key: "billing",
  description: "Daily increments of the billing system: invoices as JSON, payments as XML.",
  owner: "finance",
  freshness: "26 hours",
  objects: [
    {
      name: "invoice",
      description: "Invoices, in each state that they came into.",
      contract: {
        key: "invoice_id",
        time: "updated_at",
        drift: "reject",
        fields: {
          invoice_id: "text!",
          number: "text!",
          status: "text!",
          issued_at: "text!",
          due_at: "text!",
          updated_at: "text!",
          currency: "text!",
          customer: "object!",
          lines: "array!",
          tax: "text!",
          total: "text!",
        },
      },
    },
    {
      name: "payment",
      description: "Payments, one XML element a line.",
      contract: {
        key: "@id",
        time: "paid_at",
        xml: {
          element: "payment",
          envelope: ['<?xml version="1.0" encoding="UTF-8"?>', "<payments>", "</payments>"],
        },
      },
    },
  ],
};
