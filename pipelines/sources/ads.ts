import type { FileSource } from "./source.ts";

/** Paid search and paid social: a row for each day and keyword or advertisement; the newest report of a row counts. */
export const ads: FileSource = {
  kind: "files",
  key: "ads",
  description:
    "Daily reports of the advertising platforms; the last day's figures come again, final, the day after.",
  owner: "marketing",
  freshness: "26 hours",
  objects: [
    {
      name: "paid_search",
      label: "paid_search",
      description: "Impressions, clicks and cost by day and keyword.",
      contract: {
        key: "row_id",
        time: "exported_at",
        fields: {
          row_id: "text!",
          exported_at: "text!",
          date: "text!",
          campaign: "text",
          ad_group: "text",
          keyword: "text!",
          match_type: "text",
          impressions: "number!",
          clicks: "number!",
          cost_micros: "number!",
        },
      },
    },
    {
      name: "paid_social",
      label: "paid_social",
      description: "Impressions, clicks and cost by day and advertisement.",
      contract: {
        key: "row_id",
        time: "exported_at",
        fields: {
          row_id: "text!",
          exported_at: "text!",
          date: "text!",
          campaign: "text",
          ad: "text!",
          impressions: "number!",
          clicks: "number!",
          spend: "text!",
        },
      },
    },
  ],
};
