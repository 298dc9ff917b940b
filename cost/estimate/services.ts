import type { Task } from "../../infra/platform.ts";
import { derive, type Figure, given, product, unbounded } from "../figure.ts";
import { CEILING_DAYS, DAYS_PER_MONTH } from "../formulas/hours.ts";
import { ingestCredits } from "../formulas/ingest.ts";
import {
  cloudServicesBilled,
  type ServerlessTask,
  serverlessTaskExpected,
  serverlessTaskMaximum,
} from "../formulas/services.ts";
import { measuredDays } from "../measured.ts";
import { priceOf } from "../price-book.ts";
import { usageFor } from "../usage.ts";
import { assumed, type Context, declaredItem, inUsd, where } from "./context.ts";
import { all, SHARED } from "./departments.ts";
import type { CostItem } from "./item.ts";
import { HORIZON_DAYS, runsInLongestMonth, startsOf } from "./runs.ts";

const ACCOUNT = { kind: "account", key: "account", name: "account" } as const;

/** Formula 6 for the account; `warehouseCredits` is a month's expected. */
export function cloudServicesItem(context: Context, warehouseCredits: number): CostItem {
  const { shareOfWarehouseCredits, maximumCreditsPerDay } = context.usage.cloudServices;
  const perDay = warehouseCredits / DAYS_PER_MONTH;
  const month = Math.ceil(DAYS_PER_MONTH);
  const days = Array.from({ length: month }, () => ({
    warehouse: perDay,
    cloudServices: perDay * shareOfWarehouseCredits,
  }));
  const measured = context.measured?.cloudServicesCredits;
  if (context.measured && measured !== undefined) {
    const each = measured / measuredDays(context.measured);
    for (const day of days) day.cloudServices = each;
  }
  const quantity = cloudServicesBilled(
    context.book,
    "billed cloud services",
    days,
    measured === undefined ? context.assumption : { kind: "measured", title: context.measured?.title ?? "" },
  );
  const item = {
    resource: { ...ACCOUNT, name: "cloud services" },
    provider: "Snowflake" as const,
    service: "Cloud Services",
    category: "Compute" as const,
    quantity,
    unitPrice: context.creditPrice,
    expected: inUsd(context, "cloud services expected", quantity),
    departments: all(SHARED),
  };
  const label = "cloud services ceiling";
  if (maximumCreditsPerDay === null)
    return openItem(
      item,
      label,
      "Snowflake has no cap on cloud services, and the usage file declares no maximum",
    );
  const most = product("most billed", "credits", [
    assumed(context, "declared maximum", maximumCreditsPerDay, "credits/day"),
    given("days", CEILING_DAYS, "days", { kind: "rule", title: "longest month" }),
  ]);
  return declaredItem(item, inUsd(context, label, most), "cloud services");
}

/** Settings of a serverless task, which the program may come to declare. */
type ServerlessSettings = Partial<{ maximumSize: string; flexible: boolean; overlapping: boolean }>;

/** Formula 7 for tasks without a warehouse. */
export function serverlessItems(context: Context): CostItem[] {
  return context.platform.tasks
    .filter((task) => !task.warehouse)
    .map((task) => serverlessItem(context, task));
}

function serverlessItem(context: Context, task: Task & ServerlessSettings): CostItem {
  const root = context.platform.tasks.find((each) => each.schedule && each.freshness === task.freshness);
  const schedule = task.schedule ?? root?.schedule;
  const runs = (schedule && runsInLongestMonth(schedule)) ?? undefined;
  const shape: ServerlessTask = {
    name: task.name,
    schedule: task.flexible ? "flexible" : "fixed",
    maximumSize: task.maximumSize ?? null,
    timeout: given("timeout", task.timeout, "s", {
      kind: "program",
      title: `${task.name} USER_TASK_TIMEOUT_MS`,
    }),
    overlapping: task.overlapping ?? false,
  };
  const maximum =
    runs === undefined
      ? unbounded(`${task.name} maximum`, "credits", `${task.name}: its schedule cannot be read`)
      : serverlessTaskMaximum(context.book, shape, runs);
  const expectedRuns = schedule ? ((startsOf(schedule)?.length ?? 0) * DAYS_PER_MONTH) / HORIZON_DAYS : 0;
  const quantity = serverlessTaskExpected(
    context.book,
    shape,
    { ...context.usage.serverless, runs: expectedRuns, source: context.assumption },
    maximum,
  );
  const owner = context.platform.models.find((model) => model.logical === task.model)?.owner;
  return {
    resource: { kind: "task", key: task.key, name: task.name },
    provider: "Snowflake",
    service: "Serverless Task",
    category: "Compute",
    quantity,
    unitPrice: context.creditPrice,
    expected: inUsd(context, `${task.name} expected`, quantity),
    ceiling: inUsd(context, `${task.name} ceiling`, maximum),
    basis: "enforced",
    departments: all(owner ?? SHARED),
    notes: task.maximumSize
      ? []
      : ["nobody set SERVERLESS_TASK_MAX_STATEMENT_SIZE; the default lets it grow to XXLARGE"],
  };
}

