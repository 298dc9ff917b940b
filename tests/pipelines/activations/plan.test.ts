import { Problems } from "../../../infra/errors.ts";
import { loadPlatform } from "../../../infra/load.ts";
import type { Model, Platform } from "../../../infra/platform.ts";
import { type Activation, columnOf } from "../../../pipelines/activations/activation.ts";
import { checkActivation } from "../../../pipelines/activations/check.ts";
import { ACTIVATIONS } from "../../../pipelines/activations/index.ts";
import { PUBLIC_KEY, ROOT } from "../../infra/sample.ts";

let full: Platform;
beforeAll(() => {
  full = loadPlatform({
    root: ROOT,
    stack: "full",
    publicKeys: { kafka_loader: PUBLIC_KEY, fivetran: PUBLIC_KEY },
  });
});

const MODEL = {
  logical: "mart.a.b",
  key: ["id"],
  columns: [
    { name: "ID", type: "VARCHAR(16777216)", nullable: false },
    { name: "SCORE", type: "NUMBER(38,0)", nullable: false },
    { name: "NOTE", type: "VARCHAR(16777216)", nullable: true },
    { name: "RAW", type: "VARIANT", nullable: false },
    { name: "GONE", type: "BOOLEAN", nullable: true },
  ],
} as unknown as Model;
const GOOD: Activation = {
  key: "a_b",
  description: "d",
  owner: "data",
  model: "mart.a.b",
  column: "id",
  target: { connector: "Salesforce", object: "B__c", write: "upsert", externalId: "Key__c", version: "V__c" },
  fields: { Score__c: "score" },
  optOut: "gone",
  whenGone: { Score__c: 0 },
  returns: { source: "s", object: "b__c" },
};
function check(change: Partial<Activation>): string[] {
  const problems = new Problems();
  const fields = checkActivation({ ...GOOD, ...change }, MODEL, problems);
  expect(fields === undefined).toBe(problems.list.length > 0);
  for (const problem of problems.list) expect(problem.file).toBe("pipelines/activations/a-b.ts");
  return problems.list.map((problem) => problem.path!);
}

test("a definition that keeps the rules is taken", () => expect(check({})).toEqual([]));

test.each([
  ["a column that the model lacks", { fields: { Score__c: "scor" }, whenGone: "keep" }, ["fields.Score__c"]],
  ["an identity that is not the model's key", { column: "score" }, ["column"]],
  [
    "a column that may be NULL without a value for that",
    { fields: { Score__c: "score", Note__c: "note" } },
    ["fields.Note__c"],
  ],
  ["a column that no target takes", { fields: { Score__c: "score", Raw__c: "raw" } }, ["fields.Raw__c"]],
  ["an opt-out that is no boolean", { optOut: "note" }, ["optOut"]],
  ["a withdrawal of a field that is not sent", { whenGone: { Other__c: 1 } }, ["whenGone.Other__c"]],
  ["a field that is sent by itself", { fields: { Score__c: "score", V__c: "score" } }, ["fields.V__c"]],
  ["an upsert by Id", { target: { ...GOOD.target, externalId: "Id" } }, ["target.externalId"]],
] as [string, Partial<Activation>, string[]][])("%s is refused", (_, change, paths) => {
  expect(check(change)).toEqual(paths);
});

test("a value in place of NULL makes such a column sendable", () => {
  expect(check({ fields: { Score__c: "score", Note__c: { column: "note", whenNull: "none" } } })).toEqual([]);
});

test("every definition goes to an object that comes back, with the fields that its contract knows", () => {
  for (const activation of ACTIVATIONS) {
    const source = full.sources.find((one) => one.key === activation.returns.source)!;
    const table = `raw.${activation.returns.source}.${activation.returns.object}`;
    const { fields } = source.objects.find((one) => one.table === table)!;
    const { target } = activation;
    for (const field of [...Object.keys(activation.fields), target.externalId, target.version])
      expect([activation.key, field, fields![field] !== undefined]).toEqual([activation.key, field, true]);
    expect(Object.values(activation.fields).map(columnOf)).not.toContain(undefined);
  }
});

test("the tasks belong to the activator, who may write the ledger and the stage and no other thing", () => {
  const tasks = full.tasks.filter((task) => task.role === "activator");
  expect(tasks.map((task) => task.key)).toEqual([
    "start.activation",
    "activation.health_score",
    "activation.product_qualified_lead",
    "activation.usage_summary",
  ]);
  const grants = full.grants.filter((grant) => grant.role === "ACTIVATOR");
  const writes = grants.filter((grant) =>
    grant.privileges.some((one) => one !== "USAGE" && one !== "SELECT"),
  );
  expect(writes.map((grant) => grant.privileges.join())).toEqual([
    "CREATE TASK",
    "EXECUTE TASK",
    "INSERT,SELECT,UPDATE",
  ]);
  const roles = full.roleGrants.filter((grant) => "role" in grant.to && grant.to.role === "ACTIVATOR");
  expect(roles.every((grant) => grant.role.endsWith("_READ"))).toBe(true);
});

test("batches leave by a bucket of their own, to folders that the role names one by one", () => {
  const { outbound } = full;
  expect(outbound!.bucket).not.toBe(full.landing!.bucket);
  expect(full.integrations.find((one) => one.key === "outbound")!.allowedLocations).toEqual([
    `s3://${outbound!.bucket}/`,
  ]);
  expect(outbound!.folders).toEqual(full.activations.map((one) => one.key));
  const flows = full.flows.filter((flow) => flow.direction === "out");
  expect(flows.map((flow) => [flow.bucket, flow.folder])).toEqual(
    full.activations.map((one) => [outbound!.bucket, one.key]),
  );
});

test("every object of a source with a flow has one, into the folder that its pipe reads", () => {
  const inbound = full.flows.filter((flow) => flow.direction === "in");
  for (const flow of inbound)
    expect(full.pipes.filter((pipe) => pipe.copy.includes(`/${flow.folder}/)`))).toHaveLength(1);
  expect(inbound.map((flow) => flow.connector)).toEqual(inbound.map(() => "Salesforce"));
});
