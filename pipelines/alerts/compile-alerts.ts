/** Alert files bound, each with its condition and action. Pure. */
import type { AlertsConfig } from "../../infra/config/schema.ts";
import type { Problem, Problems } from "../../infra/errors.ts";
import type { Names } from "../../infra/names.ts";
import type { Alert, AlertChannel, NotificationIntegration } from "../../infra/platform.ts";
import { namedTables } from "../models/dependencies.ts";
import { printQuery } from "../sql/print.ts";
import { outputNames, relationsOf } from "../sql/query.ts";
import type { Catalog } from "../sql/relation.ts";
import { resolveQuery } from "../sql/resolve.ts";
import { parseSql, positionAt } from "../sql/tree.ts";
import type { AlertFile } from "./alert-file.ts";
import { type AlertTexts, actionText, conditionText } from "./alert-statement.ts";
import { SENT_ALERTS } from "./tables.ts";

export interface AlertContext {
  config: AlertsConfig;
  names: Names;
  /** Everything that can be read, the platform's own tables too. */
  catalog: Catalog;
  /** Models that this stack leaves out. */
  omitted: ReadonlySet<string>;
  notifications: readonly NotificationIntegration[];
  channels: readonly AlertChannel[];
  problems: Problems;
}

export function compileAlerts(files: readonly AlertFile[], context: AlertContext): Alert[] {
  if (context.problems.list.length > 0) return [];
  return files.flatMap((file) => compileAlert(file, context) ?? []);
}

function compileAlert(file: AlertFile, context: AlertContext): Alert | undefined {
  const { config, names, catalog, omitted, problems } = context;
  const add = (problem: Omit<Problem, "file">, offset?: number) =>
    problems.add({
      file: file.file,
      ...(offset === undefined ? {} : positionAt(file.sql, offset)),
      ...problem,
    });
  const parsed = parseSql(file.sql);
  if ("error" in parsed || parsed.statements.length !== 1) {
    const error = "error" in parsed ? parsed.error : { message: "an alert is one SELECT", offset: undefined };
    add({ code: "SQL_SYNTAX", message: error.message }, error.offset);
    return undefined;
  }
  const statement = parsed.statements[0]!;
  // A table that this stack has no part for, e.g. of checks of fields that it does not watch, leaves the alert out too.
  if (namedTables(statement).some((table) => omitted.has(table))) return undefined;
  const query = resolveQuery(statement, catalog, ({ span, ...finding }) => add(finding, span?.start));
  if (query === undefined) return undefined;
  const columns = outputNames(query);
  const missing = ["KEY", "MESSAGE"].filter((name) => !columns.includes(name));
  const strange = columns.filter((name) => !["KEY", "MESSAGE", "OWNER"].includes(name));
  if (missing.length + strange.length > 0) {
    add({
      code: "ALERT",
      message: "yields other columns than an alert has",
      given: columns.map((name) => name.toLowerCase()).join(", "),
      allowed: "key (what it is about), message, and perhaps owner (the department that is told)",
    });
    return undefined;
  }
  const { owner, severity, again, description } = file.header;
  const hasOwner = columns.includes("OWNER");
  const known = new Set(context.channels.map((channel) => channel.owner));
  const told = known.has(owner) ? owner : config.fallback;
  const channels = hasOwner
    ? [...context.channels]
    : context.channels.filter((channel) => channel.owner === told);
  const texts: AlertTexts = {
    name: file.name,
    title: description.trim().replace(/\.$/, ""),
    owner,
    severity,
    again,
    findings: printQuery(query),
    hasOwner,
    channels,
    fallback: config.fallback,
    mailIntegration: context.notifications.find((one) => one.kind === "mail")?.name,
    ledger: catalog.get(SENT_ALERTS)!.object,
    ...(config.quietHours === undefined ? {} : { quiet: config.quietHours }),
  };
  return {
    key: file.name,
    ...names.alert(file.name),
    file: file.file,
    description: description.trim(),
    owner,
    severity,
    again,
    channels,
    warehouse: names.warehouse(config.warehouse),
    warehouseKey: config.warehouse,
    schedule: config.schedule,
    condition: conditionText(texts),
    action: actionText(texts),
    started: config.started,
    reads: relationsOf(query)
      .map((relation) => relation.logical)
      .sort(),
    comment: description.trim(),
  };
}
