/** Alerts as they run: noticed once, held back in quiet hours, told by mail and webhook, on a clock that is driven. */

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { compileSample, ROOT, sampleText, stackConfig } from "../../infra/sample.ts";
import { type Deployed, deploy } from "../deployed.ts";

const deal = `/*
description: x
owner: sales
grain: one row for each deal
key: [id]
columns:
  id: { type: varchar, description: "x" }
  team: { type: varchar, description: "x" }
tests:
  - accepted_values: { column: team, values: [sales, finance, nobody] }
*/
select e.record_content:deal::varchar as id, max(e.record_content:team::varchar) as team
from raw.product.events e where e.record_content:deal::varchar is not null group by e.record_content:deal::varchar`;
const alert = (severity: string, select: string): string =>
  `/*\ndescription: A deal is there.\nowner: sales\nseverity: ${severity}\nagain: 2 days\n*/\n${select}`;
const project = (path: string) => ({ path, text: readFileSync(join(ROOT, path), "utf8") });

let account: Deployed;
let hook: Server;
const bodies: string[] = [];

beforeAll(async () => {
  hook = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += String(part);
    });
    request.on("end", () => {
      bodies.push(body);
      response.end();
    });
  });
  await new Promise<void>((done) => hook.listen(0, "127.0.0.1", done));
  const config = stackConfig(
    sampleText()
      .replace("[salesforce, product]", "[product]")
      .replace("firn:kafka: { enabled: true", "firn:kafka: { enabled: false")
      .replace(
        / {2}firn:alerts:[\s\S]*? {2}firn:landing:/,
        `  firn:alerts:
    schedule: every 15 minutes
    quietHours: { from: 22, to: 0, timeZone: Europe/Berlin }
    mail: { sales: [sales@example.com, boss@example.com], data: [data@example.com] }
    webhooks: { sales: { url: "http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook" } }
  firn:landing:`,
      ),
  );
  const platform = compileSample(
    [
      { path: "sql/core/a/deal.sql", text: deal },
      {
        path: "sql/alerts/deal.sql",
        text: alert(
          "notice",
          "select d.id as key, 'Deal \"' || d.id || '\"' as message, d.team as owner from core.a.deal d",
        ),
      },
      {
        path: "sql/alerts/fire.sql",
        text: alert(
          "critical",
          "select d.id as key, d.id as message from core.a.deal d where d.id like 'fire%'",
        ),
      },
      ...["failed_check", "failed_task", "late_source", "rejected_records"].map((name) =>
        project(`sql/alerts/${name}.sql`),
      ),
    ],
    config,
  );
  // 18:30 in Berlin.
  account = await deploy(platform, Date.UTC(2026, 0, 20, 17, 30));
}, 60_000);
afterAll(async () => {
  await account?.server.stop();
  hook.close();
});

let offset = 0;
const arrive = (record: object) =>
  account.run(
    `INSERT INTO raw.product.events (record_content, record_metadata)
     SELECT PARSE_JSON('${JSON.stringify({ event_id: `e${offset}`, occurred_at: "2026-01-20T11:00:00Z", ...record })}'), PARSE_JSON('{"topic": "t", "partition": 0, "offset": ${offset++}}')`,
  );
const sent = (alertName: string) =>
  account.column(
    `SELECT key || ' ' || channel || ' ' || address FROM ops.alert.sent_alert WHERE alert = '${alertName}' AND sent_at IS NOT NULL ORDER BY noticed_at, 1`,
  );
const mails = (subject: string) =>
  account.column(
    `SELECT message FROM TABLE(ops.information_schema.notification_history()) WHERE message LIKE '%${subject}%' ORDER BY created`,
  );

test("what is new is told to each channel of its department; a department without one goes to the fallback", async () => {
  await arrive({ deal: "a", team: "sales" });
  await arrive({ deal: "b", team: "nobody" });
  await account.advance("16 minutes");
  expect(await sent("deal")).toEqual([
    "a mail sales@example.com,boss@example.com",
    "a webhook ALERT_WEBHOOK_SALES",
    "b mail data@example.com",
  ]);
  expect(bodies.map((body) => JSON.parse(body))).toEqual([{ text: '[notice] A deal is there\nDeal "a"' }]);
  expect(
    await account.column(
      "SELECT DISTINCT state FROM TABLE(ops.information_schema.alert_history()) WHERE name = 'DEAL'",
    ),
  ).toEqual(["TRIGGERED"]);
});

