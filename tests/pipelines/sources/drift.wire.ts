/** Drift end to end: generated exports whose schema drifts, loaded, judged by the contracts, seen in the quality views. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExportFile } from "../../../local/data/deliver.ts";
import { type Drift, driftRows, HARMLESS_DRIFTS } from "../../../local/data/drift.ts";
import { createWorld } from "../../../local/data/generate.ts";
import { compileSample, ROOT, sampleText, stackConfig } from "../../infra/sample.ts";
import { type Deployed, deploy } from "../deployed.ts";
import { insertFile } from "../load-export.ts";

const SOURCES = {
  salesforce_account: "raw.salesforce.account",
  salesforce_opportunity: "raw.salesforce.opportunity",
  billing_invoice: "raw.billing.invoice",
} as const;
const DRIFTS: readonly Drift[] = [
  ...HARMLESS_DRIFTS,
  { source: "billing_invoice", field: "total", change: "retyped" },
  { source: "billing_invoice", field: "discount", change: "new" },
];

const model = (path: string) => ({ path, text: readFileSync(join(ROOT, path), "utf8") });
const platform = compileSample(
  [
    model("sql/core/customer/account.sql"),
    model("sql/core/customer/organization.sql"),
    model("sql/core/customer/organization_record.sql"),
    model("sql/core/finance/invoice.sql"),
  ],
  stackConfig(
    sampleText()
      .replace(/firn:sources: .*/, "firn:sources: [salesforce, billing]")
      .replace("firn:kafka: { enabled: true", "firn:kafka: { enabled: false")
      .replace("  firn:tasks:", "  firn:watchFields: true\n  firn:tasks:"),
  ),
);
const world = createWorld({ seed: 5, startDay: "2026-03-01", scale: 0.02, sources: ["billing_invoice"] });
const amend = driftRows({ seed: 5, drifts: DRIFTS, keys: { billing_invoice: "invoice_id" }, share: 0.3 });

let account: Deployed;

async function load(file: ExportFile): Promise<void> {
  const table = SOURCES[file.source as keyof typeof SOURCES];
  if (table !== undefined && !file.redelivered) await account.run(insertFile(table, file));
}

beforeAll(async () => {
  account = await deploy(platform, Date.UTC(2026, 2, 2));
  for (const file of world.day(1).exports()) if (file.source !== "billing_invoice") await load(file);
  await account.advance("3 minutes");
}, 120_000);
afterAll(() => account?.server.stop());

const drift = () =>
  account.run("SELECT source, field, drift, action FROM ops.quality.schema_drift ORDER BY source, field");

test("sound exports have no drift", async () => {
  expect(await drift()).toEqual([]);
});

test("each new, missing and retyped field is told with what the contract does about it", async () => {
  for (const file of world.day(2).exports(amend)) await load(file);
  // The history of invoices, which day 1 brings, comes drifted too: a day alone has few.
  for (const file of world.day(1).exports(amend)) if (file.source === "billing_invoice") await load(file);
  await account.advance("3 minutes");
  expect((await drift()).map((row) => Object.values(row))).toEqual([
    ["billing_invoice", "discount", "new", "absorb"],
    ["billing_invoice", "total", "retyped", "reject"],
    ["salesforce_account", "NumberOfEmployees", "retyped", "absorb"],
    ["salesforce_account", "Segment__c", "new", "absorb"],
    ["salesforce_opportunity", "Name", "missing", "absorb"],
  ]);
});

test("what is absorbed counts: every account of the day is there, with the retyped value read", async () => {
  const wanted = [...world.day(2).rows("salesforce_account")].map((row) => [
    row["Id"],
    row["NumberOfEmployees"],
  ]);
  const found = await account.run(
    "SELECT account_id, employees FROM core.customer.account ORDER BY account_id",
  );
  expect(found.map((row) => Object.values(row))).toEqual(
    wanted.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
  );
});

test("what breaks a contract that rejects is refused with its reason, and its fellows are not", async () => {
  const rows = [...world.day(1).rows("billing_invoice"), ...world.day(2).rows("billing_invoice")];
  const broken = new Set(
    rows
      .filter((row) => Array.isArray(amend("billing_invoice", row)["total"]))
      .map((row) => row["invoice_id"]),
  );
  expect(broken.size).toBeGreaterThan(0);
  expect(broken.size).toBeLessThan(rows.length);
  const refused = await account.column(
    `SELECT DISTINCT PARSE_JSON(raw_text):invoice_id::VARCHAR FROM ops.quality.rejected_record
     WHERE source = 'billing_invoice' AND reason = 'contract'`,
  );
  expect(new Set(refused)).toEqual(broken);
  const kept = await account.column("SELECT invoice_id FROM core.finance.invoice ORDER BY 1");
  expect(kept.filter((id) => broken.has(String(id)))).toEqual([]);
  expect(kept).toHaveLength(new Set(rows.map((row) => row["invoice_id"])).size - broken.size);
});
