import { DAY, dayStart } from "../calendar.ts";
import { decimal } from "../decimal.ts";
import { hashOf, label, stochasticRound, unit } from "../random.ts";
import type { FileSource } from "../source.ts";
import type { Universe } from "../world.ts";
import { CAMPAIGNS, KEYWORDS } from "./catalogue.ts";

/** What an advertisement did on a day. Money in cents. */
export interface AdDay {
  readonly impressions: number;
  readonly clicks: number;
  readonly cents: number;
}

const SEARCH = label("paid search");
const SOCIAL = label("paid social");
const BACKFILL_DAYS = 90;
const CLICKS_A_DAY = 400;

export const SOCIAL_ADS = CAMPAIGNS.filter((campaign) => campaign.channel === "Paid Social").flatMap(
  (campaign) =>
    ["story", "carousel", "video"].map((format) => ({ campaign, name: `${campaign.utm}-${format}` })),
);

/** A keyword's figures for day d, final or as first reported (`preliminary`: a tenth of the clicks is still missing). */
export function keywordDay(universe: Universe, index: number, day: number, preliminary: boolean): AdDay {
  const word = KEYWORDS[index]!;
  const total = KEYWORDS.reduce((sum, { clicks }) => sum + clicks, 0);
  const hash = hashOf(universe.seed, SEARCH, index, day);
  const weekday = universe.calendar.weekday(dayStart(day));
  const season = weekday === 0 || weekday === 6 ? 0.6 : 1;
  const expected = (CLICKS_A_DAY * universe.options.scale * season * word.clicks) / total;
  return adDay(
    stochasticRound(expected * (0.7 + 0.6 * unit(hash)), hashOf(hash)),
    22,
    word.costPerClickCents,
    preliminary,
  );
}

/** A social advertisement's figures for day d. */
export function socialDay(universe: Universe, index: number, day: number, preliminary: boolean): AdDay {
  const hash = hashOf(universe.seed, SOCIAL, index, day);
  const expected = 25 * universe.options.scale * (0.5 + unit(hash));
  return adDay(stochasticRound(expected, hashOf(hash)), 90, 160 + 40 * index, preliminary);
}

function adDay(clicks: number, perClick: number, costPerClick: number, preliminary: boolean): AdDay {
  const counted = preliminary ? Math.floor(clicks * 0.9) : clicks;
  return { impressions: counted * perClick + 7, clicks: counted, cents: counted * costPerClick };
}

/** The days that the export of day n reports on, each with whether it is preliminary: day 1 has the 90 days before. */
export function reportedDays(day: number): { day: number; preliminary: boolean }[] {
  const first = day === 1 ? 1 - BACKFILL_DAYS : day - 1;
  return Array.from({ length: day - first + 1 }, (_, i) => ({
    day: first + i,
    preliminary: first + i === day,
  }));
}

/** Paid search by keyword and day. Yesterday's figures come again, final, under the same `row_id`. */
export const paidSearch: FileSource = {
  kind: "files",
  name: "paid_search",
  folder: "ads/paid_search",
  stem: "paid_search",
  key: "row_id",
  timestamps: ["exported_at"],
  strangerKey: (n) => `search-unknown-${n}`,
  *rows(universe, day) {
    for (const reported of reportedDays(day)) {
      const date = universe.calendar.date(dayStart(reported.day));
      for (const [index, word] of KEYWORDS.entries()) {
        const figures = keywordDay(universe, index, reported.day, reported.preliminary);
        yield {
          row_id: `search-${date}-${index}`,
          exported_at: universe.calendar.iso(dayStart(day) + DAY - 1),
          date,
          campaign: word.adGroup === "education" ? "search-education" : "search-brand-and-directory",
          ad_group: word.adGroup,
          keyword: word.keyword,
          match_type: index % 3 === 0 ? "BROAD" : "EXACT",
          impressions: figures.impressions,
          clicks: figures.clicks,
          cost_micros: figures.cents * 10_000,
        };
      }
    }
  },
};

/** Paid social by advertisement and day, likewise. */
export const paidSocial: FileSource = {
  kind: "files",
  name: "paid_social",
  folder: "ads/paid_social",
  stem: "paid_social",
  key: "row_id",
  timestamps: ["exported_at"],
  strangerKey: (n) => `social-unknown-${n}`,
  *rows(universe, day) {
    for (const reported of reportedDays(day)) {
      const date = universe.calendar.date(dayStart(reported.day));
      for (const [index, ad] of SOCIAL_ADS.entries()) {
        const figures = socialDay(universe, index, reported.day, reported.preliminary);
        yield {
          row_id: `social-${date}-${index}`,
          exported_at: universe.calendar.iso(dayStart(day) + DAY - 1),
          date,
          campaign: ad.campaign.utm,
          ad: ad.name,
          impressions: figures.impressions,
          clicks: figures.clicks,
          spend: decimal(BigInt(figures.cents)),
        };
      }
    }
  },
};
