import { DAY } from "../calendar.ts";
import { quantile, type Rng } from "../random.ts";
import { NEVER, PAID_SEATS } from "./constants.ts";
import type { OpportunityPlan, OpportunityState, Step } from "./types.ts";

const OPEN_STAGES = [
  "Prospecting",
  "Qualification",
  "Needs Analysis",
  "Value Proposition",
  "Id. Decision Makers",
  "Perception Analysis",
  "Proposal/Price Quote",
  "Negotiation/Review",
] as const;

const STAGE_SHARE = [0, 0.08, 0.2, 0.34, 0.48, 0.58, 0.7, 0.85];
// Days from creation to close. Of the deals that are closed at some time, the median is near 65 and the mean near 90;
// without partners the median is near 52. (Longer deals are still open, hence the larger figures here.)
const DIRECT_CYCLE = [6, 24, 33, 41, 49, 57, 66, 80, 104, 144, 370];
const PARTNER_CYCLE = [33, 71, 89, 103, 118, 133, 152, 175, 211, 266, 460];
const EXPANSION_CYCLE = [3, 8, 14, 20, 26, 32, 40, 50, 65, 90, 160];

interface DealContext {
  index: number;
  accountAt: number;
  deletedAt: number;
  partner: boolean;
  size: number;
  fate: number;
}

/** A company's opportunities, in order of creation. */
export function planDeals(rng: Rng, context: DealContext): OpportunityPlan[] {
  const deals: OpportunityPlan[] = [];
  const seatPrice = rng.between(60_00, 140_00);
  const add = (expansion: boolean, createdAt: number, won: boolean, share: number, close?: number) => {
    const cycle = expansion ? EXPANSION_CYCLE : context.partner ? PARTNER_CYCLE : DIRECT_CYCLE;
    const closedAt = close ?? createdAt + Math.floor(rng.quantile(cycle) * DAY);
    const seats = Math.max(5, Math.round(quantile(PAID_SEATS, context.size) * share));
    const deletedAt = rng.chance(0.015) && !won ? createdAt + rng.between(1, 90) * DAY : context.deletedAt;
    deals.push({
      k: deals.length,
      expansion,
      createdAt,
      closedAt,
      won,
      deletedAt,
      steps: planStages(rng, createdAt, closedAt, won, seats * seatPrice),
    });
    return closedAt;
  };
  if (context.fate < 0.015 || rng.chance(0.1)) return deals;
  const won = context.fate < 0.3;
  let at = add(false, context.accountAt, won, 1);
  if (!won && rng.chance(0.3)) add(false, at + rng.between(30, 200) * DAY, false, 0.8);
  while (won && deals.length < 6 && rng.chance(0.6)) {
    at = add(true, at + rng.between(60, 320) * DAY, rng.chance(0.65), 0.2 + 0.3 * rng.unit());
  }
  // The oldest companies close deals in the first weeks, so that even a handful of companies has an open pipeline.
  if (context.index < 8 && context.accountAt < -60 * DAY && context.deletedAt === NEVER) {
    const customer = deals.some((deal) => deal.won);
    const createdAt = -(10 + 3 * context.index) * DAY;
    add(customer, createdAt, context.index % 2 === 0, 0.5, (2 + 5 * context.index) * DAY);
  }
  return deals.filter((deal) => deal.createdAt < deal.deletedAt);
}

function planStages(rng: Rng, createdAt: number, closedAt: number, won: boolean, cents: number) {
  const steps: Step<OpportunityState>[] = [];
  const lostAfter = won ? OPEN_STAGES.length : rng.between(1, OPEN_STAGES.length);
  let amountCents = Math.round(cents * (0.7 + 0.6 * rng.unit()));
  for (let stage = 0; stage < lostAfter; stage++) {
    const at = createdAt + Math.floor((closedAt - createdAt) * STAGE_SHARE[stage]!);
    if (stage === 6) amountCents = cents;
    const closeAt = at + rng.between(20, 90) * DAY;
    steps.push({ at, value: { stage: OPEN_STAGES[stage]!, amountCents, closeAt } });
  }
  if (won) amountCents = Math.round(cents * (0.85 + 0.15 * rng.unit()));
  steps.push({
    at: closedAt,
    value: { stage: won ? "Closed Won" : "Closed Lost", amountCents, closeAt: closedAt },
  });
  return steps;
}
