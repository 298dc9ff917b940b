import { planAdopted } from "../../../infra/adopted/plan.ts";
import { printAdopted, readAdopted } from "../../../infra/adopted/read.ts";
import { FirnError, Problems } from "../../../infra/errors.ts";

const TEXT = `
warehouses:
  LEGACY: { size: MEDIUM, autoSuspend: 300, autoResume: true, monitor: LIMIT, parameters: { STATEMENT_TIMEOUT_IN_SECONDS: 3600 } }
  ADHOC: { size: XSMALL, autoSuspend: 0, autoResume: false }
monitors:
  LIMIT: { credits: 50, frequency: MONTHLY, notify: [90, 75] }
schemas:
  LEGACY: { FINANCE: { managedAccess: true }, PUBLIC: {} }
roles:
  ANALYST: { grantedTo: { roles: [SYSADMIN], users: [BOB] } }
  NOBODY: {}
users:
  BOB: { defaultRole: ANALYST }
`;

const read = (text: string) => {
  const problems = new Problems();
  const definitions = readAdopted("infra/adopted/prod.yaml", text, problems);
  problems.throwIfAny();
  return definitions!;
};

test("what is printed is read as the same definitions, and says only what is particular", () => {
  const printed = printAdopted(read(TEXT));
  expect(read(printed)).toEqual(read(TEXT));
  expect(printed).not.toMatch(/scalingPolicy|minClusters|transient|PERSON/);
});

test("a mistake is told with its place", () => {
  expect(() =>
    read("roles: { R: { privileges: [{ on: schema, object: [A], privileges: [USAGE] }] } }"),
  ).toThrow(/roles.R.privileges.0.object: a schema has a name of 2 parts/);
  expect(() => read("warehouses: { X: { size: TINY, autoSuspend: 60, autoResume: true } }")).toThrow(
    FirnError,
  );
  expect(() => read("warehouses: { X: { size: TINY, autoSuspend: 60, autoResume: true } }")).toThrow(
    /infra\/adopted\/prod.yaml: warehouses.X.size/,
  );
});

describe("adopted objects in the platform", () => {
  const planned = planAdopted(read(TEXT));

  test("a warehouse has its own timeout, or Snowflake's two days", () => {
    expect(planned.warehouses.map((one) => [one.name, one.statementTimeout, one.monitor])).toEqual([
      ["LEGACY", 3600, "LIMIT"],
      ["ADHOC", 172_800, undefined],
    ]);
  });

  test("a monitor that suspends nothing says so", () => {
    expect(planned.monitors).toMatchObject([{ notify: [75, 90], suspend: 0, suspendImmediate: 0 }]);
  });

  test("a role is held by whom it is granted to", () => {
    expect(planned.roleGrants.map(({ role, to }) => [role, to])).toEqual([
      ["ANALYST", { role: "SYSADMIN" }],
      ["ANALYST", { user: "BOB" }],
    ]);
  });
});
