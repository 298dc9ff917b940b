// The alerts of platform.json by the project's own declarations; PROJECT is the project's folder.
import { readFileSync } from "node:fs";
import { output } from "@pulumi/pulumi";
import { Provider } from "@pulumi/snowflake/provider.js";

const { Alerting, Notifications } = (await import(
  `${process.env["PROJECT"]}/pipelines/declare-alerts.ts`
)) as typeof import("../../../pipelines/declare-alerts.ts");
const platform = JSON.parse(readFileSync(new URL("../platform.json", import.meta.url), "utf8"));

const provider = (role: string) =>
  new Provider(role.toLowerCase(), {
    organizationName: "FIRN",
    accountName: "LOCAL",
    user: "ADMIN",
    password: process.env["ACCOUNT_PASSWORD"] ?? "",
    role,
    protocol: "http",
    host: "127.0.0.1",
    port: Number(process.env["ACCOUNT_PORT"]),
    previewFeaturesEnabled: [
      "snowflake_alert_resource",
      "snowflake_email_notification_integration_resource",
      "snowflake_notification_integration_resource",
    ],
  });
const notifications = new Notifications({
  platform,
  provider: provider("ACCOUNTADMIN"),
  place: ({ database, schema }) => ({ database: output(database), schema: output(schema) }),
});
new Alerting({
  platform,
  provider: provider(platform.automation.alerter),
  // The tables are there already.
  storage: { object: () => notifications } as never,
});
