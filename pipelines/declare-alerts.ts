/** The account's doors to people, and alerts, as resources of what was planned. */

import {
  ComponentResource,
  type ComponentResourceOptions,
  type Output,
  type Resource,
  RunError,
  secret,
} from "@pulumi/pulumi";
import { Alert } from "@pulumi/snowflake/alert.js";
import { EmailNotificationIntegration } from "@pulumi/snowflake/emailNotificationIntegration.js";
import { Execute } from "@pulumi/snowflake/execute.js";
import { NotificationIntegration } from "@pulumi/snowflake/notificationIntegration.js";
import type { Provider } from "@pulumi/snowflake/provider.js";
import { SecretWithGenericString } from "@pulumi/snowflake/secretWithGenericString.js";
import { literal } from "../infra/literal.ts";
import { quoted, quotedObject, type SchemaName } from "../infra/names.ts";
import type { NotificationIntegration as Plan, Platform } from "../infra/platform.ts";
import type { Storage } from "./declare.ts";

export interface NotificationsArgs {
  platform: Pick<Platform, "notifications">;
  /** Connection of the account role: integrations belong to the account. */
  provider: Provider;
  /** A schema's names, as outputs. */
  place: (schema: SchemaName) => { database: Output<string>; schema: Output<string> };
  environment?: NodeJS.ProcessEnv;
}

/** Notification integrations, and the secrets of webhooks. */
export class Notifications extends ComponentResource {
  private readonly integrations = new Map<string, Resource>();

  constructor(args: NotificationsArgs, options?: ComponentResourceOptions) {
    super("firn:pipelines:Notifications", "notifications", {}, options);
    for (const plan of args.platform.notifications) this.integrations.set(plan.name, this.make(plan, args));
    this.registerOutputs({});
  }

  /** Undefined for one that is not the platform's. */
  integration(name: string): Resource | undefined {
    return this.integrations.get(name);
  }

  private make(plan: Plan, args: NotificationsArgs): Resource {
    const own = { parent: this, provider: args.provider };
    const common = { name: plan.name, enabled: true, comment: plan.comment };
    switch (plan.kind) {
      case "mail":
        return new EmailNotificationIntegration(
          plan.key,
          { ...common, allowedRecipients: plan.recipients },
          own,
        );
      case "queue":
        return new NotificationIntegration(
          plan.key,
          {
            ...common,
            notificationProvider: "AWS_SNS",
            awsSnsTopicArn: plan.topicArn,
            awsSnsRoleArn: plan.roleArn,
          },
          own,
        );
      case "webhook":
        return this.makeWebhook(plan, args);
    }
  }

  /** The provider has no webhooks yet: one is made by its statement, in which nothing is secret. */
  private makeWebhook(plan: Extract<Plan, { kind: "webhook" }>, args: NotificationsArgs): Resource {
    const own = { parent: this, provider: args.provider };
    const needs = plan.secret === undefined ? [] : [this.makeSecret(plan, args)];
    return new Execute(
      plan.key,
      {
        execute: [
          `CREATE OR REPLACE NOTIFICATION INTEGRATION ${quoted(plan.name)} TYPE = WEBHOOK ENABLED = TRUE`,
          `WEBHOOK_URL = ${literal(plan.url)}`,
          ...(plan.secret === undefined ? [] : [`WEBHOOK_SECRET = ${quotedObject(plan.secret)}`]),
          `WEBHOOK_BODY_TEMPLATE = ${literal(plan.bodyTemplate)}`,
          "WEBHOOK_HEADERS = ('Content-Type' = 'application/json')",
          `COMMENT = ${literal(plan.comment)}`,
        ].join("\n"),
        revert: `DROP INTEGRATION IF EXISTS ${quoted(plan.name)}`,
      },
      { ...own, dependsOn: needs, deleteBeforeReplace: true },
    );
  }

  private makeSecret(plan: Extract<Plan, { kind: "webhook" }>, args: NotificationsArgs): Resource {
    const variable = plan.secretVariable!;
    const value = (args.environment ?? process.env)[variable];
    if (value === undefined || value === "")
      throw new RunError(`${variable} is not set: the secret part of the webhook's URL (${plan.key}).`);
    const name = plan.secret!;
    return new SecretWithGenericString(
      `${plan.key}_secret`,
      { name: name.name, ...args.place(name), secretString: secret(value), comment: plan.comment },
      { parent: this, provider: args.provider },
    );
  }
}

export interface AlertingArgs {
  platform: Pick<Platform, "alerts" | "tables" | "views">;
  /** Connection of the alerting role, which owns the alerts and whose privileges they have. */
  provider: Provider;
  storage: Storage;
}

/** The alerts. */
export class Alerting extends ComponentResource {
  constructor({ platform, provider, storage }: AlertingArgs, options?: ComponentResourceOptions) {
    super("firn:pipelines:Alerting", "alerting", {}, options);
    const tables = new Map(platform.tables.map((table) => [table.logical, table]));
    const views = new Map(platform.views.map((view) => [view.logical, view]));
    const ledger = platform.tables.filter((table) => table.logical.startsWith("ops.alert."));
    for (const alert of platform.alerts) {
      const read = [...alert.reads.flatMap((logical) => tables.get(logical) ?? []), ...ledger];
      new Alert(
        alert.key,
        {
          name: alert.name,
          database: alert.database,
          schema: alert.schema,
          warehouse: alert.warehouse,
          alertSchedule:
            alert.schedule.kind === "interval"
              ? { interval: alert.schedule.minutes }
              : {
                  cron: {
                    expression: alert.schedule.cron.split(" ").slice(0, 5).join(" "),
                    timeZone: alert.schedule.cron.split(" ").at(-1)!,
                  },
                },
          condition: alert.condition,
          action: alert.action,
          enabled: alert.started,
          comment: alert.comment,
        },
        {
          parent: this,
          provider,
          dependsOn: [
            ...read.map((table) => storage.object("table", table)),
            ...alert.reads
              .flatMap((logical) => views.get(logical) ?? [])
              .map((view) => storage.object("view", view)),
          ],
        },
      );
    }
    this.registerOutputs({});
  }
}
