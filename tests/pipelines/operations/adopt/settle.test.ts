import type { PlannedResource } from "../../../../pipelines/operations/adopt/import-file.ts";
import {
  addInEffect,
  type StateResource,
  settleImported,
} from "../../../../pipelines/operations/adopt/settle.ts";

const step = (type: string, inputs: Record<string, unknown>, more: Partial<PlannedResource> = {}) => ({
  urn: `urn:pulumi:prod::firn::${type}::one`,
  type,
  custom: true,
  inputs,
  op: "same",
  ...more,
});

/** The state's resource after an import of `actual` for a program that asks for `wanted`. */
function settled(type: string, wanted: Record<string, unknown>, actual: Record<string, unknown>) {
  const plan = step(type, wanted);
  const resource: StateResource = {
    urn: plan.urn,
    type,
    custom: true,
    id: "one",
    inputs: actual,
    outputs: { ...actual, id: "one" },
  };
  const { resources } = settleImported({
    state: { resources: [resource] },
    planned: [plan],
    imported: new Set([plan.urn]),
    timeTravelDays: new Map([["RAW", 1]]),
  });
  return resources![0]!;
}

const WAREHOUSE = "snowflake:index/warehouse:Warehouse";
const TABLE = "snowflake:index/table:Table";

describe("the state after an import", () => {
  test("notes as asked for only what the program asks for", () => {
    const { inputs } = settled(WAREHOUSE, { name: "BI" }, { name: "BI", logLevel: "OFF" });
    expect(inputs).toEqual({ name: "BI" });
  });

  test("a value that differs stays, so that the preview shows it", () => {
    const { inputs, outputs } = settled(
      WAREHOUSE,
      { name: "BI", warehouseSize: "SMALL" },
      { name: "BI", warehouseSize: "LARGE" },
    );
    expect([inputs!["warehouseSize"], outputs!["warehouseSize"]]).toEqual(["LARGE", "LARGE"]);
  });

  test("what Snowflake gives where nobody asks is not noted; anything else is", () => {
    expect(settled(WAREHOUSE, { name: "BI" }, { name: "BI", scalingPolicy: "STANDARD" }).outputs).toEqual({
      name: "BI",
      id: "one",
    });
    expect(
      settled(WAREHOUSE, { name: "BI" }, { name: "BI", scalingPolicy: "ECONOMY" }).outputs,
    ).toMatchObject({ scalingPolicy: "ECONOMY" });
  });

  test("a mask that nobody exempts is not replaced", () => {
    const wanted = { __defaults: ["exemptOtherPolicies"], exemptOtherPolicies: "default" };
    const { inputs, outputs } = settled("snowflake:index/maskingPolicy:MaskingPolicy", wanted, {
      exemptOtherPolicies: "false",
    });
    expect(inputs).toEqual(wanted);
    expect(outputs!["exemptOtherPolicies"]).toBe("default");
  });

  test("a table's Time Travel is its database's, unless it has its own", () => {
    const wanted = {
      __defaults: ["dataRetentionTimeInDays"],
      dataRetentionTimeInDays: -1,
      database: "RAW",
    };
    const days = (actual: number) =>
      settled(TABLE, wanted, { database: "RAW", dataRetentionTimeInDays: actual }).outputs![
        "dataRetentionTimeInDays"
      ];
    expect([days(1), days(30)]).toEqual([-1, 30]);
  });

  test("what only the state knows is the program's", () => {
    const { inputs, outputs } = settled(
      "snowflake:index/streamOnTable:StreamOnTable",
      { showInitialRows: "true" },
      {},
    );
    expect([inputs!["showInitialRows"], outputs!["showInitialRows"]]).toEqual(["true", "true"]);
  });

  test("what is there and says the same, with what is off beside it, is noted as the program says it", () => {
    const wanted = { rules: [{ by: { algorithm: "AES256" } }] };
    const actual = { rules: [{ by: { algorithm: "AES256" }, keyEnabled: false }] };
    const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    expect(settled(type, wanted, actual).inputs).toEqual(wanted);
    const other = { rules: [{ by: { algorithm: "aws:kms" }, keyEnabled: false }] };
    expect(settled(type, wanted, other).inputs).toEqual(other);
  });

  test("a secret that a preview does not show is not taken from it", () => {
    const { inputs } = settled(
      "snowflake:index/serviceUser:ServiceUser",
      { loginName: "[secret]" },
      { loginName: { ciphertext: "x" } },
    );
    expect(inputs).toEqual({ loginName: { ciphertext: "x" } });
  });

  test("what must not be dropped is not, from the first moment on", () => {
    const plan = step(WAREHOUSE, { name: "BI" }, { retainOnDelete: true, protect: true });
    const { resources } = settleImported({
      state: { resources: [{ urn: plan.urn, type: plan.type, custom: true, protect: false }] },
      planned: [plan],
      imported: new Set([plan.urn]),
      timeTravelDays: new Map(),
    });
    expect(resources![0]).toMatchObject({ retainOnDelete: true, protect: true });
  });

  test("what was not imported stays as it is", () => {
    const plan = step(WAREHOUSE, { name: "BI" });
    const resource = { urn: plan.urn, type: plan.type, custom: true, inputs: { logLevel: "OFF" } };
    const { resources } = settleImported({
      state: { resources: [resource] },
      planned: [plan],
      imported: new Set<string>(),
      timeTravelDays: new Map(),
    });
    expect(resources).toEqual([resource]);
  });
});

test("a statement that is in effect is added behind its parents, with the provider that the state has", () => {
  const provider = { urn: "urn:pulumi:prod::firn::pulumi:providers:snowflake::a", type: "p", id: "7" };
  const root = step("pulumi:pulumi:Stack", {}, { custom: false });
  const part = step("firn:infra:Compute", {}, { custom: false, parent: root.urn });
  const statement = step(
    "snowflake:index/execute:Execute",
    { __defaults: [], execute: "A", revert: "B" },
    { parent: part.urn, provider: `${provider.urn}::unknown` },
  );
  const { resources } = addInEffect(
    { resources: [{ urn: root.urn, type: root.type }, provider] },
    [root, part, statement],
    new Map([[statement.urn, "id"]]),
  );
  expect(resources!.slice(2)).toEqual([
    { urn: part.urn, type: part.type, custom: false, parent: root.urn },
    {
      urn: statement.urn,
      type: statement.type,
      custom: true,
      id: "id",
      parent: part.urn,
      inputs: { __defaults: [], execute: "A", revert: "B" },
      outputs: { execute: "A", revert: "B", id: "id", queryResults: [] },
      provider: `${provider.urn}::7`,
    },
  ]);
});
