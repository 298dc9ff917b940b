import { Names } from "../../infra/names.ts";
import type { ServiceUser } from "../../infra/platform.ts";
import { planNetworks } from "../../roles/networks.ts";
import { loadProject } from "../infra/sample.ts";

const user = (key: string): ServiceUser => ({
  key,
  name: key.toUpperCase(),
  role: "R",
  publicKey: "",
  comment: "",
});

test("a user with addresses gets a rule with them and a policy that admits no others", () => {
  const { rules, policies, users } = planNetworks(
    [user("robot"), user("free")],
    {
      serviceUsers: {
        robot: { publicKey: "x", allowedFrom: ["203.0.113.0/24", "10.0.0.0/8"] },
        free: { publicKey: "x" },
      },
    },
    new Names("prod", "FIRN"),
  );
  expect(rules).toEqual([
    expect.objectContaining({
      database: "FIRN_OPS",
      schema: "GOVERNANCE",
      name: "ROBOT_ADDRESSES",
      addresses: ["10.0.0.0/8", "203.0.113.0/24"],
    }),
  ]);
  expect(policies).toEqual([
    expect.objectContaining({
      name: "FIRN_ROBOT",
      allowed: [{ database: "FIRN_OPS", schema: "GOVERNANCE", name: "ROBOT_ADDRESSES" }],
    }),
  ]);
  expect(users.map((each) => each.networkPolicy)).toEqual(["FIRN_ROBOT", undefined]);
});

test.each(["local", "small", "full", "prod", "managed"])(
  "stack %s: every service user is behind a policy",
  (stack) => {
    const platform = loadProject(stack);
    expect(platform.users.map((each) => each.networkPolicy)).not.toContain(undefined);
    expect(platform.users.map((each) => each.key)).toContain("bi_tool");
  },
);

test("the BI tool's own role sees nothing; its connections name a department's", () => {
  const platform = loadProject("local");
  const granted = platform.roleGrants.filter((grant) => "user" in grant.to && grant.to.user === "BI_TOOL");
  expect(granted.map((grant) => grant.role).sort()).toEqual([
    "ANALYST_CUSTOMER_SUCCESS",
    "ANALYST_ENGINEERING",
    "ANALYST_EXECUTIVE",
    "ANALYST_FINANCE",
    "ANALYST_PRODUCT",
    "ANALYST_SALES",
    "BI_TOOL",
  ]);
  expect(platform.grants.filter((grant) => grant.role === "BI_TOOL").map((grant) => grant.target)).toEqual([
    { on: "warehouse", name: "BI" },
  ]);
  expect(platform.roleGrants.filter((grant) => "role" in grant.to && grant.to.role === "BI_TOOL")).toEqual(
    [],
  );
});
