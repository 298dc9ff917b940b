/**
 * What a stack may say (namespace `firn:` of Pulumi.<stack>.yaml), as a zod schema. Types are inferred from it.
 * A wrong value carries what is allowed, so that its message needs no look at this file.
 */
import { z } from "zod";
import { DURATION_FORM, parseDuration, parseSchedule, SCHEDULE_FORM } from "../units.ts";
import { cidrProblem } from "./cidr.ts";
import type { CloneOf } from "./clone.ts";

/** Lets a refinement say what would have been right; read by read-stack.ts. */
const refuse = (ctx: z.RefinementCtx, message: string, allowed: string, path: string[] = []) => {
  ctx.addIssue({ code: "custom", message, params: { allowed }, path });
  return z.NEVER;
};

const duration = (least: number, most: number, range: string) =>
  z.union([z.string(), z.number()]).transform((given, ctx): number => {
    const seconds = typeof given === "string" ? parseDuration(given) : undefined;
    if (seconds === undefined) return refuse(ctx, "is not a duration", DURATION_FORM);
    if (seconds < least || seconds > most) return refuse(ctx, "is out of range", range);
    return seconds;
  });

const schedule = z.string().transform((text, ctx) => {
  return parseSchedule(text) ?? refuse(ctx, "is not a schedule", SCHEDULE_FORM);
});

const matching = (pattern: RegExp, allowed: string) =>
  z.string().superRefine((text, ctx) => {
    if (!pattern.test(text)) refuse(ctx, "has a character that is not allowed", allowed);
  });

/** Names that become parts of Snowflake identifiers. */
const namePart = matching(/^[a-z][a-z0-9_]*$/, "lower-case letters, digits and _, starting with a letter");
const percent = z.number().int().min(1).max(1_000);
/** AppFlow writes the number and the unit together (Amazon AppFlow API Reference, ScheduledTriggerProperties). */
const appFlowRate = matching(
  /^rate\([1-9][0-9]*(minutes|hours|days)\)$/,
  'such as "rate(5minutes)", "rate(1hours)" or "rate(1days)"',
);
const dollars = z.number().positive();

/** Snowflake's sizes, smallest first. */
export const WAREHOUSE_SIZES = [
  "XSMALL",
  "SMALL",
  "MEDIUM",
  "LARGE",
  "XLARGE",
  "XXLARGE",
  "XXXLARGE",
  "X4LARGE",
  "X5LARGE",
  "X6LARGE",
] as const;
export type WarehouseSize = (typeof WAREHOUSE_SIZES)[number];

export const EDITIONS = ["standard", "enterprise", "business_critical"] as const;
export type Edition = (typeof EDITIONS)[number];

const warehouse = z.strictObject({
  size: z.enum(WAREHOUSE_SIZES),
  /** Idle time before the warehouse stops billing. Snowflake bills at least 60 seconds for each start. */
  autoSuspend: duration(30, 3_600, '"30 seconds" to "1 hour"').prefault("60 seconds"),
  statementTimeout: duration(1, 604_800, '"1 second" to "7 days"').prefault("30 minutes"),
  queueTimeout: duration(0, 604_800, '"0 seconds" (wait for ever) to "7 days"').prefault("10 minutes"),
  minClusters: z.number().int().min(1).max(10).default(1),
  maxClusters: z.number().int().min(1).max(10).default(1),
  /**
   * Serverless help for large scans, billed apart from the warehouse and counted by no monitor: off by default, also
   * where Snowflake would switch it on. `maxScaleFactor` times the warehouse's own rate is its limit; 0 is none.
   */
  queryAcceleration: z.strictObject({ maxScaleFactor: z.number().int().min(0).max(100) }).optional(),
  /** Key of the resource monitor of this warehouse; none by default. */
  monitor: namePart.optional(),
  comment: z.string().optional(),
});
export type WarehouseConfig = z.output<typeof warehouse>;

const monitor = z.strictObject({
  credits: z.number().int().min(1),
  frequency: z.enum(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "NEVER"]).default("MONTHLY"),
  /** Percentages of `credits` at which account administrators are told. */
  notify: z.array(percent).min(1).max(5),
  /** Percentage at which warehouses stop after their running statements. */
  suspend: percent,
  /** Percentage at which running statements are cancelled too. */
  suspendImmediate: percent,
});
export type MonitorConfig = z.output<typeof monitor>;

