/** Quantiles (0 to 100 % in tens) of a paying customer's seats. */
export const PAID_SEATS = [5, 9, 13, 18, 26, 36, 52, 78, 120, 210, 640];

export const NEVER = Number.POSITIVE_INFINITY;

/** How long before day 1 the company's records begin. */
export const HISTORY_DAYS = 720;
export const ORGS_PER_COMPANY = 8;
