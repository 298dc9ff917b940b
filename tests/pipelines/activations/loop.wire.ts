/**
 * The way back, all around: models of generated data, the activations' tasks as their own role, batches in S3, the flows
 * as they are declared, the generated CRM, its next export, and the ledger that it acknowledges.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { compile } from "../../../infra/compile.ts";
import type { Platform } from "../../../infra/platform.ts";
import { connectAws } from "../../../local/aws/provider/aws.ts";
import { HANDLERS } from "../../../local/aws/provider/registry.ts";
import type { Properties } from "../../../local/aws/provider/values.ts";
import { type AwsEndpoint, startAws } from "../../../local/aws/start.ts";
import { amendWritten, writtenExports } from "../../../local/data/crm/written-back.ts";
import { createWorld, type ExportFile } from "../../../local/data/generate.ts";
import { Crm } from "../../../local/flows/crm.ts";
import { runOutboundFlows } from "../../../local/flows/run-outbound.ts";
import { stopServices } from "../../../local/supervisor/stop.ts";
import type { Activation } from "../../../pipelines/activations/activation.ts";
import { ACTIVATIONS } from "../../../pipelines/activations/index.ts";
import { flowArgs } from "../../../pipelines/flows/declare.ts";
import { SOURCES } from "../../../pipelines/sources/index.ts";
import { PUBLIC_KEY, ROOT, stackConfig, stackText } from "../../infra/sample.ts";
import { type Deployed, deploy } from "../deployed.ts";
import { insertEvents, insertFile } from "../load-export.ts";

const MODELS = [
  "core/customer/account",
  "core/customer/contact",
  "core/customer/opportunity",
  "core/customer/organization",
  "core/customer/organization_record",
  "core/usage/event",
  "mart/product/account_usage_summary",
  "mart/product/daily_usage",
  "mart/sales/product_qualified_lead",
];
/** Beside the two of the stack, one onto a standard object, as health_score is, of a model that is here. */
const onAccount: Activation = {
  ...ACTIVATIONS.find((one) => one.key === "health_score")!,
  key: "account_use",
  model: "mart.product.account_usage_summary",
  fields: { Health_Score__c: "active_days_7_days", Health_Band__c: "trend" },
  whenGone: "keep",
};

const platform: Platform = compile({
  stack: "local",
  config: stackConfig(
    stackText("local")
      .replace("targets: [", "targets: [account_use, ")
      .replace("firn:kafka: { enabled: true", "firn:kafka: { enabled: false"),
  ),
  sources: SOURCES,
  models: MODELS.map((name) => {
    const path = `sql/${name}.sql`;
    // Checks of headers are the quality tests' matter.
    return { path, text: readFileSync(join(ROOT, path), "utf8").replace(/\ntests:\n(?: .*\n)+/, "\n") };
  }),
  activations: [...ACTIVATIONS, onAccount],
  kpis: [],
  publicKeys: { kafka_loader: PUBLIC_KEY, bi_tool: PUBLIC_KEY },
});
const DAYS = 3;
const world = createWorld({ seed: 7, startDay: "2026-03-01", scale: 0.04 });

let dir: string;
let aws: AwsEndpoint;
let account: Deployed;

const tableOf = (source: string): string =>
  source.endsWith("_usage__c") || source.endsWith("_lead__c")
    ? `raw.salesforce_insights.${source.replace("salesforce_", "")}`
    : `raw.salesforce.${source.replace("salesforce_", "")}`;
const load = async (file: ExportFile) => {
  if (!file.redelivered && file.source !== "salesforce_lead")
    await account.run(insertFile(tableOf(file.source), file));
};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "firn-loop-"));
  aws = await startAws({ dir: join(dir, "aws") });
  const config = { endpoint: aws.endpoint, region: aws.region, credentials: aws, forcePathStyle: true };
  const s3 = new S3Client(config);
  for (const bucket of [platform.landing!.bucket, platform.outbound!.bucket])
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const provider = connectAws({}, { AWS_ENDPOINT_URL: aws.endpoint, AWS_REGION: aws.region });
  for (const flow of platform.flows)
    await HANDLERS["aws:appflow/flow:Flow"]!.create(provider, flowArgs(flow) as unknown as Properties);
  account = await deploy(platform, Date.UTC(2026, 2, 4), aws);
  let offset = 0;
  for (let n = 1; n <= DAYS; n++) {
    for (const file of world.day(n).exports()) await load(file);
    for (const batch of world.day(n).events(500)) {
      await account.run(insertEvents("raw.product.events", batch, offset));
      offset += batch.count;
    }
  }
  await account.advance("5 minutes");
}, 180_000);
afterAll(async () => {
  await account?.server.stop();
  await stopServices(join(dir, "services"));
  rmSync(dir, { recursive: true, force: true });
});

