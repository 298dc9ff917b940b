import { FirnError } from "../../../infra/errors.ts";
import type { Platform } from "../../../infra/platform.ts";
import { dueAt } from "../../../pipelines/alerts/alert-statement.ts";
import { compileSample, loadProject, sampleText, stackConfig } from "../../infra/sample.ts";

const model = `/*
description: x
owner: finance
grain: one row for each id
key: [id]
columns:
  id: { type: varchar, description: "x" }
*/
select e.record_content:id::varchar as id from raw.product.events e where e.record_content:id::varchar is not null group by e.record_content:id::varchar`;
const alert = (select: string, header = "owner: finance\n") =>
  `/*\ndescription: Something.\n${header}*/\n${select}`;

const compiled = (text: string, settings = sampleText()): Platform =>
  compileSample(
    [
      { path: "sql/core/a/one.sql", text: model },
      { path: "sql/alerts/some.sql", text },
    ],
    stackConfig(settings),
  );
const mistakes = (text: string, settings?: string): string[] => {
  try {
    compiled(text, settings);
  } catch (error) {
    if (error instanceof FirnError) return error.message.split("\n");
    throw error;
  }
  return [];
};
const good = "select o.id as key, o.id as message from core.a.one o";

describe("mistakes", () => {
  test.each<[string, string, string]>([
    [
      "columns that an alert does not have",
      alert("select o.id, o.id as message from core.a.one o"),
      "sql/alerts/some.sql: yields other columns than an alert has (given id, message; allowed: key (what it is about), message, and perhaps owner (the department that is told))",
    ],
    [
      "a part of the header that does not exist",
      alert(good, "owner: finance\nseverty: notice\n"),
      'sql/alerts/some.sql:4: severty: is not a part of a header (allowed: description, owner, severity, again). Did you mean "severity"?',
    ],
    [
      "a severity that does not exist",
      alert(good, "owner: finance\nseverity: loud\n"),
      "sql/alerts/some.sql:4: severity: is not possible (allowed: notice, warning, critical)",
    ],
    [
      "a table that does not exist",
      alert("select o.id as key, o.id as message from core.a.onne o"),
      expect.stringContaining("sql/alerts/some.sql:5:42: ") as unknown as string,
    ],
    [
      "no header",
      good,
      "sql/alerts/some.sql:1: an alert begins with a comment /* … */ that holds its YAML header. sql/README.md shows one.",
    ],
  ])("%s", (_, text, message) => {
    expect(mistakes(text)).toEqual([message]);
  });

  const settings = (alerts: string) =>
    sampleText().replace(
      / {2}firn:alerts:[\s\S]*? {2}firn:landing:/,
      `  firn:alerts: ${alerts}\n  firn:landing:`,
    );
  test.each<[string, string, string]>([
    ["nobody to fall back to", "{ mail: { sales: [a@b.c] } }", "firn:alerts.fallback: has no channel"],
    [
      "no mail address",
      "{ mail: { data: [nobody] } }",
      "firn:alerts.mail.data.0: has a character that is not allowed",
    ],
    [
      "a secret that nothing gives",
      '{ webhooks: { data: { url: "https://hooks.slack.com/services/SNOWFLAKE_WEBHOOK_SECRET" } } }',
      "firn:alerts.webhooks.data.secretVariable: and SNOWFLAKE_WEBHOOK_SECRET in url belong together",
    ],
    [
      "quiet hours without a length",
      "{ mail: { data: [a@b.c] }, quietHours: { from: 7, to: 7, timeZone: UTC } }",
      "firn:alerts.quietHours: have no length",
    ],
    [
      "a warehouse that the stack lacks",
      "{ mail: { data: [a@b.c] }, warehouse: small }",
      "firn:alerts.warehouse: is no warehouse of this stack",
    ],
  ])("in the stack's file: %s", (_, alerts, message) => {
    expect(mistakes(alert(good), settings(alerts)).join("\n")).toContain(message);
  });
});

