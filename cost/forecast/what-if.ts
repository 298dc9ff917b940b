import { EDITIONS, WAREHOUSE_SIZES } from "../../infra/config/schema.ts";
import type { Platform } from "../../infra/platform.ts";
import { parseDuration, parseSchedule, SCHEDULE_FORM } from "../../infra/units.ts";
import { overlay, parseUsage, type Usage } from "../usage.ts";

/** A what-if that names nothing, or a value that does not fit. */
export class WhatIfError extends Error {
  readonly hint: string;
  readonly exitCode = 2;

  constructor(message: string, hint: string) {
    super(message);
    this.name = "WhatIfError";
    this.hint = hint;
  }
}

export interface Changed {
  platform: Platform;
  usage: Usage;
}

type Setter = (value: string) => unknown;

const wholeNumber: Setter = (value) => {
  const number = Number(value);
  return Number.isInteger(number) && number >= 0 ? number : undefined;
};
const seconds: Setter = (value) => parseDuration(value) ?? wholeNumber(value);
const oneOf =
  (values: readonly string[]): Setter =>
  (value) =>
    values.find((each) => each.toLowerCase() === value.toLowerCase());

/** What can be supposed about each kind, and how its value is written. */
const SETTINGS: Record<
  string,
  { list: "warehouses" | "monitors" | "databases"; settings: Record<string, { read: Setter; form: string }> }
> = {
  warehouse: {
    list: "warehouses",
    settings: {
      size: { read: oneOf(WAREHOUSE_SIZES), form: WAREHOUSE_SIZES.join(", ") },
      autoSuspend: { read: seconds, form: '"60 seconds"' },
      statementTimeout: { read: seconds, form: '"30 minutes"' },
      minClusters: { read: wholeNumber, form: "1 to 10" },
      maxClusters: { read: wholeNumber, form: "1 to 10" },
    },
  },
  monitor: {
    list: "monitors",
    settings: {
      credits: { read: wholeNumber, form: "whole credits" },
      suspend: { read: wholeNumber, form: "percent" },
      suspendImmediate: { read: wholeNumber, form: "percent" },
      frequency: {
        read: oneOf(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "NEVER"]),
        form: "DAILY, WEEKLY, MONTHLY, YEARLY, NEVER",
      },
    },
  },
  database: { list: "databases", settings: { timeTravelDays: { read: wholeNumber, form: "days" } } },
};

export const WHAT_IF_FORM =
  "warehouse.transform.size=LARGE, monitor.account.credits=500, database.raw.timeTravelDays=30, schedule.continuous=every 15 minutes, edition=business_critical, region=aws.us-west-2, usage.forecast.growth.expected=0.05";

/** The platform and the assumptions as they would be; throws a WhatIfError that says what is allowed. */
export function applyWhatIf(given: Changed, wishes: readonly string[]): Changed {
  return wishes.reduce(applyOne, given);
}

function applyOne({ platform, usage }: Changed, wish: string): Changed {
  const at = wish.indexOf("=");
  const path = wish.slice(0, at).trim();
  const value = wish.slice(at + 1).trim();
  if (at < 1 || value === "")
    throw new WhatIfError(`"${wish}" is no supposition`, `Write NAME=VALUE, such as ${WHAT_IF_FORM}`);
  const [kind = "", ...rest] = path.split(".");
  if (kind === "usage") return { platform, usage: withUsage(usage, rest, value, wish) };
  if (kind === "edition" || kind === "region") return { usage, platform: withAccount(platform, kind, value) };
  if (kind === "schedule") return { usage, platform: withSchedule(platform, rest.join("."), value) };
  const known = SETTINGS[kind];
  if (!known) throw new WhatIfError(`nothing is called "${kind}" in "${wish}"`, `Allowed: ${WHAT_IF_FORM}`);
  const [key = "", setting = ""] = rest;
  const entries: { key: string }[] = platform[known.list];
  if (!entries.some((entry) => entry.key === key))
    throw new WhatIfError(
      `there is no ${kind} "${key}"`,
      `Allowed: ${entries.map((entry) => entry.key).join(", ")}`,
    );
  const rule = known.settings[setting];
  if (!rule)
    throw new WhatIfError(
      `a ${kind} has no setting "${setting}" that can be supposed`,
      `Allowed: ${Object.keys(known.settings).join(", ")}`,
    );
  const read = rule.read(value);
  if (read === undefined) throw new WhatIfError(`"${value}" does not fit ${path}`, `Allowed: ${rule.form}`);
  return {
    usage,
    platform: {
      ...platform,
      [known.list]: entries.map((entry) => (entry.key === key ? { ...entry, [setting]: read } : entry)),
    },
  };
}

function withAccount(platform: Platform, kind: "edition" | "region", value: string): Platform {
  if (kind === "region") {
    if (!/^(aws|azure|gcp)\.[a-z0-9-]+$/.test(value))
      throw new WhatIfError(`"${value}" is no region`, "Allowed: cloud and region, such as aws.us-east-1");
    return { ...platform, region: value };
  }
  const edition = EDITIONS.find((each) => each === value.toLowerCase());
  if (!edition) throw new WhatIfError(`"${value}" is no edition`, `Allowed: ${EDITIONS.join(", ")}`);
  return { ...platform, edition };
}

function withSchedule(platform: Platform, freshness: string, value: string): Platform {
  const schedule = parseSchedule(value);
  if (!schedule) throw new WhatIfError(`"${value}" is no schedule`, `Allowed: ${SCHEDULE_FORM}`);
  const classes = [...new Set(platform.tasks.filter((task) => task.schedule).map((task) => task.freshness))];
  if (!classes.includes(freshness))
    throw new WhatIfError(`there is no schedule "${freshness}"`, `Allowed: ${classes.join(", ")}`);
  return {
    ...platform,
    tasks: platform.tasks.map((task) =>
      task.schedule && task.freshness === freshness ? { ...task, schedule } : task,
    ),
  };
}

/** A key of the usage file by its path; table and pipe names may contain dots, so the longest key that exists wins. */
function withUsage(usage: Usage, path: string[], value: string, wish: string): Usage {
  let parsed: unknown = value;
  try {
    parsed = JSON.parse(value);
  } catch {
    // Text that is not JSON stays text.
  }
  try {
    return parseUsage(overlay(usage, nest(usage, path, parsed)));
  } catch {
    throw new WhatIfError(
      `"${wish}" does not fit the usage file`,
      "The keys and their values are those of cost/usage.yaml",
    );
  }
}

function nest(at: unknown, path: string[], value: unknown): unknown {
  if (path.length === 0) return value;
  const record = typeof at === "object" && at !== null ? (at as Record<string, unknown>) : {};
  for (let length = path.length; length > 0; length--) {
    const key = path.slice(0, length).join(".");
    if (key in record || length === 1) return { [key]: nest(record[key], path.slice(length), value) };
  }
  return value;
}
