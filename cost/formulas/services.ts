import { derive, type Figure, given, lowest, product, type Source } from "../figure.ts";
import { type PriceBook, priceOf } from "../price-book.ts";
import { CEILING_HOURS } from "./hours.ts";

/** A day's credits of warehouses and of cloud services. */
export interface DayOfCredits {
  warehouse: number;
  cloudServices: number;
}

/** Formula 6, credits: Σ days max(0, cloud services − 10 % of that day's warehouse credits). Serverless credits do not count in the allowance. */
export function cloudServicesBilled(
  book: PriceBook,
  label: string,
  days: DayOfCredits[],
  source: Source,
): Figure {
  const share = priceOf(book, "snowflake.cloud-services.allowance");
  const used = given(
    "cloud services",
    days.reduce((total, day) => total + day.cloudServices, 0),
    "credits",
    source,
  );
  return derive(
    label,
    "credits",
    "Σ days max(0, cloud services − allowance × warehouse credits)",
    [used, share],
    (_used, rate) =>
      days.reduce((total, day) => total + Math.max(0, day.cloudServices - rate * day.warehouse), 0),
  );
}

/** A serverless task. `timeout` in seconds; `maximumSize` null is Snowflake's default. */
export interface ServerlessTask {
  name: string;
  schedule: "fixed" | "flexible";
  maximumSize: string | null;
  timeout: Figure;
  overlapping: boolean;
}

const DEFAULT_MAXIMUM_SIZE = "XXLARGE";

/** Formula 7, credits a month: 0.9 × rate(maximum size) × min(runs × timeout, H); the min only where runs do not overlap. */
export function serverlessTaskMaximum(book: PriceBook, task: ServerlessTask, runs: number): Figure {
  const hours = derive(
    "longest run time",
    "h/month",
    task.overlapping ? "runs × timeout / 3600" : "min(runs × timeout / 3600, H)",
    [runsOf(task, runs, "program"), task.timeout, CEILING_HOURS],
    (count, timeout, month) =>
      task.overlapping ? (count * timeout) / 3600 : Math.min((count * timeout) / 3600, month),
  );
  const size = task.maximumSize ?? DEFAULT_MAXIMUM_SIZE;
  return product(`${task.name} maximum`, "credits", [
    perXsmallHour(book, task),
    sizeRate(book, task, size),
    hours,
  ]);
}

/** Expected, credits a month: 0.9 × rate × runs × average hours, at the assumed average size; never above the maximum. */
export function serverlessTaskExpected(
  book: PriceBook,
  task: ServerlessTask,
  use: { runs: number; averageSeconds: number; averageSize: string; source: Source },
  maximum: Figure,
): Figure {
  const hours = derive(
    "run time",
    "h/month",
    "runs × average seconds / 3600",
    [runsOf(task, use.runs, "assumption"), given("average", use.averageSeconds, "s", use.source)],
    (count, seconds) => (count * seconds) / 3600,
  );
  const used = product(`${task.name} in use`, "credits", [
    perXsmallHour(book, task),
    sizeRate(book, task, use.averageSize),
    hours,
  ]);
  return lowest(`${task.name} expected`, "credits", [used, maximum]);
}

const perXsmallHour = (book: PriceBook, task: ServerlessTask): Figure =>
  priceOf(
    book,
    task.schedule === "flexible" ? "snowflake.serverless-task.flexible" : "snowflake.serverless-task",
  );

function sizeRate(book: PriceBook, task: ServerlessTask, size: string): Figure {
  const figure = priceOf(book, "snowflake.warehouse.standard.gen1", { variant: size });
  return {
    ...figure,
    label: `rate(${size})`,
    unit: "XSMALLs",
    source: figure.source && {
      ...figure.source,
      title: `${figure.source.title}; ${task.name} ${task.maximumSize ? "SERVERLESS_TASK_MAX_STATEMENT_SIZE" : "default maximum size"}`,
    },
  };
}

const runsOf = (task: ServerlessTask, runs: number, kind: "program" | "assumption"): Figure =>
  given("runs", runs, "runs/month", { kind, title: `${task.name} SCHEDULE` });

/** 2 credits per compute-hour: materialized views, search optimization, automatic clustering. */
export function maintenance(
  book: PriceBook,
  kind: "materialized-view" | "search-optimization" | "clustering",
  label: string,
  hours: Figure,
): Figure {
  return product(label, "credits", [hours, priceOf(book, `snowflake.${kind}`)]);
}
