// The real Pulumi engine and the real Snowflake provider against the account over the wire.

import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACCOUNT_ID } from "../../../local/account/catalog/model.ts";
import { type AccountServer, startAccountServer } from "../../../local/account/server.ts";
import { type AwsEndpoint, startAws } from "../../../local/aws/start.ts";
import { type Engine, prepareEngine } from "../../../local/engine/prepare.ts";
import { stopServices } from "../../../local/supervisor/stop.ts";
import { type Outcome, Scratch } from "../engine/support/scratch.ts";

let dir: string;
let engine: Engine;
let aws: AwsEndpoint;
let server: AccountServer;
let scratch: Scratch;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "firn-provider-"));
  engine = await prepareEngine({});
  aws = await startAws({ dir: join(dir, "aws") });
}, 900_000);
afterAll(async () => {
  await stopServices(join(dir, "services"));
  rmSync(dir, { recursive: true, force: true });
});

const password = "Only-for-this-test-1";

beforeEach(async () => {
  server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: password,
    aws: { endpoint: aws.endpoint, region: aws.region, credentials: aws },
  });
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  Object.assign(process.env, {
    ACCOUNT_PORT: String(server.port),
    ACCOUNT_PASSWORD: password,
    PUBLIC_KEY: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    STEP: "1",
  });
  scratch = new Scratch(engine);
  scratch.write(
    "package.json",
    JSON.stringify({ name: "scratch", type: "module", dependencies: { "@pulumi/snowflake": "*" } }),
  );
  await scratch.pulumi("stack", "init", "dev");
}, 60_000);
afterEach(async () => {
  scratch.remove();
  await server.stop();
});

const PROGRAMS = join(import.meta.dirname, "provider");
const copy = (from: string, to: string) =>
  scratch.write(`infra/${to}`, readFileSync(join(PROGRAMS, from), "utf8"));
const use = (program: string) => {
  copy("account-provider.ts", "account-provider.ts");
  copy(program, "index.ts");
};
const up = () => scratch.pulumi("up", "--yes", "--skip-preview");
const preview = () => scratch.pulumi("preview", "--expect-no-changes", "--diff");
const refresh = () => scratch.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--diff");

/** Runs a step; its whole output is the message when it fails. */
async function succeeds(step: Promise<Outcome>): Promise<string> {
  const { code, text } = await step;
  if (code !== 0) throw new Error(text);
  return text;
}

test.each([["core-program.ts"], ["governance-program.ts"], ["tagging-program.ts"], ["derived-program.ts"]])(
  "%s: created, unchanged when read again, updated in place, destroyed",
  async (program) => {
    use(program);
    await succeeds(up());
    await succeeds(preview());
    await succeeds(refresh());
    process.env["STEP"] = "2";
    const updated = await succeeds(up());
    expect(updated).toMatch(/\d+ updated/);
    await succeeds(preview());
    await succeeds(refresh());
    await succeeds(scratch.pulumi("destroy", "--yes", "--skip-preview"));
    const { catalog } = server.account.services;
    expect(catalog.listAll("DATABASE").map((database) => database.name)).toEqual(["SNOWFLAKE"]);
    expect(catalog.listAll("WAREHOUSE")).toEqual([]);
    expect(catalog.listAll("USER").map((user) => user.name)).toEqual(["ADMIN"]);
  },
  180_000,
);

test("objects made with SQL are imported without a difference", async () => {
  const { sessions, executor, services } = server.account;
  const roleId = services.catalog.find("ROLE", ACCOUNT_ID, "ACCOUNTADMIN")!.id;
  const session = await sessions.openInternal({
    roleId,
    warehouseId: null,
    databaseId: null,
    schemaId: null,
  });
  for (const text of [
    "CREATE WAREHOUSE old WAREHOUSE_SIZE = SMALL AUTO_SUSPEND = 60 INITIALLY_SUSPENDED = TRUE COMMENT = 'by hand'",
    "CREATE DATABASE old COMMENT = 'by hand'",
    "CREATE SCHEMA old.s COMMENT = 'by hand'",
    "CREATE ROLE old COMMENT = 'by hand'",
    "GRANT USAGE, MONITOR ON WAREHOUSE old TO ROLE old",
    "CREATE TASK old.s.t WAREHOUSE = old SCHEDULE = '5 MINUTE' AS SELECT 1",
    "CREATE TABLE old.s.rows (id INT)",
    "CREATE VIEW old.s.v AS SELECT id FROM old.s.rows",
    "CREATE STAGE old.s.files DIRECTORY = (ENABLE = TRUE)",
    "USE WAREHOUSE old",
    "CREATE DYNAMIC TABLE old.s.dt TARGET_LAG = '1 hour' WAREHOUSE = old COMMENT = 'by hand' AS SELECT id FROM old.s.rows",
    "CREATE STREAM old.s.on_view ON VIEW old.s.v COMMENT = 'by hand'",
    "CREATE STREAM old.s.on_files ON STAGE old.s.files COMMENT = 'by hand'",
  ])
    await executor.execute(session, text);
  await sessions.closeInternal(session);
  use("import-program.ts");
  expect(await succeeds(up())).toMatch(/9 imported/);
  await succeeds(preview());
  // The bridge lists computed parameters of imported resources as changed to what they are (`1 => 1`).
  await succeeds(scratch.pulumi("refresh", "--yes", "--skip-preview"));
  await succeeds(preview());
}, 120_000);
