import { type Calendar, createCalendar, dayEnd } from "./calendar.ts";
import { firstTouch, planCompany } from "./journey.ts";
import { HISTORY_DAYS } from "./plan/constants.ts";
import type { Company, OrgPlan } from "./plan/types.ts";
import { hashOf, label } from "./random.ts";

export interface WorldOptions {
  /** The world's seed; equal seeds (and start day and scale) give equal worlds everywhere. */
  readonly seed: number | string;
  /** The date (UTC) of day 1, e.g. `2026-03-01`. */
  readonly startDay: string;
  /** 1 is about 400 accounts and 60,000 product events a day. Above 0. */
  readonly scale: number;
  /** Multiplies the product events only, without more companies. Default: 1. */
  readonly eventScale?: number;
  /** Sources beyond the CRM's five objects and the product events, by name, or all. Default: none. */
  readonly sources?: readonly string[] | "all";
}

/** What every source reads: the companies, by index, and the calendar. */
export interface Universe {
  readonly options: Required<WorldOptions>;
  /** The seed as 32 bits. */
  readonly seed: number;
  readonly calendar: Calendar;
  /** New companies a day. */
  readonly companiesPerDay: number;
  /** The plan of one company. */
  company(index: number): Company;
  /** All companies first touched by the end of day n, oldest first; plans are made as they are read. */
  companiesThrough(day: number): Iterable<Company>;
}

const COMPANIES_AT_START = 900;
const CACHED_COMPANIES = 20_000;

export function createUniverse(options: WorldOptions): Universe {
  const { scale, eventScale = 1, sources = [] } = options;
  for (const [name, value] of Object.entries({ scale, eventScale })) {
    if (!(Number.isFinite(value) && value > 0)) {
      throw new RangeError(`${name}: ${value} given, a number above 0 expected`);
    }
  }
  const seed =
    typeof options.seed === "number" ? hashOf(options.seed, options.seed / 0x100000000) : label(options.seed);
  const companiesPerDay = (COMPANIES_AT_START * scale) / HISTORY_DAYS;
  const cache = new Map<number, Company>();
  const company = (index: number): Company => {
    const known = cache.get(index);
    if (known) return known;
    const planned = planCompany(seed, index, companiesPerDay);
    if (cache.size < CACHED_COMPANIES) cache.set(index, planned);
    return planned;
  };
  return {
    options: { ...options, eventScale, sources },
    seed,
    calendar: createCalendar(options.startDay),
    companiesPerDay,
    company,
    *companiesThrough(day) {
      const end = dayEnd(day);
      for (let index = 0; firstTouch(seed, index, companiesPerDay) <= end; index++) yield company(index);
    },
  };
}

/** The company whose account an organisation is linked to at world time `now`; undefined when it is linked to none. */
export function linkedCompany(
  universe: Universe,
  company: Company,
  org: OrgPlan,
  now: number,
): Company | undefined {
  if (org.linkedAt <= now) return company;
  return org.mislinkedAt <= now ? mislinkTarget(universe, company, org) : undefined;
}

/** The older account that a wrong record names: the nearest company before whose account existed then. */
export function mislinkTarget(universe: Universe, company: Company, org: OrgPlan): Company | undefined {
  for (let index = company.index - 1; index >= 0; index--) {
    const other = universe.company(index);
    if (other.account && other.account.createdAt < org.mislinkedAt && other.account.deletedAt === Infinity) {
      return other;
    }
  }
  return undefined;
}
