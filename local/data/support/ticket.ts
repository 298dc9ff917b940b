import { dayEnd } from "../calendar.ts";
import { orgCode } from "../org-code.ts";
import type { FileSource } from "../source.ts";
import { isIn, windowOf } from "../window.ts";
import { ticketStatus, ticketsOf } from "./plan.ts";

/** Tickets that were opened or changed; day 1 brings all of them. */
export const supportTicket: FileSource = {
  kind: "files",
  name: "support_ticket",
  folder: "support/ticket",
  stem: "ticket",
  key: "ticket_id",
  timestamps: ["created_at", "updated_at"],
  strangerKey: (n) => `tkt_unknown_${n}`,
  *rows(universe, day) {
    const now = dayEnd(day);
    const window = windowOf(day);
    const { iso } = universe.calendar;
    for (const company of universe.companiesThrough(day)) {
      for (const org of company.orgs) {
        for (const ticket of ticketsOf(universe, company, org, now)) {
          const { status, at } = ticketStatus(ticket, now);
          if (!isIn(window, at)) continue;
          const person = company.contacts[ticket.requester] ?? company.leads[0]!;
          const comments = [
            { author: "requester", at: iso(ticket.createdAt), body: `Trouble with ${ticket.topic}` },
          ];
          if (status !== "new")
            comments.push({ author: "agent", at: iso(ticket.answeredAt), body: "We are on it." });
          yield {
            ticket_id: ticket.id,
            subject: `${ticket.topic.replace("_", " ")} does not work`,
            status,
            priority: ticket.priority,
            channel: ticket.channel,
            requester: { name: `${person.person.given} ${person.person.family}`, email: person.email },
            org_id: orgCode(universe.seed, org.index),
            tags: [ticket.topic, ticket.channel],
            comments,
            satisfaction: status === "solved" && ticket.score !== null ? { score: ticket.score } : null,
            created_at: iso(ticket.createdAt),
            updated_at: iso(at),
            solved_at: status === "solved" ? iso(ticket.solvedAt) : null,
          };
        }
      }
    }
  },
};
