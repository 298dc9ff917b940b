import { DAY, dayEnd, dayStart, HOUR, MINUTE } from "../calendar.ts";
import { orgCode } from "../org-code.ts";
import { CHANNELS, type Channel, type Company, type LeadPlan } from "../plan/types.ts";
import { hashOf, label, Rng, stochasticRound } from "../random.ts";
import { uuidOf } from "../uuid.ts";
import type { Universe } from "../world.ts";
import { CAMPAIGNS, KEYWORDS, pickWeighted } from "./catalogue.ts";

/** One visit of the web site, or one form that was sent there, by one browser. */
export interface Touch {
  readonly id: string;
  readonly anonymousId: string;
  readonly at: number;
  readonly type: "visit" | "form_submit";
  readonly channel: Channel;
  readonly campaign: string | null;
  readonly keyword: string | null;
  /** Said in a form only. */
  readonly lead: LeadPlan | undefined;
  /** The organisation that the form signed up. */
  readonly orgId: string | null;
  readonly company: Company | undefined;
  readonly personIndex: number;
}

const BROWSER = label("visitor browser");
const TOUCH = label("marketing touch");
const STRANGER = label("unknown visitor");
const STRANGERS_A_DAY = 150;
const VISIT_CHANNELS: readonly Channel[] = [...CHANNELS, "Direct", "Direct", "Organic Search"];

/** The browser of a company's person: one person keeps one browser, whatever e-mail address is given. */
export const browserOf = (universe: Universe, company: Company, personIndex: number): string =>
  uuidOf(universe.seed, BROWSER, company.index, personIndex);

// Kept as long as the company's plan is, which belongs to one world.
const TOUCHES = new WeakMap<Company, readonly Touch[]>();

/** All touches of a company's people, past and future, by time. */
export function companyTouches(universe: Universe, company: Company): readonly Touch[] {
  let touches = TOUCHES.get(company);
  if (!touches) {
    touches = planTouches(universe, company);
    TOUCHES.set(company, touches);
  }
  return touches;
}

function planTouches(universe: Universe, company: Company): Touch[] {
  const rng = new Rng(universe.seed, TOUCH, company.index);
  const touches: Touch[] = [];
  const add = (touch: Pick<Touch, "at" | "type" | "channel" | "lead" | "orgId" | "personIndex">) => {
    const hash = rng.next();
    touches.push({
      ...touch,
      ...origin(touch.channel, hash, company.account !== undefined),
      id: uuidOf(universe.seed, TOUCH, company.index, touches.length),
      anonymousId: browserOf(universe, company, touch.personIndex),
      company,
    });
  };
  const seen = new Set<number>();
  for (const lead of company.leads) {
    const { personIndex } = lead;
    if (!seen.has(personIndex)) {
      seen.add(personIndex);
      const first = personIndex === 0;
      const lead0 = lead.createdAt - 10 * MINUTE;
      const at = first ? Math.min(company.firstTouchAt, lead0) : lead0 - rng.below(2 * HOUR);
      const channel = first ? company.channel : rng.pick(VISIT_CHANNELS);
      add({ at, type: "visit", channel, lead: undefined, orgId: null, personIndex });
      const more = first ? rng.below(6) : rng.below(2);
      for (let n = 0; n < more; n++) {
        const span = lead.createdAt - at + (first ? 150 : 20) * DAY;
        const later = at + MINUTE + Math.floor(rng.unit() * span);
        add({
          at: later,
          type: "visit",
          channel: rng.pick(VISIT_CHANNELS),
          lead: undefined,
          orgId: null,
          personIndex,
        });
      }
    }
    const org = company.orgs[lead.org];
    add({
      at: lead.createdAt,
      type: "form_submit",
      channel: "Direct",
      lead,
      orgId: org ? orgCode(universe.seed, org.index) : null,
      personIndex,
    });
  }
  return touches.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

/** Visitors of day n who never say who they are. */
export function strangerTouches(universe: Universe, day: number): Touch[] {
  const rng = new Rng(universe.seed, STRANGER, day);
  const count = 3 + stochasticRound(STRANGERS_A_DAY * universe.options.scale, rng.next());
  return Array.from({ length: count }, (_, n) => {
    const channel = rng.pick(VISIT_CHANNELS);
    return {
      ...origin(channel, rng.next(), false),
      id: uuidOf(universe.seed, STRANGER, TOUCH, day, n),
      anonymousId: uuidOf(universe.seed, STRANGER, BROWSER, day, n),
      at: Math.min(dayStart(day) + rng.below(DAY), dayEnd(day) - HOUR),
      type: "visit" as const,
      channel,
      lead: undefined,
      orgId: null,
      company: undefined,
      personIndex: -1,
    };
  });
}

function origin(
  channel: Channel,
  hash: number,
  good: boolean,
): { campaign: string | null; keyword: string | null } {
  const searched = channel === "Paid Search";
  const keyword = searched
    ? pickWeighted(KEYWORDS, (word) => (good ? word.quality : word.clicks), hash)
    : undefined;
  const running = CAMPAIGNS.filter((campaign) => campaign.channel === channel && campaign.type !== "Email");
  if (running.length === 0) return { campaign: null, keyword: null };
  const campaign = searched
    ? running[keyword!.adGroup === "education" ? 1 : 0]!
    : running[hashOf(hash) % running.length]!;
  return { campaign: campaign.utm, keyword: keyword?.keyword ?? null };
}