const accounts = new Map(
  [...world.day(DAYS).rows("salesforce_account")].map((row) => [
    String(row["Id"]),
    row["IsDeleted"] === true,
  ]),
);
const openCrm = () =>
  new Crm(join(dir, "crm.json"), (_, id) => {
    const deleted = accounts.get(id);
    return deleted === undefined ? undefined : { deleted };
  });
const runFlows = () =>
  runOutboundFlows({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: aws,
    crm: openCrm(),
    at: world.day(DAYS).end,
  });
const ledger = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await account.run(
        "SELECT activation || ' ' || status AS k, COUNT(*) AS n FROM ops.activation.ledger GROUP BY ALL ORDER BY 1",
      )
    ).map((row) => [String(row["K"]), Number(row["N"])]),
  );

test("what the models say is sent, once, and the CRM takes it", async () => {
  await account.advance("61 minutes");
  const summary = Number(
    (await account.column("SELECT COUNT(*) FROM mart.product.account_usage_summary"))[0],
  );
  const leads = Number(
    (
      await account.column("SELECT COUNT(*) FROM mart.sales.product_qualified_lead WHERE NOT has_opted_out")
    )[0],
  );
  expect(summary).toBeGreaterThan(5);
  expect(leads).toBeGreaterThan(0);
  expect(await ledger()).toEqual({
    "account_use sent": summary,
    "product_qualified_lead sent": leads,
    "usage_summary sent": summary,
  });
  const runs = await runFlows();
  expect(runs.map((run) => [run.object, run.accepted, run.refused])).toEqual([
    ["Account", summary, 0],
    ["Product_Qualified_Lead__c", leads, 0],
    ["Product_Usage__c", summary, 0],
  ]);
});

test("the CRM's next export brings it back, and the ledger is acknowledged", async () => {
  const before = await ledger();
  for (const file of writtenExports(openCrm().written(), world.day(DAYS))) await load(file);
  await account.advance("61 minutes");
  const confirmed = Object.fromEntries(
    Object.entries(before).map(([key, count]) => [key.replace("sent", "confirmed"), count]),
  );
  expect(await ledger()).toEqual(confirmed);
  const [row] = await account.run(
    `SELECT COUNT(*) AS n, COUNT_IF(r.record:Events_7d__c::NUMBER = u.events_7_days) AS same
     FROM raw.salesforce_insights.product_usage__c r JOIN mart.product.account_usage_summary u
       ON u.account_id = r.record:Account_Key__c::VARCHAR`,
  );
  expect(row!["SAME"]).toBe(row!["N"]);
});

test("run again, nothing is sent and nothing moves in the CRM", async () => {
  const [before, written] = [await ledger(), JSON.stringify(openCrm().written())];
  await account.advance("2 hours");
  await runFlows();
  expect(await ledger()).toEqual(before);
  expect(JSON.stringify(openCrm().written())).toBe(written);
});

test("a day later only what changed is sent, and the day's export carries what was written before", async () => {
  const day = world.day(DAYS + 1);
  for (const file of day.exports(amendWritten(openCrm().written()))) await load(file);
  let offset = 1_000_000;
  for (const batch of day.events(500)) {
    await account.run(insertEvents("raw.product.events", batch, offset));
    offset += batch.count;
  }
  const [scored] = await account.column(
    "SELECT COUNT(*) FROM raw.salesforce.account WHERE record:Health_Score__c IS NOT NULL AND file_name LIKE '%2026-03-04%'",
  );
  expect(Number(scored)).toBeGreaterThan(5);
  const sentBefore = Object.values(await ledger()).reduce((sum, count) => sum + count, 0);
  await account.advance("61 minutes");
  const sent = (
    await account.run("SELECT activation, payload FROM ops.activation.ledger WHERE status = 'sent'")
  ).length;
  const total = Object.values(await ledger()).reduce((sum, count) => sum + count, 0);
  expect(sent).toBe(total - sentBefore);
  expect(sent).toBeGreaterThan(0);
});

test("batches fire no event of the landing bucket, and lie under their activation's folder", async () => {
  const s3 = new S3Client({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: aws,
    forcePathStyle: true,
  });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: platform.outbound!.bucket }));
  const folders = new Set(Contents.map((one) => one.Key!.split("/")[0]));
  expect([...folders].sort()).toEqual(["account_use", "product_qualified_lead", "usage_summary"]);
  const landed = await s3.send(new ListObjectsV2Command({ Bucket: platform.landing!.bucket }));
  expect(landed.KeyCount).toBe(0);
});
