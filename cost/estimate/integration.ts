/** What AWS runs around the platform, and what Snowflake keeps of trained models. */
import type { Flow } from "../../infra/platform.ts";
import { type Figure, given, product, sum } from "../figure.ts";
import { appFlowCost, logsCost, s3Gets, s3Puts, s3Storage, secretsCost } from "../formulas/aws.ts";
import { CEILING_DAYS, DAYS_PER_MONTH } from "../formulas/hours.ts";
import { priceOf } from "../price-book.ts";
import { usageFor } from "../usage.ts";
import { assumed, type Context, declaredItem, where } from "./context.ts";
import { all, SHARED } from "./departments.ts";
import { flowRunsPerDay } from "./graphs.ts";
import type { CostItem } from "./item.ts";
import { openItem } from "./services.ts";

type Base = Omit<CostItem, "basis" | "notes" | "ceiling">;

/** Amazon AppFlow: each flow's runs and what they carry. */
export const flowItems = (context: Context): CostItem[] =>
  context.platform.flows.map((flow) => flowItem(context, flow));

function flowItem(context: Context, flow: Flow): CostItem {
  const use = usageFor(context.usage.flows, flow.key);
  const perDay = flowRunsPerDay(flow.schedule);
  const cost = (days: number, gbPerDay: number): Figure =>
    appFlowCost(
      context.book,
      flow.direction === "in" ? "into-aws" : "out-of-aws",
      given("runs", (perDay ?? 1) * days, "runs/month", { kind: "program", title: `${flow.name} schedule` }),
      assumed(context, "GB", gbPerDay * days, "GB/month"),
      where(context),
    );
  const base: Base = {
    resource: { kind: "flow", key: flow.key, name: flow.name },
    provider: "AWS",
    service: "Amazon AppFlow",
    category: "Integration",
    quantity: given("runs", (perDay ?? 1) * DAYS_PER_MONTH, "runs", {
      kind: "program",
      title: `${flow.name} schedule`,
    }),
    unitPrice: { ...priceOf(context.book, "aws.appflow.run", where(context)), label: "price" },
    expected: cost(DAYS_PER_MONTH, (perDay ?? 1) * use.gbPerRun),
    departments: all(SHARED),
  };
  const label = `${flow.name} ceiling`;
  if (perDay === undefined)
    return openItem(base, label, `the schedule ${flow.schedule} of ${flow.name} cannot be read`);
  if (use.maximumGbPerDay === null)
    return openItem(
      base,
      label,
      `nothing limits what ${flow.name} carries, and the usage file declares no maximumGbPerDay`,
    );
  return declaredItem(base, cost(CEILING_DAYS, use.maximumGbPerDay), `what ${flow.name} carries`);
}

/** Files that leave by the outbound bucket, until they expire. */
export function outboundItems(context: Context): CostItem[] {
  const { outbound } = context.platform;
  if (outbound === undefined) return [];
  const use = context.usage.outbound;
  const cost = (days: number, gbPerDay: number): Figure =>
    sum("S3", "USD", [
      s3Storage(
        context.book,
        "STANDARD",
        assumed(context, "GB held", gbPerDay * outbound.expireAfterDays, "GB-month"),
        where(context),
      ),
      s3Puts(
        context.book,
        "STANDARD",
        assumed(context, "PUTs", use.filesPerDay * days, "requests"),
        where(context),
      ),
      s3Gets(
        context.book,
        assumed(context, "files that flows read", use.filesPerDay * days, "requests"),
        where(context),
      ),
    ]);
  const base: Base = {
    resource: { kind: "bucket", key: "outbound", name: outbound.bucket },
    provider: "AWS",
    service: "Amazon S3",
    category: "Storage",
    quantity: assumed(context, "GB", use.gbPerDay * outbound.expireAfterDays, "GB-month"),
    unitPrice: {
      ...priceOf(context.book, "aws.s3.storage", where(context, "STANDARD")),
      label: "price",
    },
    expected: cost(DAYS_PER_MONTH, use.gbPerDay),
    departments: all(SHARED),
  };
  return [
    use.maximumGbPerDay === null
      ? openItem(base, "S3 ceiling", "nothing limits what leaves, and the usage file declares no maximum")
      : declaredItem(base, cost(CEILING_DAYS, use.maximumGbPerDay), "what leaves by the bucket"),
  ];
}

