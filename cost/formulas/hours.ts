import { type Figure, given } from "../figure.ts";

const RULE = { kind: "rule", title: "calendar: 31, 30.4 and 731 days of 24 hours" } as const;

/** H of a month's ceiling: no month has more hours. */
export const CEILING_HOURS: Figure = given("H", 744, "h/month", RULE);
/** H of an average month. */
export const EXPECTED_HOURS: Figure = given("H", 730, "h/month", RULE);
/** H of two years, one of them a leap year. */
export const TWO_YEAR_HOURS: Figure = given("H", 17_544, "h/2 years", RULE);

export const SECONDS_PER_HOUR = 3600;
export const DAYS_PER_MONTH = EXPECTED_HOURS.value.kind === "number" ? EXPECTED_HOURS.value.number / 24 : 0;
export const CEILING_DAYS = 31;
