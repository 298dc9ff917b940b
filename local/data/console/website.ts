import { dayEnd, dayStart, SECOND } from "../calendar.ts";
import { clicksTrialButton, enteringVisits, visitAssignment } from "../experiments/plan.ts";
import { UTM } from "../marketing/catalogue.ts";
import { companyTouches, strangerTouches, type Touch } from "../marketing/touches.ts";
import { userCodePrefix } from "../org-code.ts";
import { hashOf, label } from "../random.ts";
import { uuidOf, wordsOf } from "../uuid.ts";
import type { Universe } from "../world.ts";
import type { SegmentMessage } from "./segment.ts";
import { makeVisit, type Visit } from "./visit.ts";

const WEBSITE = label("web site visit");
const PAGES = ["/", "/product", "/pricing", "/docs"];

/** The visits and forms of the web site on day n, as the browser's script told them. */
export function* websiteVisits(universe: Universe, day: number): Generator<Visit> {
  const from = dayStart(day);
  const to = dayEnd(day);
  const entering = new Set<string>();
  for (const touch of enteringVisits(universe, day)) entering.add(touch.id);
  for (const company of universe.companiesThrough(day)) {
    for (const touch of companyTouches(universe, company)) {
      if (touch.at >= from && touch.at <= to)
        yield websiteVisit(universe, touch, day, entering.has(touch.id));
    }
  }
  for (const touch of strangerTouches(universe, day)) yield websiteVisit(universe, touch, day, true);
}

function websiteVisit(universe: Universe, touch: Touch, day: number, enters: boolean): Visit {
  const hash = hashOf(WEBSITE, ...wordsOf(touch.id));
  const messages: SegmentMessage[] = [];
  const add = (
    message: Pick<SegmentMessage, "type" | "name" | "details" | "groupId">,
    userId: string | null = null,
  ) => {
    messages.push({
      ...message,
      messageId: uuidOf(universe.seed, WEBSITE, ...wordsOf(touch.id), messages.length),
      at: Math.min(touch.at + messages.length * 7 * SECOND, dayEnd(day)),
      anonymousId: touch.anonymousId,
      userId,
    });
  };
  if (touch.type === "visit") {
    for (let n = 0; n <= hash % 4; n++) {
      add({ type: "page", name: PAGES[n]!, details: { path: PAGES[n]! } });
    }
    if (enters && clicksTrialButton(visitAssignment(universe, touch))) {
      add({ type: "track", name: "Trial Button Clicked", details: { page: "/pricing" } });
    }
  } else {
    const { email } = touch.lead!;
    add({ type: "track", name: "Form Submitted", details: { form: touch.orgId ? "signup" : "contact" } });
    add({ type: "identify", details: { email, company: touch.company!.name } });
    if (touch.orgId) {
      const org = touch.company!.orgs[touch.lead!.org]!;
      const userId = `${userCodePrefix(universe.seed, org.index)}000`;
      add({ type: "identify", details: { email } }, userId);
      add({ type: "group", groupId: touch.orgId, details: { plan: "Trial" } }, userId);
    }
  }
  const utm = touch.type === "visit" ? UTM[touch.channel] : null;
  return makeVisit(universe, day, hash, {
    messages,
    session: undefined,
    app: "website",
    groupId: null,
    campaign: utm ? { ...utm, name: touch.campaign, term: touch.keyword } : null,
  });
}
