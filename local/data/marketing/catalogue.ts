import type { Channel } from "../plan/types.ts";
import { unit } from "../random.ts";

export interface Keyword {
  readonly keyword: string;
  readonly adGroup: string;
  /** Share of clicks, and share of the clicks by companies that go on to become accounts: not the same words. */
  readonly clicks: number;
  readonly quality: number;
  readonly costPerClickCents: number;
}

const keyword = (
  keyword: string,
  adGroup: string,
  clicks: number,
  quality: number,
  cpc: number,
): Keyword => ({
  keyword,
  adGroup,
  clicks,
  quality,
  costPerClickCents: cpc,
});

export const KEYWORDS: readonly Keyword[] = [
  keyword("what is ldap", "education", 30, 1, 85),
  keyword("what is saml", "education", 24, 1, 90),
  keyword("free password manager", "education", 22, 1, 140),
  keyword("single sign on", "sso", 16, 4, 620),
  keyword("sso for startups", "sso", 4, 9, 480),
  keyword("cloud directory", "directory", 6, 16, 710),
  keyword("directory as a service", "directory", 3, 14, 690),
  keyword("ldap as a service", "directory", 3, 12, 540),
  keyword("active directory alternative", "directory", 7, 18, 930),
  keyword("cloud radius", "network", 3, 8, 460),
  keyword("device management free", "devices", 12, 3, 310),
  keyword("mac management for business", "devices", 5, 7, 580),
  keyword("user provisioning tool", "lifecycle", 4, 6, 640),
  keyword("zero trust access", "security", 11, 2, 880),
];

export interface CampaignPlan {
  readonly name: string;
  readonly utm: string;
  readonly channel: Channel;
  readonly type: string;
  readonly budgetCents: number;
}

const campaign = (name: string, channel: Channel, type: string, budget: number): CampaignPlan => ({
  name,
  utm: name.toLowerCase().replace(/[^a-z0-9]+/g, "-"),
  channel,
  type,
  budgetCents: budget * 100,
});

export const CAMPAIGNS: readonly CampaignPlan[] = [
  campaign("Search: brand and directory", "Paid Search", "Advertisement", 240_000),
  campaign("Search: education", "Paid Search", "Advertisement", 90_000),
  campaign("Social: IT admins", "Paid Social", "Advertisement", 120_000),
  campaign("Social: founders", "Paid Social", "Advertisement", 60_000),
  campaign("Webinar: directory in an hour", "Webinar", "Webinar", 15_000),
  campaign("Webinar: zero trust for small teams", "Webinar", "Webinar", 15_000),
  campaign("Trade show: spring", "Trade Show", "Conference", 180_000),
  campaign("Trade show: autumn", "Trade Show", "Conference", 180_000),
  campaign("Partner programme", "Partner Referral", "Partners", 75_000),
  campaign("Nurture: first steps", "Direct", "Email", 5_000),
];

/** How a visit's UTM fields say its channel. Direct visits carry none. */
export const UTM: Record<Channel, { readonly source: string; readonly medium: string } | null> = {
  "Paid Search": { source: "search", medium: "cpc" },
  "Organic Search": { source: "search", medium: "organic" },
  "Paid Social": { source: "social", medium: "paid" },
  Webinar: { source: "webinar", medium: "event" },
  "Trade Show": { source: "trade-show", medium: "event" },
  "Partner Referral": { source: "partner", medium: "referral" },
  Direct: null,
};

/** Picks by weight with a 32-bit hash. */
export function pickWeighted<T>(items: readonly T[], weightOf: (item: T) => number, hash: number): T {
  let left = unit(hash) * items.reduce((sum, item) => sum + weightOf(item), 0);
  for (const item of items) {
    left -= weightOf(item);
    if (left < 0) return item;
  }
  return items.at(-1)!;
}