/** Formula 8 for pipes and streaming connectors. */
export function ingestItems(context: Context): CostItem[] {
  const pipes = context.platform.pipes.map((pipe) => {
    const usage = usageFor(context.usage.pipes, pipe.key);
    const measured = context.measured?.pipeGb[pipe.name];
    const gb =
      context.measured && measured !== undefined
        ? given("GB", (measured * DAYS_PER_MONTH) / measuredDays(context.measured), "GB/month", {
            kind: "measured",
            title: context.measured.title,
          })
        : assumed(context, "GB", usage.gbPerDay * DAYS_PER_MONTH, "GB/month");
    return ingestItem(context, "pipe", pipe, "Snowpipe", gb, usage.maximumGbPerDay);
  });
  const connectors = context.platform.connectors.map((connector) => {
    const usage = usageFor(context.usage.connectors, connector.key);
    const gb = assumed(context, "GB", usage.gbPerDay * DAYS_PER_MONTH, "GB/month");
    return ingestItem(context, "connector", connector, "Snowpipe Streaming", gb, usage.maximumGbPerDay);
  });
  return [...pipes, ...connectors];
}

function ingestItem(
  context: Context,
  kind: "pipe" | "connector",
  resource: { key: string; name: string },
  service: string,
  gb: Figure,
  maximumGbPerDay: number | null,
): CostItem {
  const priced = kind === "pipe" ? "pipe" : "streaming";
  const quantity = ingestCredits(context.book, priced, "credits", gb);
  const item = {
    resource: { kind, key: resource.key, name: resource.name },
    provider: "Snowflake" as const,
    service,
    category: "Integration" as const,
    quantity,
    unitPrice: context.creditPrice,
    expected: inUsd(context, `${resource.name} expected`, quantity),
    departments: all(SHARED),
  };
  if (maximumGbPerDay === null)
    return openItem(
      item,
      `${resource.name} ceiling`,
      `Snowflake has no cap on ${service}, and the usage file declares no maximumGbPerDay for ${resource.key}`,
    );
  const most = ingestCredits(
    context.book,
    priced,
    "most credits",
    assumed(context, "declared maximum", maximumGbPerDay * CEILING_DAYS, "GB/month"),
  );
  return declaredItem(
    item,
    inUsd(context, `${resource.name} declared`, most),
    `what arrives through ${resource.name}`,
  );
}

/** Egress of Snowflake to the internet (activation, exports). */
export function transferItem(context: Context): CostItem {
  const { snowflakeInternetGb, maximumSnowflakeInternetGb } = context.usage.transfer;
  const unitPrice = {
    ...priceOf(context.book, "snowflake.transfer", where(context, "internet")),
    label: "price",
  };
  const cost = (label: string, gb: number): Figure =>
    derive(
      label,
      "USD",
      "GB × price / 1,000",
      [assumed(context, "GB", gb, "GB/month"), unitPrice],
      (amount, price) => (amount * price) / 1000,
    );
  const item = {
    resource: { ...ACCOUNT, name: "internet egress" },
    provider: "Snowflake" as const,
    service: "Data Transfer",
    category: "Networking" as const,
    quantity: assumed(context, "TB", snowflakeInternetGb / 1000, "TB"),
    unitPrice,
    expected: cost("egress expected", snowflakeInternetGb),
    departments: all(SHARED),
  };
  return maximumSnowflakeInternetGb === null
    ? openItem(
        item,
        "egress ceiling",
        "nothing limits what leaves the account, and the usage file declares no maximum",
      )
    : declaredItem(item, cost("egress declared", maximumSnowflakeInternetGb), "egress");
}

/** An item that nothing limits. */
export const openItem = (
  item: Omit<CostItem, "basis" | "notes" | "ceiling">,
  label: string,
  because: string,
): CostItem => ({
  ...item,
  ceiling: unbounded(label, "USD", because),
  basis: "declared",
  notes: [because],
});
