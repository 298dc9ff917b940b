import { DAY, HOUR, MINUTE } from "../calendar.ts";
import { quantile, type Rng } from "../random.ts";
import { NEVER, ORGS_PER_COMPANY, PAID_SEATS } from "./constants.ts";
import type { OrgPlan, Plan } from "./types.ts";

interface OrgContext {
  index: number;
  leadAt: number;
  accountAt: number;
  deletedAt: number;
  wonAt: number;
  churnAt: number;
  trials: boolean;
  size: number;
  expansions: readonly number[];
}

/** The organisations a company signs up in the product: its own, and trials started again. */
export function planOrgs(rng: Rng, context: OrgContext): OrgPlan[] {
  const orgs: OrgPlan[] = [];
  const link = (signupAt: number) => {
    const lag = rng.chance(0.85) ? rng.between(1, 30) * MINUTE : rng.between(1, 5) * DAY;
    const linkedAt = Math.max(signupAt, context.accountAt) + lag;
    // An account without a deal may be deleted; such accounts never get an organisation, so no link dangles.
    return context.deletedAt < NEVER ? NEVER : linkedAt;
  };
  if (context.trials || context.wonAt < NEVER) {
    const signupAt = context.trials ? context.leadAt - 5 * MINUTE : context.wonAt + HOUR;
    const paidSeats = Math.round(quantile(PAID_SEATS, context.size));
    const trialSeats = Math.min(paidSeats, rng.between(3, 15));
    const states: OrgPlan["states"][number][] = [];
    if (context.trials) states.push({ at: signupAt, value: { plan: "Trial", seats: trialSeats } });
    const freeAt = signupAt + 30 * DAY;
    if (context.trials && freeAt < context.wonAt) {
      states.push({ at: freeAt, value: { plan: "Free", seats: Math.min(10, trialSeats) } });
    }
    const plan: Plan = context.size > 0.75 ? "Enterprise" : "Business";
    let seats = paidSeats;
    if (context.wonAt < NEVER) states.push({ at: Math.max(context.wonAt, signupAt), value: { plan, seats } });
    for (const at of context.expansions) {
      seats += Math.ceil(paidSeats * 0.25);
      if (at < context.churnAt) states.push({ at: at + HOUR, value: { plan, seats } });
    }
    const abandons = context.wonAt === NEVER && rng.chance(0.45);
    const mislinkedAt = rng.chance(0.04) ? link(signupAt) : NEVER;
    const linkedAt = mislinkedAt < NEVER ? mislinkedAt + 3 * HOUR : link(signupAt);
    orgs.push({
      index: context.index * ORGS_PER_COMPANY,
      k: 0,
      signupAt,
      quietAt: abandons ? signupAt + rng.between(3, 60) * DAY : context.churnAt,
      closedAt: context.churnAt,
      linkedAt,
      mislinkedAt,
      states,
      repeat: false,
    });
  }
  const repeats = context.trials && rng.chance(0.2) ? rng.between(1, 3) : 0;
  for (let k = 1; k <= repeats; k++) {
    const signupAt = orgs[k - 1]!.signupAt + rng.between(2, 60) * DAY + rng.below(DAY);
    const seats = rng.between(2, 6);
    orgs.push({
      index: context.index * ORGS_PER_COMPANY + k,
      k,
      signupAt,
      quietAt: signupAt + rng.between(2, 45) * DAY,
      closedAt: NEVER,
      linkedAt: link(signupAt),
      mislinkedAt: NEVER,
      states: [
        { at: signupAt, value: { plan: "Trial", seats } },
        { at: signupAt + 30 * DAY, value: { plan: "Free", seats } },
      ],
      repeat: true,
    });
  }
  return orgs;
}
