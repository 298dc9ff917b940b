// Old raw rows are deleted by the task, as the role that owns it; what models made of them stays.
import { compile } from "../../../infra/compile.ts";
import { SOURCES } from "../../../pipelines/sources/index.ts";
import { PUBLIC_KEY, sampleText, stackConfig } from "../../infra/sample.ts";
import { type Deployed, deploy } from "../deployed.ts";
import { DEAL } from "./support/deal.ts";

const platform = compile({
  stack: "local",
  config: stackConfig(sampleText()),
  sources: SOURCES.map((source) => (source.key === "salesforce" ? { ...source, keep: "60 days" } : source)),
  models: [DEAL],
  kpis: [],
  publicKeys: { kafka_loader: PUBLIC_KEY, fivetran: PUBLIC_KEY, bi_tool: PUBLIC_KEY },
});

let account: Deployed;
beforeAll(async () => {
  account = await deploy({ ...platform, notifications: [], alerts: [] });
});
afterAll(() => account.server.stop());

const land = (id: string, name: string, version: number, daysAgo: number) =>
  account.run(
    `INSERT INTO RAW.SALESFORCE.OPPORTUNITY (RECORD, LINE, FILE_NAME, FILE_ROW_NUMBER, LOADED_AT)
     SELECT OBJECT_CONSTRUCT('Id', '${id}', 'Name', '${name}', 'Version', ${version}, 'LastModifiedDate', '2026-01-01T00:00:00.000+0000'), '', 'file', ${version},
       DATEADD('day', -${daysAgo}, CURRENT_TIMESTAMP())`,
  );
const start = async (task: string) => {
  await account.run(`EXECUTE TASK OPS.PIPELINE.${task}`);
  await account.advance("2 minutes");
};

test("after its age a row is gone from RAW and nowhere else, and a later record of its key still counts", async () => {
  const names = () => account.column("SELECT NAME FROM CORE.A.DEAL ORDER BY ID");
  await account.run("USE WAREHOUSE TRANSFORM");
  await land("1", "old", 1, 65);
  await land("2", "old", 1, 65);
  await land("2", "new", 2, 15);
  await start("START_CONTINUOUS");
  expect(await names()).toEqual(["old", "new"]);
  await start("RETAIN");
  expect(await account.column("SELECT RECORD:Name::VARCHAR FROM RAW.SALESFORCE.OPPORTUNITY")).toEqual([
    "new",
  ]);
  await start("START_CONTINUOUS");
  expect(await names()).toEqual(["old", "new"]);
  await land("1", "newer", 3, 0);
  await start("START_CONTINUOUS");
  expect(await names()).toEqual(["newer", "new"]);
}, 100_000);