/** Besides the units of MSK Connect: the connectors' secret, and what their workers log. */
export function connectItems(context: Context): CostItem[] {
  const { connect } = context.platform;
  if (connect === undefined) return [];
  const use = context.usage.connect;
  const secrets = given(
    "secrets",
    new Set(connect.connectors.map((connector) => connector.access.secret)).size,
    "secret-months",
    { kind: "program", title: "secrets of the connectors" },
  );
  const cost = secretsCost(
    context.book,
    secrets,
    assumed(context, "requests", use.secretRequestsPerMonth, "requests"),
    where(context),
  );
  const secret: CostItem = declaredItem(
    {
      resource: { kind: "connector", key: "connect-secret", name: "connectors' secret" },
      provider: "AWS",
      service: "AWS Secrets Manager",
      category: "Security",
      quantity: secrets,
      unitPrice: { ...priceOf(context.book, "aws.secrets.secret", where(context)), label: "price" },
      expected: cost,
      departments: all(SHARED),
    },
    cost,
    "requests for the secret",
  );
  return connect.logGroup === undefined ? [secret] : [secret, logItem(context, connect.logGroup)];
}

function logItem(context: Context, logGroup: string): CostItem {
  const use = context.usage.connect;
  const cost = (days: number, gbPerDay: number): Figure =>
    logsCost(
      context.book,
      assumed(context, "GB", gbPerDay * days, "GB"),
      assumed(context, "GB kept", gbPerDay * use.logRetentionDays, "GB-month"),
      where(context),
    );
  const base: Base = {
    resource: { kind: "connector", key: "connect-logs", name: logGroup },
    provider: "AWS",
    service: "Amazon CloudWatch",
    category: "Management and Governance",
    quantity: assumed(context, "GB", use.logGbPerDay * DAYS_PER_MONTH, "GB"),
    unitPrice: { ...priceOf(context.book, "aws.logs.ingestion", where(context)), label: "price" },
    expected: cost(DAYS_PER_MONTH, use.logGbPerDay),
    departments: all(SHARED),
  };
  return use.maximumLogGbPerDay === null
    ? openItem(
        base,
        "logs ceiling",
        "nothing limits what workers log, and the usage file declares no maximum",
      )
    : declaredItem(base, cost(CEILING_DAYS, use.maximumLogGbPerDay), "what workers log");
}

/**
 * Storage of trained classifications, in each schema where a role may make some; training and scoring are in the
 * warehouses' figures. Snowflake documentation, "ML Functions", Cost Considerations: storage and compute, nothing else.
 */
export function classificationItems(context: Context): CostItem[] {
  const schemas = new Set(
    context.platform.grants.flatMap((grant) =>
      grant.privileges.includes("CREATE SNOWFLAKE.ML.CLASSIFICATION") && grant.target.on === "schema"
        ? [`${grant.target.schema.database}.${grant.target.schema.schema}`]
        : [],
    ),
  );
  const price = priceOf(context.book, "snowflake.storage", where(context));
  return [...schemas].map((name): CostItem => {
    const { gb, maximumGb } = context.usage.classifications;
    const terabytes = (size: number): Figure => assumed(context, "TB", size / 1000, "TB-month");
    const base: Base = {
      resource: { kind: "schema", key: name, name: `${name}, trained classifications` },
      provider: "Snowflake",
      service: "Storage",
      category: "Storage",
      quantity: terabytes(gb),
      unitPrice: { ...price, label: "price" },
      expected: product(`${name} classifications`, "USD", [terabytes(gb), price]),
      departments: all(SHARED),
    };
    return maximumGb === null
      ? openItem(base, `${name} ceiling`, "nothing limits the size of trained classifications")
      : declaredItem(
          base,
          product(`${name} classifications declared`, "USD", [terabytes(maximumGb), price]),
          "the size of trained classifications",
        );
  });
}
