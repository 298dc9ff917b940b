import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getDomain } from "tldts";
import { Problems } from "../../../infra/errors.ts";
import { planNotifications } from "../../../infra/landing.ts";
import { loadPlatform } from "../../../infra/load.ts";
import { type ContractedTable, soundConditions } from "../../../pipelines/sources/contract.ts";
import { overlaps, refuseOverlaps } from "../../../pipelines/sources/overlap.ts";
import { loadProject, PUBLIC_KEY, ROOT } from "../../infra/sample.ts";

const full = loadPlatform({
  root: ROOT,
  stack: "full",
  publicKeys: { kafka_loader: PUBLIC_KEY, fivetran: PUBLIC_KEY },
});

test("prefixes that overlap are found; those that only look alike are not", () => {
  const claim = (prefix: string) => ({ by: prefix, prefix });
  expect(overlaps([claim("crm/campaign/"), claim("crm/campaignmember/")])).toEqual([]);
  expect(overlaps([claim("crm/"), claim("crm/account/")])).toHaveLength(1);
});

test("a notification of others on a source's files is refused", () => {
  const problems = new Problems();
  refuseOverlaps(
    [{ by: "a.b", prefix: "a/b/" }],
    [{ prefix: "a/" }, { prefix: "c/" }],
    "Pulumi.x.yaml",
    problems,
  );
  expect(problems.list.map((one) => one.path)).toEqual(["firn:landing.notifications.0.prefix"]);
});

test("two notifications of others on the same files are refused, and more than a bucket takes", () => {
  const problems = new Problems();
  const claims = Array.from({ length: 99 }, (_, n) => ({ by: `s.${n}`, prefix: `s/${n}/` }));
  refuseOverlaps(claims, [{ prefix: "x/" }, { prefix: "x/y/" }], "Pulumi.x.yaml", problems);
  expect(problems.list.map((one) => [one.path, one.given])).toEqual([
    ["firn:sources", "101 prefixes"],
    ["firn:landing.notifications.1.prefix", '"x/y/" and "x/"'],
  ]);
});

test("a bucket tells others of theirs beside the pipes", () => {
  expect(
    planNotifications(
      [{ by: "crm.account", prefix: "crm/account/" }],
      [{ prefix: "audit/", queueArn: "arn:aws:sqs:us-east-1:1:audit" }],
    ),
  ).toEqual([
    { id: "snowpipe-crm.account", prefix: "crm/account/" },
    { id: "other-1", prefix: "audit/", queueArn: "arn:aws:sqs:us-east-1:1:audit" },
  ]);
});

test("what reads a source that the stack leaves out is left out", () => {
  const local = loadProject("local");
  expect(local.models.some((model) => model.logical === "core.marketing.touch")).toBe(false);
  expect(full.models.some((model) => model.logical === "core.marketing.touch")).toBe(true);
  expect(local.sources.map((source) => source.key)).toEqual(["salesforce", "product", "salesforce_insights"]);
});

test("the contract's conditions stand in what reads the table, each once", () => {
  const touch = full.models.find((model) => model.logical === "core.marketing.touch")!;
  const where = touch.query.slice(touch.query.indexOf("WHERE"), touch.query.indexOf("QUALIFY"));
  expect(where.split("AND")).toHaveLength(3);
  expect(where).toContain("'touch_id'");
  expect(where).toContain("'touched_at'");
  const account = full.models.find((model) => model.logical === "core.customer.account")!;
  expect(account.query.split("IS NOT NULL")).toHaveLength(3);
  const rejected = full.models.find((model) => model.logical === "ops.quality.rejected_record")!;
  expect(rejected.reads).toContain("raw.billing.payment");
});

test("a contract that rejects adds the types of its fields", () => {
  const table = {
    label: "x",
    logical: "raw.x.y",
    object: { database: "RAW", schema: "X", name: "Y" },
    record: "record",
    contract: { key: "id", time: "at", drift: "reject", fields: { id: "text!", n: "number" } },
  } satisfies ContractedTable;
  expect(soundConditions(table, "r").at(-1)).toContain("'INTEGER', 'DECIMAL', 'DOUBLE', 'NULL_VALUE'");
});

test("a managed loader has its own user, role, schema and warehouse with a budget", () => {
  expect(full.users.map((user) => user.key)).toContain("fivetran");
  const grants = full.grants
    .filter((grant) => grant.role === "FIVETRAN")
    .map((grant) => grant.privileges.join());
  expect(grants.sort()).toEqual(["CREATE TABLE", "USAGE", "USAGE", "USAGE"]);
  expect(full.warehouses.find((one) => one.key === "loading")!.monitor).toBe("LOADING");
});

test("the second-level suffixes of e-mail parsing are public suffixes", () => {
  const text = readFileSync(join(ROOT, "sql/core/customer/email_address.sql"), "utf8");
  const list = /last_two in \(([^)]*)\)/
    .exec(text)![1]!
    .split(", ")
    .map((one) => one.slice(1, -1));
  expect(list.length).toBeGreaterThan(50);
  for (const suffix of list) expect([suffix, getDomain(`a.b.${suffix}`)]).toEqual([suffix, `b.${suffix}`]);
});
