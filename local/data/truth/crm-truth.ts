import { dayEnd } from "../calendar.ts";
import { accountType } from "../crm/account.ts";
import { opportunityState } from "../crm/opportunity.ts";
import type { Universe } from "../world.ts";
import type { KpiTruth } from "./types.ts";

/** What the CRM says as of the end of `lastDay`, read from the companies' plans. */
export function crmTruth(
  universe: Universe,
  lastDay: number,
): Pick<KpiTruth, "accounts_by_type" | "open_pipeline_by_stage" | "won_by_month"> {
  const now = dayEnd(lastDay);
  const types = new Map<string, number>();
  const stages = new Map<string, Total>();
  const months = new Map<string, Total>();
  for (const company of universe.companiesThrough(lastDay)) {
    const type = accountType(company, now);
    if (type !== undefined) types.set(type, (types.get(type) ?? 0) + 1);
    for (const plan of company.opportunities) {
      const state = opportunityState(plan, now);
      if (!state) continue;
      const { stage, amountCents, closeAt } = state.value;
      if (plan.closedAt > now) add(stages, stage, amountCents);
      else if (plan.won) add(months, universe.calendar.month(closeAt), amountCents);
    }
  }
  return {
    accounts_by_type: sorted(types).map(([type, accounts]) => ({ type, accounts })),
    open_pipeline_by_stage: sorted(stages).map(([stage, total]) => ({ stage, ...shown(total) })),
    won_by_month: sorted(months).map(([month, total]) => ({ month, ...shown(total) })),
  };
}

interface Total {
  opportunities: number;
  cents: bigint;
}

function add(totals: Map<string, Total>, key: string, cents: number): void {
  const total = totals.get(key) ?? { opportunities: 0, cents: 0n };
  total.opportunities++;
  total.cents += BigInt(cents);
  totals.set(key, total);
}

/** Cents as a decimal with two places, exactly. */
export const decimal = (cents: bigint): string =>
  `${cents < 0n ? "-" : ""}${(cents < 0n ? -cents : cents) / 100n}.${String((cents < 0n ? -cents : cents) % 100n).padStart(2, "0")}`;

const shown = (total: Total) => ({ opportunities: total.opportunities, amount: decimal(total.cents) });

/** Entries in code-point order of their keys. */
const sorted = <T>(map: Map<string, T>): [string, T][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
