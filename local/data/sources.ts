import { billingInvoice } from "./billing/invoice.ts";
import { billingPayment } from "./billing/payment.ts";
import { consoleEvents } from "./console/stream.ts";
import { contract } from "./contracts/contract.ts";
import { account } from "./crm/account.ts";
import { campaign } from "./crm/campaign.ts";
import { campaignMember } from "./crm/campaign-member.ts";
import { contact } from "./crm/contact.ts";
import { directoryOrg } from "./crm/directory-org.ts";
import { lead } from "./crm/lead.ts";
import { opportunity } from "./crm/opportunity.ts";
import { productEvents } from "./events/product-events.ts";
import { experimentAssignment, experimentExposure } from "./experiments/sources.ts";
import { paidSearch, paidSocial } from "./marketing/ads.ts";
import { marketingEmail } from "./marketing/email-activity.ts";
import { marketingTouch } from "./marketing/touch.ts";
import type { Source } from "./source.ts";
import { supportTicket } from "./support/ticket.ts";

/** What every world delivers, in order of delivery. */
export const CORE_SOURCES: readonly Source[] = [
  account,
  contact,
  lead,
  opportunity,
  directoryOrg,
  productEvents,
];

/** What a world delivers when it is asked for. */
export const MORE_SOURCES: readonly Source[] = [
  campaign,
  campaignMember,
  marketingTouch,
  marketingEmail,
  paidSearch,
  paidSocial,
  billingInvoice,
  billingPayment,
  supportTicket,
  experimentAssignment,
  experimentExposure,
  contract,
  consoleEvents,
];

/** The core sources and those named. Throws a RangeError that lists the names when one is unknown. */
export function chooseSources(names: readonly string[] | "all"): readonly Source[] {
  if (names === "all") return [...CORE_SOURCES, ...MORE_SOURCES];
  const all = [...CORE_SOURCES, ...MORE_SOURCES];
  for (const name of names) {
    if (!all.some((source) => source.name === name)) {
      const known = all.map((source) => source.name).join(", ");
      throw new RangeError(`sources: ${JSON.stringify(name)} given, one of ${known} expected`);
    }
  }
  return [...CORE_SOURCES, ...MORE_SOURCES.filter((source) => names.includes(source.name))];
}
