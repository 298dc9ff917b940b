import { importFile, type PlannedResource } from "../../../../pipelines/operations/adopt/import-file.ts";

const STACK = "urn:pulumi:prod::firn";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const step = (type: string, name: string, more: Partial<PlannedResource> = {}): PlannedResource => ({
  urn: `${STACK}::${type}::${name}`,
  type,
  custom: true,
  inputs: {},
  op: "create",
  ...more,
});
const root = step("pulumi:pulumi:Stack", "firn-prod", { custom: false });
const compute = step("firn:infra:Compute", "compute", { custom: false, parent: root.urn });
const access = step("firn:roles:Access", "access", { custom: false, parent: root.urn });
const loader = step("pulumi:providers:snowflake", "loader", { inputs: { role: UNKNOWN, version: "1.3.0" } });
const kafka = step("pulumi:providers:kafka", "kafka", { op: "same", inputs: { version: "3.13.2" } });
// A preview does not show the engine's own providers.
const aws = step("pulumi:providers:aws", "default_7_48_0");
const by = (provider: PlannedResource) => `${provider.urn}::${UNKNOWN}`;
const WAREHOUSE = "snowflake:index/warehouse:Warehouse";
const warehouse = step(WAREHOUSE, "bi", { parent: compute.urn, provider: by(loader) });
const missing = step("snowflake:index/accountRole:AccountRole", "bi", {
  parent: access.urn,
  provider: by(loader),
});
const topic = step("kafka:index/topic:Topic", "events", { parent: compute.urn, provider: by(kafka) });
const bucket = step("aws:s3/bucket:Bucket", "landing", { parent: compute.urn, provider: by(aws) });
const known = step(WAREHOUSE, "transform", { op: "same", parent: compute.urn, provider: by(loader) });

const planned = [root, compute, access, loader, kafka, warehouse, missing, topic, bucket, known];
const make = (steps: readonly PlannedResource[], ids: Record<string, string>) =>
  importFile({
    planned: steps,
    idOf: ({ urn }) => ids[urn],
    knownInputs: { loader: { role: "LOADER" } },
  });

describe("the file for pulumi import", () => {
  const file = make(planned, { [warehouse.urn]: '"BI"', [topic.urn]: "events", [bucket.urn]: "landing" });

  test("what is there, with its id, its parent and its provider; what is not there is left to be created", () => {
    expect(file.resources).toEqual([
      { type: "firn:infra:Compute", name: "Compute compute", logicalName: "compute", component: true },
      {
        type: WAREHOUSE,
        name: "Warehouse bi",
        logicalName: "bi",
        id: '"BI"',
        parent: "Compute compute",
        provider: "snowflake loader",
        version: "1.3.0",
      },
      {
        type: "kafka:index/topic:Topic",
        name: "Topic events",
        logicalName: "events",
        id: "events",
        parent: "Compute compute",
        provider: "kafka kafka",
        version: "3.13.2",
      },
      {
        type: "aws:s3/bucket:Bucket",
        name: "Bucket landing",
        logicalName: "landing",
        id: "landing",
        parent: "Compute compute",
        version: "7.48.0",
      },
    ]);
  });

  test("a provider that is made with the import has its inputs, also those that a preview does not know", () => {
    expect(file.providerInputs).toEqual({ "snowflake loader": { role: "LOADER", version: "1.3.0" } });
    expect(file.nameTable).toEqual({ "snowflake loader": loader.urn, "kafka kafka": kafka.urn });
  });

  test("a parent that the state has is named by its URN", () => {
    const steps = planned.map((one) => (one === compute ? { ...one, op: "same" } : one));
    const { nameTable, resources } = make(steps, { [warehouse.urn]: '"BI"' });
    expect(nameTable["Compute compute"]).toBe(compute.urn);
    expect(resources.map((one) => one.name)).toEqual(["Warehouse bi"]);
  });

  test("a preview that leaves out what stays the same is no ground for an import", () => {
    const without = planned.filter((one) => one !== kafka);
    expect(() => make(without, { [topic.urn]: "events" })).toThrow(`the preview does not show ${kafka.urn}`);
  });

  test("two resources of one name and type are told apart", () => {
    const twin = { ...warehouse, urn: `${STACK}::firn:x:Y$${WAREHOUSE}::bi`, parent: access.urn };
    const { resources } = make([...planned, twin], { [warehouse.urn]: '"BI"', [twin.urn]: '"OTHER"' });
    expect(resources.filter((one) => one.id !== undefined).map((one) => one.name)).toEqual([
      "Warehouse bi",
      "Warehouse bi 2",
    ]);
  });
});
