import { dayEnd } from "../calendar.ts";
import { memberships } from "../crm/campaign-member.ts";
import { decimal } from "../decimal.ts";
import { type AdDay, keywordDay, reportedDays, SOCIAL_ADS, socialDay } from "../marketing/ads.ts";
import { CAMPAIGNS, KEYWORDS } from "../marketing/catalogue.ts";
import { emailActivities } from "../marketing/email-activity.ts";
import { isIn, windowOf } from "../window.ts";
import type { Universe } from "../world.ts";
import { Totals, type TruthPart } from "./part.ts";

/** Advertisements by their last report: final, but for the last day itself. */
export const adsTruth: TruthPart = {
  needs: ["paid_search", "paid_social"],
  tell(universe, lastDay) {
    const sum = (
      figures: (universe: Universe, index: number, day: number, preliminary: boolean) => AdDay,
      index: number,
    ) => {
      const total = { impressions: 0, clicks: 0, cents: 0n };
      for (let day = reportedDays(1)[0]!.day; day <= lastDay; day++) {
        const { impressions, clicks, cents } = figures(universe, index, day, day === lastDay);
        total.impressions += impressions;
        total.clicks += clicks;
        total.cents += BigInt(cents);
      }
      return { impressions: total.impressions, clicks: total.clicks, cost: decimal(total.cents) };
    };
    return {
      kpis: {
        search_by_keyword: KEYWORDS.map(({ keyword }, index) => ({
          keyword,
          ...sum(keywordDay, index),
        })).sort((a, b) => (a.keyword < b.keyword ? -1 : 1)),
        social_by_ad: SOCIAL_ADS.map(({ name }, index) => ({ ad: name, ...sum(socialDay, index) })).sort(
          (a, b) => (a.ad < b.ad ? -1 : 1),
        ),
      },
    };
  },
};

export const emailTruth: TruthPart = {
  needs: ["marketing_email_activity"],
  tell(universe, lastDay) {
    const types = new Totals();
    const window = { from: windowOf(1, 30).from, to: dayEnd(lastDay) };
    for (const company of universe.companiesThrough(lastDay)) {
      for (const lead of company.leads) {
        for (const activity of emailActivities(universe, company, lead)) {
          if (isIn(window, activity.at)) types.add(activity.type);
        }
      }
    }
    return {
      kpis: {
        email_activity_by_type: types.list().map(({ key, count }) => ({ type: key, activities: count })),
      },
    };
  },
};

export const campaignTruth: TruthPart = {
  needs: ["salesforce_campaign", "salesforce_campaignmember"],
  tell(universe, lastDay) {
    const now = dayEnd(lastDay);
    const members = new Totals();
    const responded = new Map<string, number>();
    for (const company of universe.companiesThrough(lastDay)) {
      for (const lead of company.leads) {
        if (lead.createdAt > now) continue;
        for (const member of memberships(universe, company, lead)) {
          if (member.createdAt > now) continue;
          const { name } = CAMPAIGNS.find((campaign) => campaign.utm === member.campaign)!;
          members.add(name);
          if (member.respondedAt <= now) responded.set(name, (responded.get(name) ?? 0) + 1);
        }
      }
    }
    return {
      kpis: {
        members_by_campaign: members
          .list()
          .map(({ key, count }) => ({ campaign: key, members: count, responded: responded.get(key) ?? 0 })),
      },
    };
  },
};