test("within its window it is not told again, whatever is new beside it", async () => {
  await account.advance("30 minutes");
  expect((await sent("deal")).length).toBe(3);
  await arrive({ deal: "c", team: "sales" });
  await arrive({ deal: "d", team: "sales" });
  await account.advance("15 minutes");
  expect(bodies.slice(1).map((body) => JSON.parse(body))).toEqual([
    { text: '[notice] A deal is there (2)\nDeal "c"\nDeal "d"' },
  ]);
});

test("a channel that fails holds back itself alone, and is tried again", async () => {
  await account.run("ALTER NOTIFICATION INTEGRATION alert_webhook_sales SET ENABLED = FALSE");
  await arrive({ deal: "e", team: "sales" });
  await account.advance("15 minutes");
  expect((await sent("deal")).filter((one) => String(one).startsWith("e"))).toEqual([
    "e mail sales@example.com,boss@example.com",
  ]);
  await account.run("ALTER NOTIFICATION INTEGRATION alert_webhook_sales SET ENABLED = TRUE");
  await account.advance("15 minutes");
  expect((await sent("deal")).filter((one) => String(one).startsWith("e"))).toEqual([
    "e mail sales@example.com,boss@example.com",
    "e webhook ALERT_WEBHOOK_SALES",
  ]);
});

test("a run that was killed after sending and before marking sends that message again, and no other", async () => {
  const before = bodies.length;
  await account.run(
    "UPDATE ops.alert.sent_alert SET sent_at = NULL WHERE alert = 'deal' AND key = 'e' AND channel = 'webhook'",
  );
  await account.advance("15 minutes");
  expect(bodies.slice(before).map((body) => JSON.parse(body))).toEqual([
    { text: '[notice] A deal is there\nDeal "e"' },
  ]);
});

test("failed checks go to the owner of the model; rejected records to the data team", async () => {
  await arrive({ deal: "f", team: "strangers" });
  await arrive({ event_id: "" });
  await account.advance("16 minutes");
  expect((await mails("core.a.deal.accepted_values.team")).length).toBe(2);
  expect(await sent("failed_check")).toEqual([
    "core.a.deal.accepted_values.team mail sales@example.com,boss@example.com",
    "core.a.deal.accepted_values.team webhook ALERT_WEBHOOK_SALES",
  ]);
  expect(await sent("rejected_records")).toEqual(["product_events 0 mail data@example.com"]);
});

test("a failed task and a late source are told", async () => {
  await account.run("ALTER TABLE ops.quality.rejected_record RENAME TO ops.quality.elsewhere");
  await arrive({ deal: "g", team: "sales" });
  await account.advance("2 minutes");
  await account.run("ALTER TABLE ops.quality.elsewhere RENAME TO ops.quality.rejected_record");
  await account.advance("30 minutes");
  expect((await mails("OPS_QUALITY_REJECTED_RECORD failed")).length).toBeGreaterThan(0);
  expect((await mails("product_events is late")).length).toBeGreaterThan(0);
});

test("quiet hours hold back what is not critical, and it follows after them", async () => {
  await account.run("CALL FIRN$ADVANCE_CLOCK('2026-01-20T21:20:00Z')");
  await arrive({ deal: "night", team: "sales" });
  await arrive({ deal: "fire", team: "sales" });
  await account.advance("16 minutes");
  expect(await sent("fire")).toEqual([
    "fire mail sales@example.com,boss@example.com",
    "fire webhook ALERT_WEBHOOK_SALES",
  ]);
  expect((await sent("deal")).filter((one) => String(one).startsWith("night"))).toEqual([]);
  expect(
    await account.column("SELECT DISTINCT due_at::VARCHAR FROM ops.alert.sent_alert WHERE key = 'night'"),
  ).toEqual(["2026-01-20 23:00:00.000"]);
  await account.run("CALL FIRN$ADVANCE_CLOCK('2026-01-20T23:16:00Z')");
  expect((await sent("deal")).filter((one) => String(one).startsWith("night"))).toHaveLength(2);
});

test("the alerting role reads what its alerts ask about, and nothing else", async () => {
  await account.run("USE ROLE alerter");
  await account.run("USE SECONDARY ROLES NONE");
  try {
    await expect(account.run("SELECT * FROM raw.product.events")).rejects.toThrow(
      /not exist or not authorized/,
    );
    await expect(account.run("DELETE FROM core.a.deal")).rejects.toThrow(/Insufficient privileges/);
  } finally {
    await account.run("USE ROLE ACCOUNTADMIN");
  }
});
