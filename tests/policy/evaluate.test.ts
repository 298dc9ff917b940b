import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parsePolicyConfig } from "../../policy/config.ts";
import { evaluate } from "../../policy/evaluate.ts";
import { subjectsOf } from "../../policy/from-platform.ts";
import { configOf } from "../../policy/pack.ts";
import { PolicyConfigError, readPolicyConfig } from "../../policy/read-config.ts";
import { examplePlatform } from "../cost/support/example-platform.ts";
import { COMPLIANT, CONFIG, findingsWith, TODAY } from "./support.ts";

const waiver = {
  rule: "warehouse-size",
  resource: "warehouse TRANSFORM",
  owner: "finance",
  reason: "backfill",
  expires: TODAY,
};
const withWaiver = (over: object) => ({ ...CONFIG, waivers: [{ ...waiver, ...over }] });

describe("waivers", () => {
  test("hold to their last day, and show", () => {
    expect(findingsWith("warehouse", { size: "XLARGE" }, withWaiver({}))).toEqual([
      expect.objectContaining({
        rule: "warehouse-size",
        waiver: { owner: "finance", reason: "backfill", expires: TODAY },
      }),
    ]);
  });

  test("end the day after, and then say so", () => {
    const findings = findingsWith("warehouse", { size: "XLARGE" }, withWaiver({ expires: "2026-11-22" }));
    expect(findings).toEqual([
      expect.objectContaining({ rule: "warehouse-size", level: "mandatory", waiver: undefined }),
      expect.objectContaining({ level: "advisory", message: "the waiver of finance ran out on 2026-11-22" }),
    ]);
  });

  test("cover one rule on one resource only", () => {
    expect(
      findingsWith("warehouse", { size: "XLARGE", autoSuspend: 0 }, withWaiver({})).filter(
        (finding) => !finding.waiver,
      ),
    ).toEqual([expect.objectContaining({ rule: "warehouse-auto-suspend" })]);
  });

  test.each([
    ["names no rule", { rule: "no-such-rule" }, /does not exist/],
    ["is needed no more", {}, /nothing breaks the rule any more/],
  ])("that %s is told", (_case, over, message) => {
    expect(findingsWith("warehouse", {}, withWaiver(over))).toEqual([
      expect.objectContaining({ level: "advisory", message: expect.stringMatching(message) }),
    ]);
  });
});

describe("levels", () => {
  test("come from the configuration", () => {
    const level = (levels: object) =>
      findingsWith(
        "warehouse",
        { size: "XLARGE" },
        { ...CONFIG, ...parsePolicyConfig({ limits: {}, levels }), limits: CONFIG.limits },
      );
    expect(level({ "warehouse-size": "advisory" })[0]?.level).toBe("advisory");
    expect(level({ "warehouse-size": "disabled" })).toEqual([]);
  });
});

describe("the configuration", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "firn-policy-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (text: string): void => writeFileSync(join(folder, "Pulumi.prod.yaml"), text);

  test("is read from the stack's file, durations in words", () => {
    write(
      "config:\n  firn:region: x\n  policy:limits:\n    autoSuspend: { least: 1 minute, most: 10 minutes }\n",
    );
    expect(readPolicyConfig(folder, "prod").limits.autoSuspend).toEqual({ least: 60, most: 600 });
    expect(readPolicyConfig(folder, "nowhere").limits.autoSuspend).toEqual({ least: 30, most: 300 });
  });

  test.each([
    [
      "config:\n  policy:limits: { statementTimeout: soon }\n",
      /Pulumi.prod.yaml: policy:limits.statementTimeout: .*"soon" is no duration/,
    ],
    [
      "config:\n  policy:limits: { anyDepartment: { maxSize: HUGE, maxClusters: 1 } }\n",
      /policy:limits.anyDepartment.maxSize/,
    ],
    [
      "config:\n  policy:waivers: [{ rule: x, resource: y, owner: z, reason: w }]\n",
      /policy:waivers.0.expires/,
    ],
    ["config: [\n", /cannot be read/],
  ])("%j is refused with its place", (text, message) => {
    write(text);
    expect(() => readPolicyConfig(folder, "prod")).toThrow(PolicyConfigError);
    expect(() => readPolicyConfig(folder, "prod")).toThrow(message);
  });

  test("comes from the engine as JSON text", () => {
    const config = { "firn:region": "x", "policy:levels": '{"warehouse-size":"advisory"}' };
    expect(configOf({ config }).levels).toEqual({ "warehouse-size": "advisory" });
    expect(configOf({ config: {} }).waivers).toEqual([]);
  });
});

test("the example platform breaks only what it lacks", () => {
  const findings = evaluate(subjectsOf(examplePlatform()), CONFIG, TODAY);
  expect([...new Set(findings.map((finding) => finding.rule))].sort()).toEqual([
    "personal-data-masked",
    "service-user-network",
    "warehouse-monitor",
    "warehouse-owner",
  ]);
  expect(COMPLIANT.warehouse.kind).toBe("warehouse");
});
