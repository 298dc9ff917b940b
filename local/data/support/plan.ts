import { DAY, HOUR } from "../calendar.ts";
import type { Company, OrgPlan } from "../plan/types.ts";
import { label, Rng } from "../random.ts";
import type { Universe } from "../world.ts";

export interface TicketPlan {
  readonly id: string;
  readonly org: OrgPlan;
  readonly topic: string;
  readonly priority: string;
  readonly channel: string;
  readonly requester: number;
  readonly createdAt: number;
  readonly answeredAt: number;
  readonly solvedAt: number;
  /** 1 to 5, given when it is solved; null when nobody answered. */
  readonly score: number | null;
}

const TICKET = label("support ticket");
const SLOT = 10 * DAY;
const TOPICS = ["directory_sync", "sso", "mfa", "agent", "billing", "policies"];

/** The tickets of an organisation created by `now`. More of them, and unhappier, in the weeks before a churn. */
export function ticketsOf(universe: Universe, company: Company, org: OrgPlan, now: number): TicketPlan[] {
  const tickets: TicketPlan[] = [];
  const until = Math.min(now, org.quietAt, org.closedAt);
  for (let slot = 0; org.signupAt + slot * SLOT <= until; slot++) {
    const rng = new Rng(universe.seed, TICKET, org.index, slot);
    const opens = org.signupAt + slot * SLOT;
    const leaving = org.closedAt - opens < 75 * DAY;
    if (!rng.chance(leaving ? 0.75 : org.repeat ? 0.05 : 0.22)) continue;
    const createdAt = opens + rng.below(SLOT);
    if (createdAt > until) continue;
    const answeredAt = createdAt + Math.floor(rng.quantile([0.1, 0.5, 1, 3, 8, 24]) * HOUR);
    const solvedAt =
      answeredAt + Math.floor(rng.quantile([0.2, 2, 8, 24, 60, 150]) * HOUR * (leaving ? 2 : 1));
    tickets.push({
      id: `tkt_${org.index.toString(36).padStart(7, "0")}${slot.toString(36).padStart(2, "0")}`,
      org,
      topic: rng.pick(TOPICS),
      priority: rng.pick(leaving ? ["high", "urgent", "normal"] : ["low", "normal", "normal", "high"]),
      channel: rng.pick(["email", "web", "chat"]),
      requester: rng.below(Math.max(1, company.contacts.length)),
      createdAt,
      answeredAt,
      solvedAt,
      score: rng.chance(0.6) ? rng.between(leaving ? 1 : 3, leaving ? 3 : 5) : null,
    });
  }
  return tickets;
}

export type TicketStatus = "new" | "open" | "solved";

/** The status that holds at `now`, and since when. */
export function ticketStatus(ticket: TicketPlan, now: number): { status: TicketStatus; at: number } {
  if (ticket.solvedAt <= now) return { status: "solved", at: ticket.solvedAt };
  if (ticket.answeredAt <= now) return { status: "open", at: ticket.answeredAt };
  return { status: "new", at: ticket.createdAt };
}
