import type { Deployment, ResourceState } from "../../../cli/embedded/deployment.ts";
import { settlePending } from "../../../cli/embedded/unfinished.ts";

const TABLE = "snowflake:index/table:Table";
const table = (name: string): ResourceState => ({
  urn: `urn:pulumi:small::firn::${TABLE}::${name}`,
  type: TABLE,
  custom: true,
  inputs: { database: "RAW", schema: "CRM", name },
});
const grant: ResourceState = {
  urn: "urn:pulumi:small::firn::snowflake:index/grantAccountRole:GrantAccountRole::g",
  type: "snowflake:index/grantAccountRole:GrantAccountRole",
  inputs: {},
};
const stack: ResourceState = {
  urn: "urn:pulumi:small::firn::pulumi:pulumi:Stack::s",
  type: "pulumi:pulumi:Stack",
};
const made: ResourceState = { ...table("MADE"), id: "RAW|CRM|MADE", outputs: { name: "MADE" } };
const pending = (type: string, resource: ResourceState) => ({ type, resource });

test("a state without anything pending stays as it is", () => {
  const deployment: Deployment = { resources: [stack, made] };
  expect(settlePending(deployment)).toEqual({
    deployment: { ...deployment, pending_operations: [] },
    changed: false,
    unseen: [],
  });
});

test("a creation under way becomes a resource of which only the id is known", () => {
  const { deployment, changed, unseen } = settlePending({
    resources: [stack, made],
    pending_operations: [pending("creating", table("T"))],
  });
  expect(changed).toBe(true);
  expect(deployment.pending_operations).toEqual([]);
  expect(deployment.resources).toEqual([stack, made, { ...table("T"), id: "RAW|CRM|T", outputs: {} }]);
  expect(unseen).toEqual([table("T").urn]);
});

test("what may be made twice, and changes and deletions under way, are forgotten: `up` does them again", () => {
  const { deployment, changed, unseen } = settlePending({
    resources: [stack, made],
    pending_operations: [pending("creating", grant), pending("updating", made), pending("deleting", made)],
  });
  expect(changed).toBe(true);
  expect(deployment.resources).toEqual([stack, made]);
  expect(unseen).toEqual([]);
});

test("the new half of a replacement, whose old half is in the state, is not taken over twice", () => {
  const { deployment } = settlePending({
    resources: [made],
    pending_operations: [pending("creating", table("MADE"))],
  });
  expect(deployment.resources).toEqual([made]);
});

test("a settlement that was killed before its refresh is finished by the next", () => {
  const first = settlePending({ pending_operations: [pending("creating", table("T"))] });
  const second = settlePending(first.deployment);
  expect(second.changed).toBe(false);
  expect(second.unseen).toEqual([table("T").urn]);
});
