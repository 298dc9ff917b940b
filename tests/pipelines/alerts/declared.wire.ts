// The real engine and the real provider make the alerts and their ways out of the account.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { prepareEngine } from "../../../local/engine/prepare.ts";
import { compileSample, ROOT, sampleText, stackConfig } from "../../infra/sample.ts";
import { type Outcome, Scratch } from "../../local/engine/support/scratch.ts";
import { deploy } from "../deployed.ts";

const SECRET = "T0/B0/not-for-the-state";
const deal = `/*
description: x
owner: sales
grain: one row for each deal
key: [id]
columns:
  id: { type: varchar, description: "x" }
*/
select e.record_content:deal::varchar as id
from raw.product.events e where e.record_content:deal::varchar is not null group by e.record_content:deal::varchar`;
const alert = (extra: string) => `/*
description: A deal's there.
owner: data
*/
select d.id as key, 'Deal "' || d.id || '"${extra}' as message from core.a.deal d`;

const platformWith = (extra: string) =>
  compileSample(
    [
      { path: "sql/core/a/deal.sql", text: deal },
      { path: "sql/alerts/deal.sql", text: alert(extra) },
      ...["failed_check", "failed_task"].map((name) => ({
        path: `sql/alerts/${name}.sql`,
        text: readFileSync(join(ROOT, `sql/alerts/${name}.sql`), "utf8"),
      })),
    ],
    stackConfig(
      sampleText().replace(
        / {2}firn:alerts:[\s\S]*? {2}firn:landing:/,
        `  firn:alerts:
    schedule: cron 0,30 * * * * UTC
    quietHours: { from: 22, to: 6, timeZone: Europe/Berlin }
    mail: { data: [data@example.com] }
    webhooks:
      data: { url: "https://hooks.slack.com/services/SNOWFLAKE_WEBHOOK_SECRET", secretVariable: SLACK_SECRET }
    errorTopic: { topicArn: "arn:aws:sns:us-east-1:1:failed", roleArn: "arn:aws:iam::1:role/failed" }
  firn:landing:`,
      ),
    ),
  );

async function succeeds(step: Promise<Outcome>): Promise<string> {
  const { code, text } = await step;
  if (code !== 0) throw new Error(text);
  return text;
}

test("made, unchanged when read again, changed in place; the webhook's secret is nowhere in clear", async () => {
  const platform = platformWith("");
  const account = await deploy({ ...platform, notifications: [], alerts: [] });
  const scratch = new Scratch(await prepareEngine({}));
  Object.assign(process.env, {
    ACCOUNT_PORT: String(account.server.port),
    ACCOUNT_PASSWORD: "x",
    PROJECT: ROOT,
    SLACK_SECRET: SECRET,
  });
  try {
    scratch.write(
      "package.json",
      JSON.stringify({ name: "scratch", type: "module", dependencies: { "@pulumi/snowflake": "*" } }),
    );
    scratch.write("infra/index.ts", readFileSync(join(import.meta.dirname, "alerts-program.ts"), "utf8"));
    scratch.write("platform.json", JSON.stringify(platform));
    await scratch.pulumi("stack", "init", "dev");
    const up = () => succeeds(scratch.pulumi("up", "--yes", "--skip-preview"));
    const unchanged = async () => {
      await succeeds(scratch.pulumi("preview", "--expect-no-changes", "--diff"));
      await succeeds(scratch.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--diff"));
    };
    await up();
    await unchanged();
    expect(await account.run("SHOW ALERTS IN ACCOUNT")).toHaveLength(3);
    expect(
      (await account.run("SHOW NOTIFICATION INTEGRATIONS")).map((row) => [row["name"], row["type"]]).sort(),
    ).toEqual([
      ["ALERT_ERRORS", "QUEUE - AWS_SNS"],
      ["ALERT_MAIL", "EMAIL"],
      ["ALERT_WEBHOOK_DATA", "WEBHOOK"],
    ]);
    const state = readdirSync(join(scratch.root, "state"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
    expect(state).toContain("SecretWithGenericString");
    expect(state).not.toContain(SECRET);
    scratch.write("platform.json", JSON.stringify(platformWith(" again")));
    expect(await up()).toMatch(/1 updated/);
    await unchanged();
    await succeeds(scratch.pulumi("destroy", "--yes", "--skip-preview"));
    expect(await account.run("SHOW NOTIFICATION INTEGRATIONS")).toEqual([]);
  } finally {
    scratch.remove();
    await account.server.stop();
  }
}, 180_000);
