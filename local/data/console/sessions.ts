import { DAY, dayEnd, dayStart, HOUR, MINUTE, SECOND } from "../calendar.ts";
import { activityOn, type EventOrg } from "../events/activity.ts";
import { browserOf } from "../marketing/touches.ts";
import { hashOf, label, Rng } from "../random.ts";
import { uuidOf } from "../uuid.ts";
import type { Universe } from "../world.ts";
import type { SegmentMessage } from "./segment.ts";
import { makeVisit, type Visit } from "./visit.ts";

const CONSOLE = label("console session");
const BROWSER = label("console browser");
const ADMINS = 3;
const LONGEST = 95 * MINUTE;
const PAGES = ["Home", "Users", "Groups", "Devices", "Policies", "SSO Applications", "Reports", "Settings"];
const ELEMENTS = ["save-button", "user-row", "device-row", "sync-now", "filter", "export-csv"];
export const CONSOLE_FEATURES = [
  "users",
  "groups",
  "devices",
  "policies",
  "sso_apps",
  "radius",
  "reports",
  "api_keys",
];
const VALUE_EVENT = "Directory Connected";

/**
 * The console sessions of an organisation's administrators on day n. Within a session no two messages are further
 * apart than 30 minutes; two sessions of a user are at least an hour apart; none crosses midnight.
 */
export function orgSessions(universe: Universe, org: EventOrg, day: number): Visit[] {
  const { events, users, from } = activityOn(universe, org, day);
  if (events === 0) return [];
  const start = dayStart(day);
  const { leaving, growing } = mood(org, start);
  const weekday = universe.calendar.weekday(start);
  const season = weekday === 0 || weekday === 6 ? 0.3 : 1;
  const visits: Visit[] = [];
  for (let admin = 0; admin < Math.min(ADMINS, users); admin++) {
    const rng = new Rng(universe.seed, CONSOLE, org.index, day, admin);
    const attends = 0.5 * season * (leaving ? 0.4 : growing ? 1.6 : 1);
    const session = (at: number, signup: boolean) => {
      const visit = planSession(universe, org, { admin, at, signup, leaving, growing, rng });
      visits.push(
        makeVisit(universe, day, hashOf(CONSOLE, org.index, day, admin, visits.length), {
          ...visit,
          app: "console",
          groupId: org.code,
          campaign: null,
        }),
      );
    };
    if (from > start || org.plan.signupAt === start) {
      const at = org.plan.signupAt + 2 * MINUTE;
      if (admin === 0 && at + LONGEST < dayEnd(day)) session(at, true);
      continue;
    }
    if (rng.chance(attends)) session(start + 6 * HOUR + rng.below(8 * HOUR), false);
    if (rng.chance(attends / 3)) session(start + 17 * HOUR + rng.below(4 * HOUR), false);
  }
  return visits;
}

/** Whether the organisation leaves, or buys more seats, within 60 days. */
function mood(org: EventOrg, now: number): { leaving: boolean; growing: boolean } {
  const soon = (at: number) => at > now && at - now < 60 * DAY;
  const paid = org.plan.states.filter(
    ({ value }) => value.plan === "Business" || value.plan === "Enterprise",
  );
  return { leaving: soon(org.plan.closedAt), growing: paid.some((step) => soon(step.at)) };
}

interface SessionContext {
  readonly admin: number;
  readonly at: number;
  readonly signup: boolean;
  readonly leaving: boolean;
  readonly growing: boolean;
  readonly rng: Rng;
}

function planSession(universe: Universe, org: EventOrg, context: SessionContext) {
  const { admin, rng, leaving, growing, signup } = context;
  const userId = org.userPrefix + admin.toString(36).padStart(3, "0");
  const anonymousId = browser(universe, org, admin);
  const messages: SegmentMessage[] = [];
  let at = context.at;
  const add = (message: Pick<SegmentMessage, "type" | "name" | "details" | "groupId">) => {
    const messageId = uuidOf(universe.seed, CONSOLE, org.index, context.at, admin, messages.length);
    messages.push({ ...message, messageId, at: Math.floor(at), anonymousId, userId });
  };
  const track = (name: string, details: SegmentMessage["details"]) => add({ type: "track", name, details });
  const rageClick = rng.chance(leaving ? 0.18 : 0.05);
  const errorLoop = rng.chance(leaving ? 0.14 : 0.04);

  if (signup || rng.chance(0.1)) add({ type: "identify", details: { role: "admin", number: admin } });
  add({ type: "group", details: { plan: "directory" }, groupId: org.code });
  const steps = rng.between(4, growing ? 22 : 16);
  const rageStep = rng.below(steps);
  const loopStep = rng.below(steps);
  let failed = false;
  for (let step = 0; step < steps; step++) {
    at += rng.between(5, 180) * SECOND;
    const roll = rng.unit();
    if (roll < 0.45) {
      const page = rng.pick(PAGES);
      add({
        type: "page",
        name: page,
        details: { path: `/console/${page.toLowerCase().replace(" ", "-")}` },
      });
    } else if (roll < 0.75) {
      track("Feature Used", { feature: rng.pick(CONSOLE_FEATURES) });
    } else if (roll < 0.97 || failed) {
      track("Element Clicked", { element: rng.pick(ELEMENTS) });
    } else {
      failed = true;
      track("Error Shown", { error_code: "E1001" });
    }
    if (rageClick && step === rageStep) {
      const element = rng.pick(ELEMENTS);
      at += 5 * SECOND;
      for (let n = rng.between(5, 8); n > 0; n--, at += rng.between(150, 350))
        track("Element Clicked", { element });
    }
    if (errorLoop && step === loopStep) {
      at += 5 * SECOND;
      for (let n = rng.between(3, 6); n > 0; n--, at += rng.between(3, 10) * SECOND) {
        track("Error Shown", { error_code: "E2003" });
      }
    }
  }
  if (signup && rng.chance(0.7)) {
    at += rng.between(1, 10) * MINUTE;
    track(VALUE_EVENT, { directory: "scim" });
  }
  return { messages, session: { rageClick, errorLoop } };
}

/** Who signed up keeps the browser of the web site; the others have their own. */
function browser(universe: Universe, org: EventOrg, admin: number): string {
  const position = org.company?.orgs.indexOf(org.plan);
  const lead = admin === 0 ? org.company?.leads.find((each) => each.org === position) : undefined;
  return lead
    ? browserOf(universe, org.company!, lead.personIndex)
    : uuidOf(universe.seed, BROWSER, org.index, admin);
}
