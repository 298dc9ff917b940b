import { readdirSync } from "node:fs";
import { RULES } from "../../policy/rules/index.ts";
import type { Subject } from "../../policy/subject.ts";
import { findingsWith } from "./support.ts";

type Case = [rule: string, breaks: string, kind: Subject["kind"], over: object];

const ALLOW = {
  effect: "Allow",
  actions: ["s3:GetObject"],
  resources: ["arn"],
  principals: ["arn:aws:iam::1:user/x"],
  conditional: true,
};

const CASES: Case[] = [
  ["warehouse-auto-suspend", "never suspending", "warehouse", { autoSuspend: 0 }],
  ["warehouse-auto-suspend", "Snowflake's default", "warehouse", { autoSuspend: null }],
  ["warehouse-auto-suspend", "too long", "warehouse", { autoSuspend: 301 }],
  ["warehouse-auto-suspend", "too short", "warehouse", { autoSuspend: 29 }],
  ["warehouse-timeout", "Snowflake's default", "warehouse", { statementTimeout: null }],
  ["warehouse-timeout", "no limit", "warehouse", { statementTimeout: 0 }],
  ["warehouse-timeout", "too long", "warehouse", { statementTimeout: 7201 }],
  ["warehouse-monitor", "none of its own", "warehouse", { monitor: null }],
  ["warehouse-monitor", "one that is not declared", "warehouse", { monitor: "ELSEWHERE" }],
  ["monitor-suspends", "only notifying", "monitor", { suspends: false }],
  ["monitor-suspends", "without a quota", "monitor", { quota: null }],
  ["warehouse-owner", "nobody's", "warehouse", { key: "orphan" }],
  ["warehouse-size", "too large", "warehouse", { size: "XLARGE" }],
  ["warehouse-size", "too many clusters", "warehouse", { maxClusters: 3 }],
  ["warehouse-size", "not set", "warehouse", { size: null }],
  ["serverless-cap", "without a maximum size", "task", { maximumSize: null }],
  ["serverless-cap", "too large", "task", { maximumSize: "XLARGE" }],
  ["serverless-cap", "without a timeout", "task", { timeout: null }],
  ["serverless-cap", "with a long timeout", "task", { timeout: 90_000 }],
  ["no-account-admin", "granted to a role", "role grant", { role: "ACCOUNTADMIN", to: { role: "X" } }],
  ["automation-role", "assumed for objects", "automation", { role: "ACCOUNTADMIN" }],
  ["no-public-grants", "to everybody", "grant", { to: { role: "PUBLIC" } }],
  ["no-public-roles", "to everybody", "role grant", { to: { role: "PUBLIC" } }],
  ["no-user-grants", "to a user", "grant", { to: { user: "SOMEBODY" } }],
  ["users-get-functional-roles", "an access role", "role grant", { access: true }],
  ["service-user-login", "with a password", "user", { password: true }],
  ["service-user-login", "without a key", "user", { keyPair: false }],
  ["service-user-network", "from anywhere", "user", { networkPolicy: null }],
  ["personal-data-masked", "in clear", "column", { masked: false }],
  ["bucket-closed", "public", "bucket", { publicAccessBlocked: false }],
  ["bucket-closed", "not encrypted", "bucket", { encrypted: false }],
  ["bucket-closed", "plain HTTP", "bucket", { tlsOnly: false }],
  ["bucket-closed", "without versions", "bucket", { versioned: false }],
  ["iam-no-wildcards", "any action", "iam", { statements: [{ ...ALLOW, actions: ["s3:*"] }] }],
  ["iam-no-wildcards", "any resource", "iam", { statements: [{ ...ALLOW, resources: ["*"] }] }],
  [
    "iam-no-wildcards",
    "any principal",
    "iam",
    { statements: [{ ...ALLOW, principals: ["*"], conditional: false }] },
  ],
  ["acl-no-wildcards", "any principal", "acl", { principal: "User:*" }],
  ["acl-no-wildcards", "any resource", "acl", { resource: "*" }],
  ["acl-no-wildcards", "any operation", "acl", { operation: "All" }],
  ["stateful-protected", "not protected", "stateful", { protect: false }],
  ["declared-replacement", "not declared", "replacement", { name: "OPS.PIPELINE.OTHER" }],
];

describe("the rules", () => {
  test("are content with a compliant stack", () => {
    expect(findingsWith("warehouse", {})).toEqual([]);
  });

  test.each(CASES)("%s finds: %s", (rule, _breaks, kind, over) => {
    const findings = findingsWith(kind, over).filter((finding) => finding.rule === rule);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      resource: expect.any(String),
      message: expect.stringMatching(/\w{3}/),
      remedy: expect.stringMatching(/\w{3}/),
    });
  });

  test("are all tested, are one a file, and say what they are for", () => {
    expect(new Set(CASES.map(([rule]) => rule))).toEqual(new Set(RULES.map((rule) => rule.name)));
    const files = readdirSync(new URL("../../policy/rules/", import.meta.url)).filter(
      (file) => file !== "index.ts",
    );
    expect(files.sort()).toEqual(RULES.map((rule) => `${rule.name}.ts`).sort());
    for (const rule of RULES) expect(rule.description).toMatch(/^[A-Z].*\.$/);
  });

  test.each<[string, Subject["kind"], object]>([
    [
      "a Deny with wildcards",
      "iam",
      { statements: [{ ...ALLOW, effect: "Deny", actions: ["s3:*"], principals: ["*"] }] },
    ],
    ["a task on a warehouse", "task", { serverless: false, maximumSize: null, timeout: null }],
    ["a monitor that a preview does not know yet", "warehouse", { monitor: undefined }],
    ["a person without a key", "user", { service: false, keyPair: false, networkPolicy: null }],
    ["ACCOUNTADMIN for account objects", "automation", { key: "account", role: "ACCOUNTADMIN" }],
    ["a column that is not personal", "column", { personal: undefined, masked: false }],
  ])("pass by %s", (_case, kind, over) => {
    expect(findingsWith(kind, over)).toEqual([]);
  });
});
