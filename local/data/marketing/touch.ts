import type { FileSource, Row } from "../source.ts";
import { uuidOf } from "../uuid.ts";
import { isIn, windowOf } from "../window.ts";
import type { Universe } from "../world.ts";
import { UTM } from "./catalogue.ts";
import { companyTouches, strangerTouches, type Touch } from "./touches.ts";

/** Visits and forms of the web site, as the marketing system recorded them; day 1 brings the whole history. */
export const marketingTouch: FileSource = {
  kind: "files",
  name: "marketing_touch",
  folder: "marketing/touch",
  stem: "touch",
  key: "touch_id",
  timestamps: ["touched_at"],
  strangerKey: (n) => uuidOf(n, 1),
  *rows(universe, day) {
    const window = windowOf(day);
    for (const company of universe.companiesThrough(day)) {
      for (const touch of companyTouches(universe, company)) {
        if (isIn(window, touch.at)) yield touchRow(universe, touch);
      }
    }
    for (const touch of strangerTouches(universe, day)) yield touchRow(universe, touch);
  },
};

function touchRow(universe: Universe, touch: Touch): Row {
  const utm = touch.type === "visit" ? UTM[touch.channel] : null;
  return {
    touch_id: touch.id,
    touched_at: universe.calendar.iso(touch.at),
    type: touch.type,
    anonymous_id: touch.anonymousId,
    email: touch.lead?.email ?? null,
    org_id: touch.orgId,
    utm_source: utm?.source ?? null,
    utm_medium: utm?.medium ?? null,
    utm_campaign: touch.campaign,
    utm_term: touch.keyword,
    landing_page: touch.type === "form_submit" ? (touch.orgId ? "/signup" : "/contact") : "/",
  };
}