test("an alert tells its owner's channels, or the fallback's where the owner has none", () => {
  expect(compiled(alert(good)).alerts[0]!.channels).toEqual([
    { owner: "finance", kind: "mail", address: "finance@example.com" },
  ]);
  expect(compiled(alert(good, "owner: product\n")).alerts[0]!.channels).toEqual([
    { owner: "data", kind: "mail", address: "data@example.com" },
    { owner: "data", kind: "webhook", address: "ALERT_WEBHOOK_DATA" },
  ]);
});

test("its role holds what it needs: to read what it asks about, to note, to send, and no more", () => {
  const platform = compiled(alert(good));
  const held = new Set(["ALERTER"]);
  for (const role of held)
    for (const grant of platform.roleGrants)
      if ("role" in grant.to && grant.to.role === role) held.add(grant.role);
  expect([...held].sort()).toEqual(["ALERTER", "CORE_A_READ", "OPS_ALERT_WRITE"]);
  const own = platform.grants.filter((grant) => grant.role === "ALERTER");
  expect(own.map((grant) => `${grant.privileges.join()} ${grant.target.on}`).sort()).toEqual([
    "CREATE ALERT schema",
    "EXECUTE ALERT account",
    "USAGE integration",
    "USAGE integration",
    "USAGE warehouse",
  ]);
});

test("a stack that tells nobody has no alert, no table of theirs and no role", () => {
  const platform = compiled(
    alert(good),
    sampleText().replace(/ {2}firn:alerts:[\s\S]*? {2}firn:landing:/, "  firn:landing:"),
  );
  expect([platform.alerts, platform.notifications]).toEqual([[], []]);
  expect(platform.tables.some((table) => table.logical.startsWith("ops.alert."))).toBe(false);
  expect(platform.roles.some((role) => role.key === "alerter")).toBe(false);
  expect(platform.tasks.some((task) => task.key === "watch")).toBe(false);
});

test("failed graphs are told to the platform's own topic, where the stack has one", () => {
  const topic =
    "  firn:alerts:\n    errorTopic: { topicArn: 'arn:aws:sns:us-east-1:1:failed', roleArn: 'arn:aws:iam::1:role/failed' }\n";
  const platform = compiled(alert(good), sampleText().replace("  firn:alerts:\n", topic));
  const roots = platform.tasks.filter((task) => task.schedule !== undefined && task.key !== "watch");
  expect(new Set(roots.map((task) => task.errorIntegration))).toEqual(new Set(["ALERT_ERRORS"]));
  expect(
    platform.grants.filter((grant) => grant.target.on === "integration" && grant.role === "TRANSFORMER"),
  ).toHaveLength(1);
});

test("nothing secret is in the platform: a webhook carries the name of a variable", () => {
  const webhook =
    '    webhooks:\n      data: { url: "https://hooks.slack.com/services/SNOWFLAKE_WEBHOOK_SECRET", secretVariable: SLACK_SECRET }\n';
  const { notifications } = compiled(alert(good), sampleText().replace(/ {4}webhooks:\n.*\n/, webhook));
  expect(notifications.find((one) => one.kind === "webhook")).toMatchObject({
    secret: { database: "OPS", schema: "ALERT", name: "WEBHOOK_DATA" },
    secretVariable: "SLACK_SECRET",
  });
});

test("what is critical is due at once; quiet hours within a day and overnight", () => {
  const zone = { timeZone: "UTC" };
  expect(dueAt("critical", { from: 20, to: 7, ...zone })).toBe("SYSDATE()");
  expect(dueAt("notice", undefined)).toBe("SYSDATE()");
  expect(dueAt("notice", { from: 12, to: 14, ...zone })).toContain(">= 12 AND");
  expect(dueAt("notice", { from: 20, to: 7, ...zone })).toContain(">= 20 OR");
});

test.each(["local", "small", "full", "prod", "managed"])(
  "stack %s has alerts for the business and for the platform",
  (stack) => {
    expect(loadProject(stack).alerts.map((one) => one.key)).toEqual(
      expect.arrayContaining([
        "big_opportunity_closed",
        "failed_blocking_check",
        "failed_task",
        "stale_stream",
      ]),
    );
  },
);
