/** Alerts as parts of the platform: their tables, the ways out of the account, the alerts, and the task that watches. */
import type { StackConfig } from "../../infra/config/schema.ts";
import { didYouMean, type Problems } from "../../infra/errors.ts";
import type { Names } from "../../infra/names.ts";
import type {
  Alert,
  AlertChannel,
  Monitor,
  NotificationIntegration,
  SourcePlan,
  Stream,
  Table,
  Task,
  Warehouse,
} from "../../infra/platform.ts";
import type { ModelFile } from "../models/model.ts";
import { relationOfTable } from "../sources/plan.ts";
import type { Catalog } from "../sql/relation.ts";
import { readAlertFiles } from "./alert-file.ts";
import { compileAlerts } from "./compile-alerts.ts";
import { alertTables, PLATFORM_EVENTS } from "./tables.ts";
import { watchStatement } from "./watch.ts";

export interface AlertsInput {
  config: StackConfig;
  stackFile: string;
  names: Names;
  files: readonly ModelFile[];
  /** Tables and views of models, and raw ones. */
  catalog: Catalog;
  /** The platform's own tables. */
  tables: readonly Table[];
  omitted: ReadonlySet<string>;
  problems: Problems;
}

export interface PlannedAlerts {
  alerts: Alert[];
  notifications: NotificationIntegration[];
  tables: Table[];
  /** Name of the integration that is told of failed graphs. */
  errorIntegration?: string;
}

const NONE: PlannedAlerts = { alerts: [], notifications: [], tables: [] };

export function planAlerts(input: AlertsInput): PlannedAlerts {
  const { config, names, problems } = input;
  if (config.alerts === undefined) return NONE;
  const warehouses = Object.keys(config.warehouses);
  if (!warehouses.includes(config.alerts.warehouse))
    problems.add({
      code: "CONFIG_VALUE",
      file: input.stackFile,
      path: "firn:alerts.warehouse",
      message: "is no warehouse of this stack",
      given: `"${config.alerts.warehouse}"`,
      allowed: warehouses.join(", "),
      hint: didYouMean(config.alerts.warehouse, warehouses),
    });
  const tables = alertTables(names);
  const own = [...tables, ...input.tables].map((table) => [table.logical, relationOfTable(table)] as const);
  const notifications = planNotifications(config.alerts, names);
  const alerts = compileAlerts(readAlertFiles(input.files, problems), {
    config: config.alerts,
    names,
    catalog: new Map([...input.catalog, ...own]),
    omitted: input.omitted,
    notifications,
    channels: channelsOf(config.alerts, names),
    problems,
  });
  return {
    alerts,
    notifications,
    tables,
    ...(config.alerts.errorTopic === undefined ? {} : { errorIntegration: names.notification("errors") }),
  };
}

type AlertsConfig = NonNullable<StackConfig["alerts"]>;

function channelsOf(config: AlertsConfig, names: Names): AlertChannel[] {
  return [
    ...Object.entries(config.mail).map(
      ([owner, recipients]): AlertChannel => ({ owner, kind: "mail", address: recipients.join(",") }),
    ),
    ...Object.keys(config.webhooks).map(
      (owner): AlertChannel => ({ owner, kind: "webhook", address: names.notification("webhook", owner) }),
    ),
  ];
}

function planNotifications(config: AlertsConfig, names: Names): NotificationIntegration[] {
  const recipients = [...new Set(Object.values(config.mail).flat())].sort();
  return [
    ...(recipients.length === 0
      ? []
      : [
          {
            key: "alert_mail",
            name: names.notification("mail"),
            kind: "mail" as const,
            recipients,
            comment: "Mail of alerts, to these addresses and no others.",
          },
        ]),
    ...Object.entries(config.webhooks).map(([owner, hook]) => ({
      key: `alert_webhook_${owner}`,
      name: names.notification("webhook", owner),
      kind: "webhook" as const,
      url: hook.url,
      bodyTemplate: '{"text": "SNOWFLAKE_WEBHOOK_MESSAGE"}',
      ...(hook.secretVariable === undefined
        ? {}
        : { secret: names.alert(`webhook_${owner}`), secretVariable: hook.secretVariable }),
      comment: `Webhook of alerts for ${owner}.`,
    })),
    ...(config.errorTopic === undefined
      ? []
      : [
          {
            key: "alert_errors",
            name: names.notification("errors"),
            kind: "queue" as const,
            ...config.errorTopic,
            comment: "Failed task graphs.",
          },
        ]),
  ];
}

export interface WatchedParts {
  tasks: readonly Task[];
  streams: readonly Stream[];
  sources: readonly SourcePlan[];
  tables: readonly Table[];
  warehouses: readonly Warehouse[];
  monitors: readonly Monitor[];
}

/** The task that writes down what happens to the platform; none where nobody is told. */
export function watchTask(
  parts: WatchedParts,
  { config, names }: Pick<AlertsInput, "config" | "names">,
): Task[] {
  const events = parts.tables.find((table) => table.logical === PLATFORM_EVENTS);
  if (config.alerts === undefined || events === undefined) return [];
  return [
    {
      key: "watch",
      ...names.watchTask(),
      checks: "platform",
      freshness: "watch",
      warehouse: names.warehouse(config.alerts.warehouse),
      warehouseKey: config.alerts.warehouse,
      schedule: config.alerts.schedule,
      after: [],
      statement: watchStatement({ ...parts, events }),
      timeout: config.tasks.timeout,
      suspendAfterFailures: config.tasks.suspendAfterFailures,
      retries: config.tasks.retries,
      started: config.tasks.started,
      comment:
        "Writes down what happens to the platform: failed tasks, stale streams, late sources, budgets.",
    },
  ];
}
