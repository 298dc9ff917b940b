import type { Platform } from "../../infra/platform.ts";
import { loadProject } from "../infra/sample.ts";

let platform: Platform;
beforeAll(() => {
  platform = loadProject("local");
});

test("views of marts are secure", () => {
  expect(platform.views.filter((view) => view.logical.startsWith("mart.") && view.secure !== true)).toEqual(
    [],
  );
});

test("every shared view is behind the policy, by the department that a row belongs to", () => {
  const shared = platform.views.filter((view) => view.logical.startsWith("mart.shared."));
  expect(shared.map((view) => view.name)).toEqual(["REJECTED_RECORD", "CHECK_RESULT"]);
  for (const view of shared) {
    expect(view.rowAccess).toEqual({
      policy: { database: "OPS", schema: "GOVERNANCE", name: "ROWS_BY_DEPARTMENT" },
      on: ["DEPARTMENT"],
    });
    expect(view.columns[0]!.name).toBe("DEPARTMENT");
  }
});

test("a rejected record belongs to the department that owns its source", () => {
  const { statement } = platform.views.find((view) => view.logical === "mart.shared.rejected_record")!;
  expect(statement).toContain("WHEN 'salesforce_account' THEN 'sales'");
  expect(statement).toContain("WHEN 'product_events' THEN 'product'");
});

test("personal data stay masked in what is shared", () => {
  const view = platform.views.find((each) => each.logical === "mart.shared.rejected_record")!;
  expect(view.columns.find((column) => column.name === "RAW_TEXT")?.masking?.policy).toBe("MASK_VARCHAR");
});

test("the policy names the role of each department that has one, and those who look after data for all", () => {
  const [policy] = platform.governance.rowPolicies;
  expect(policy!.all).toEqual(["STEWARD", "REPORTER"]);
  const analysts = platform.roles.filter((role) => role.name.startsWith("ANALYST_")).map((role) => role.name);
  expect(policy!.own.map(({ role }) => role).sort()).toEqual(analysts.sort());
  expect(analysts).not.toContain("ANALYST_SHARED");
  for (const { value, role } of policy!.own)
    expect(policy!.body).toContain(`(DEPARTMENT = '${value}' AND IS_ROLE_IN_SESSION('${role}'))`);
});