const range = z.string().superRefine((text, ctx) => {
  const problem = cidrProblem(text);
  if (problem !== undefined) refuse(ctx, problem.message, problem.allowed);
});

/** Exactly one of an inline key and a file; the file is read by the loader, relative to the project. */
const serviceUser = z
  .strictObject({
    publicKey: z.string().optional(),
    publicKeyFile: z.string().optional(),
    /** Addresses that it may log in from, e.g. `["203.0.113.0/24"]`; from everywhere by default, which policy refuses. */
    allowedFrom: z.array(range).min(1).optional(),
  })
  .superRefine((user, ctx) => {
    if ((user.publicKey === undefined) === (user.publicKeyFile === undefined))
      refuse(ctx, "needs one key, given in one way", "either publicKey or publicKeyFile");
  });

/** Stands for the AWS account in names where nothing is deployed, and so no account is known. */
export const ANY_AWS_ACCOUNT = "<account>";

const address = matching(/^[^\s@,]+@[^\s@,]+$/, "a mail address");
const hour = z.number().int().min(0).max(23);

const alerts = z
  .strictObject({
    /** When conditions are looked at: with the tasks, so that the warehouse is awake. */
    schedule: schedule.prefault("every 15 minutes"),
    warehouse: namePart.default("transform"),
    started: z.boolean().default(true),
    /** Recipients by department; addresses must be verified by users of the account. */
    mail: z.record(namePart, z.array(address).min(1)).default({}),
    /** Webhooks by department, e.g. of Slack. */
    webhooks: z
      .record(
        namePart,
        z.strictObject({
          /** `SNOWFLAKE_WEBHOOK_SECRET` in it stands for the secret. */
          url: z.string().regex(/^https?:\/\//, "a URL"),
          /** Environment variable with the secret part of the URL; the state holds it encrypted only. */
          secretVariable: matching(/^[A-Z][A-Z0-9_]*$/, "a variable of the environment").optional(),
        }),
      )
      .default({}),
    /** Department that is told what is for a department without a channel. */
    fallback: namePart.default("data"),
    /** Whole hours in which only what is critical is told; the rest follows after them. */
    quietHours: z.strictObject({ from: hour, to: hour, timeZone: z.string().min(1) }).optional(),
    /** An SNS topic that is told of failed task graphs. */
    errorTopic: z
      .strictObject({
        topicArn: z.string().startsWith("arn:aws:sns:"),
        roleArn: z.string().startsWith("arn:aws:iam::"),
      })
      .optional(),
  })
  .superRefine((given, ctx) => {
    const known = [...Object.keys(given.mail), ...Object.keys(given.webhooks)];
    if (!known.includes(given.fallback))
      refuse(ctx, "has no channel", known.join(", ") || "a department in mail or webhooks", ["fallback"]);
    for (const [owner, hook] of Object.entries(given.webhooks))
      if (hook.url.includes("SNOWFLAKE_WEBHOOK_SECRET") !== (hook.secretVariable !== undefined))
        refuse(ctx, "and SNOWFLAKE_WEBHOOK_SECRET in url belong together", "both, or neither", [
          "webhooks",
          owner,
          "secretVariable",
        ]);
    if (given.quietHours !== undefined && given.quietHours.from === given.quietHours.to)
      refuse(ctx, "have no length", "two different hours", ["quietHours"]);
  });
export type AlertsConfig = z.output<typeof alerts>;

export const stackConfig = z
  .strictObject({
    /** Put before every account-level name with `_`; empty for none. Lets two stacks share one account. */
    prefix: z
      .union([z.literal(""), matching(/^[A-Z][A-Z0-9]*$/, 'upper-case letters and digits, or ""')])
      .default(""),
    /** Cloud and region of the Snowflake account; prices depend on it. */
    region: matching(/^(aws|azure|gcp)\.[a-z0-9-]+$/, 'cloud and region, such as "aws.us-east-1"'),
    edition: z.enum(EDITIONS),
    /** Databases, schemas, tables, stages and the bucket refuse deletion; for stacks whose data matters. */
    protect: z.boolean().default(false),
    /** Days of Time Travel for tables of RAW, CORE, MART and OPS. */
    timeTravelDays: z.number().int().min(0).max(90).default(1),
    /** Roles that the deployment assumes, each only for what needs it (infra/README.md). */
    automation: z
      .strictObject({
        account: z.string().default("ACCOUNTADMIN"),
        security: z.string().default("SECURITYADMIN"),
        objects: z.string().default("SYSADMIN"),
      })
      .prefault({}),
    warehouses: z.record(namePart, warehouse),
    monitors: z.record(namePart, monitor),
    /** Key of the monitor that guards the whole account; none by default. */
    accountMonitor: namePart.optional(),
    /** US dollars a month that a department's warehouse use may cost. */
    budgets: z.record(namePart, dollars).default({}),
    sources: z.array(namePart).min(1),
    /** Sources whose pipes and connectors stand still; what arrives waits for them. */
    paused: z.array(namePart).default([]),
    /** When each freshness class runs. */
    schedules: z.record(namePart, schedule),
    tasks: z
      .strictObject({
        started: z.boolean().default(true),
        timeout: duration(1, 86_400, '"1 second" to "1 day"').prefault("30 minutes"),
        suspendAfterFailures: z.number().int().min(0).default(5),
        retries: z.number().int().min(0).max(30).default(1),
        /** Name of a notification integration that is told of failed graphs; none by default. */
        errorIntegration: z.string().optional(),
      })
      .prefault({}),
    /** Whom alerts tell; no alert is made by default. */
    alerts: alerts.optional(),
    /** Checks that look at whole tables: freshness, volume, reconciliation. */
    checks: z
      .strictObject({ schedule: schedule.prefault("every 1 hour"), warehouse: namePart.default("transform") })
      .prefault({}),
    landing: z.strictObject({
      /** Refuses credentials of any other account. By default the account of whoever deploys, known only then. */
      awsAccountId: matching(/^[0-9]{12}$/, "the AWS account's twelve digits").default(ANY_AWS_ACCOUNT),
      /** Appended to the bucket's name, which all accounts of AWS share; `account` is the AWS account's number. */
      bucketSuffix: z
        .union([
          z.literal(""),
          z.literal("account"),
          matching(/^-[a-z0-9-]+$/, '"account", or a "-", then lower-case letters, digits and -'),
        ])
        .default(""),
      /** Ages at which objects move to cheaper storage classes. */
      infrequentAfter: duration(30 * 86_400, 3_650 * 86_400, '"30 days" to "3650 days"').prefault("30 days"),
      archiveAfter: duration(90 * 86_400, 3_650 * 86_400, '"90 days" to "3650 days"').prefault("90 days"),
      /** Age at which replaced versions of an object are deleted. */
      oldVersionsExpireAfter: duration(86_400, 3_650 * 86_400, '"1 day" to "3650 days"').prefault("30 days"),
      /** Notifications of the bucket to others; S3 refuses prefixes that overlap those of sources. */
      notifications: z
        .array(z.strictObject({ prefix: z.string().min(1), queueArn: z.string().startsWith("arn:aws:") }))
        .default([]),
      /** Whether removing the stack may delete a bucket that still holds objects. */
      forceDestroy: z.boolean().default(false),
    }),
    kafka: z.strictObject({
      /** The brokers come from KAFKA_BOOTSTRAP_SERVERS. */
      enabled: z.boolean(),
      partitions: z.number().int().min(1).max(1_000).default(6),
      replicationFactor: z.number().int().min(1).max(7).default(3),
      retention: duration(3_600, 365 * 86_400, '"1 hour" to "365 days"').prefault("7 days"),
      /** MSK Connect runs the connectors; by default something else does. Brokers are reached with IAM. */
      connect: z
        .strictObject({
          clusterArn: matching(/^arn:aws:kafka:[^:]+:[0-9]{12}:cluster\/.+$/, "the ARN of an MSK cluster"),
          bootstrapServers: z.string().min(1),
          securityGroups: z.array(z.string()).min(1),
          subnets: z.array(z.string()).min(1),
          /** Snowflake's connector with AWS's config providers, as a custom plugin. */
          plugin: z.strictObject({
            arn: z.string().startsWith("arn:aws:"),
            revision: z.number().int().min(1),
          }),
          version: z.enum(["2.7.1", "3.7.x"]).default("3.7.x"),
          /** The account's address, e.g. https://myorg-myaccount.snowflakecomputing.com. */
          snowflakeUrl: z.string().startsWith("https://"),
          /** Name of the secret of Secrets Manager whose field `private_key` holds the connector's key. */
          secret: matching(/^[A-Za-z0-9/_+=.@-]+$/, "the name of a secret, not its ARN"),
          mcu: z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)]).default(1),
          workers: z.number().int().min(1).max(10).default(1),
          logGroup: z.string().optional(),
        })
        .optional(),
    }),
    /** Amazon AppFlow brings the objects of sources that have a flow: names of its connections, by connector. */
    flows: z
      .strictObject({
        connections: z.partialRecord(z.enum(["Salesforce", "Marketo", "Zendesk"]), z.string()),
      })
      .optional(),
    /** What is sent back to other systems, through the outbound bucket and AppFlow; nothing by default. */
    activation: z
      .strictObject({
        /** Activations, by key (pipelines/activations). */
        targets: z.array(namePart).min(1),
        /** When it is looked what has changed. */
        schedule,
        warehouse: namePart.default("transform"),
        /** Most records of one batch. AppFlow reads files of up to 125 MB; Salesforce counts records by the day. */
        maxRows: z.number().int().min(1).max(100_000).default(50_000),
        /** Age of a send that no export has acknowledged, from which it counts as lost; longer than the exports are apart. */
        resendAfter: duration(3_600, 30 * 86_400, '"1 hour" to "30 days"').prefault("48 hours"),
        /** How often the same version is sent before it is given up. */
        attempts: z.number().int().min(1).max(10).default(3),
        /** When AppFlow takes the batches up. */
        flow: appFlowRate.default("rate(1hours)"),
        /** Age at which a batch's file is deleted. */
        keepBatches: duration(86_400, 3_650 * 86_400, '"1 day" to "3650 days"').prefault("30 days"),
      })
      .optional(),
    /** Whether fields of raw records are compared with the sources' contracts, which costs a look at each record. */
    watchFields: z.boolean().default(false),
    serviceUsers: z.record(namePart, serviceUser).default({}),
  })
  .superRefine((config, ctx) => {
    for (const [key, one] of Object.entries(config.warehouses)) {
      const at = (field: string) => ["warehouses", key, field];
      if (one.monitor !== undefined && config.monitors[one.monitor] === undefined)
        refuse(ctx, "names no monitor of this stack", listed(config.monitors), at("monitor"));
      if (one.maxClusters < one.minClusters)
        refuse(ctx, "is less than minClusters", `${one.minClusters} to 10`, at("maxClusters"));
      if (one.maxClusters > 1 && config.edition === "standard")
        refuse(ctx, "needs the enterprise edition", "1 in the standard edition", at("maxClusters"));
      if (one.queryAcceleration !== undefined && config.edition === "standard")
        refuse(
          ctx,
          "needs the enterprise edition",
          "nothing in the standard edition",
          at("queryAcceleration"),
        );
    }
    for (const [key, one] of Object.entries(config.monitors)) {
      if (one.suspendImmediate < one.suspend)
        refuse(ctx, "comes before suspend", `${one.suspend} or more`, ["monitors", key, "suspendImmediate"]);
    }
    if (config.activation !== undefined) {
      if (config.warehouses[config.activation.warehouse] === undefined)
        refuse(ctx, "names no warehouse of this stack", listed(config.warehouses), [
          "activation",
          "warehouse",
        ]);
      if (config.flows?.connections.Salesforce === undefined)
        refuse(
          ctx,
          "needs a connection: batches reach Salesforce by AppFlow",
          "firn:flows.connections.Salesforce",
          ["activation"],
        );
    }
    if (config.accountMonitor !== undefined && config.monitors[config.accountMonitor] === undefined)
      refuse(ctx, "names no monitor of this stack", listed(config.monitors), ["accountMonitor"]);
    if (config.timeTravelDays > 1 && config.edition === "standard")
      refuse(ctx, "needs the enterprise edition", "0 or 1 in the standard edition", ["timeTravelDays"]);
    if (config.landing.archiveAfter < config.landing.infrequentAfter + 30 * 86_400)
      refuse(ctx, "is too early", "30 days or more after infrequentAfter", ["landing", "archiveAfter"]);
  });

const listed = (record: object): string => Object.keys(record).join(", ") || "none is defined";

/** A stack's settings, checked; durations in seconds. `clone` is of a stack that is a copy of another (clone.ts). */
export type StackConfig = z.output<typeof stackConfig> & { clone?: CloneOf };
