import { accountId, opportunityId } from "../crm/fields.ts";
import { decimal } from "../decimal.ts";
import type { Company, OpportunityPlan } from "../plan/types.ts";
import type { ObjectSource } from "../source.ts";
import { isIn, windowOf } from "../window.ts";
import type { Universe } from "../world.ts";

/** Signed contracts, one small document a won opportunity, kept by reference; day 1 brings all of them. */
export const contract: ObjectSource = {
  kind: "objects",
  name: "contract",
  *objects(universe, day) {
    const window = windowOf(day);
    for (const company of universe.companiesThrough(day)) {
      for (const deal of company.opportunities) {
        if (!deal.won || !isIn(window, deal.closedAt)) continue;
        yield {
          key: `contracts/${accountId(company)}/${opportunityId(company, deal.k)}.pdf`,
          body: Buffer.from(document(universe, company, deal), "utf8"),
        };
      }
    }
  },
};

function document(universe: Universe, company: Company, deal: OpportunityPlan): string {
  const { amountCents } = deal.steps.at(-1)!.value;
  return [
    "%PDF-1.4",
    `% Contract between ${company.name} and the company`,
    `% Signed ${universe.calendar.date(deal.closedAt)}, USD ${decimal(BigInt(amountCents))}`,
    "1 0 obj << /Type /Catalog >> endobj",
    "trailer << /Root 1 0 R >>",
    "%%EOF",
    "",
  ].join("\n");
}
