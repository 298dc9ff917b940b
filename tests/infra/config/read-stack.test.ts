import { readStackConfig } from "../../../infra/config/read-stack.ts";
import { formatProblem, Problems } from "../../../infra/errors.ts";
import { stackConfig, stackText } from "../sample.ts";

/** Problems of the local stack's file after one replacement, as the user sees them. */
function problemsAfter(from: string, to: string): string[] {
  const text = stackText("local");
  expect(text).toContain(from);
  const problems = new Problems();
  readStackConfig("Pulumi.local.yaml", text.replace(from, to), problems);
  return problems.list.map(formatProblem);
}

test.each(["local", "prod", "small"])("the stack %s is right", (stack) => {
  expect(stackConfig(stackText(stack)).warehouses["transform"]?.autoSuspend).toBeGreaterThan(0);
});

test("durations become seconds, and what is not said has its default", () => {
  const config = stackConfig();
  expect(config.warehouses["transform"]).toMatchObject({
    autoSuspend: 60,
    statementTimeout: 1800,
    queueTimeout: 600,
    maxClusters: 1,
  });
  expect(config.automation).toEqual({
    account: "ACCOUNTADMIN",
    security: "SECURITYADMIN",
    objects: "SYSADMIN",
  });
  expect(config.schedules["continuous"]).toEqual({ kind: "interval", minutes: 1 });
});

const WRONG: [string, string, string, RegExp][] = [
  [
    "a number without a unit",
    "autoSuspend: 60 seconds",
    "autoSuspend: 60",
    /^Pulumi\.local\.yaml:\d+:\d+: firn:warehouses\.transform\.autoSuspend: is not a duration \(given 60; allowed: a number and a unit/,
  ],
  [
    "a duration out of range",
    "autoSuspend: 60 seconds",
    "autoSuspend: 2 days",
    /autoSuspend: is out of range \(given "2 days"; allowed: "30 seconds" to "1 hour"\)/,
  ],
  [
    "a size that does not exist",
    "size: XSMALL",
    "size: TINY",
    /firn:warehouses\.transform\.size: .*given "TINY"; allowed: XSMALL, SMALL/,
  ],
  [
    "a key that does not exist",
    "autoSuspend:",
    "autosuspend:",
    /firn:warehouses\.transform\.autosuspend: is not a setting .*Did you mean "autoSuspend"\?/,
  ],
  ["a missing setting", "firn:region: aws.us-east-1", "", /firn:region: is missing/],
  [
    "an unknown edition",
    "enterprise",
    "gold",
    /firn:edition: .*allowed: standard, enterprise, business_critical/,
  ],
  [
    "a monitor without credits",
    "credits: 30",
    "credits: 0",
    /firn:monitors\.transform\.credits: is too small \(given 0; allowed: 1 or more\)/,
  ],
  [
    "a reference to nowhere",
    "monitor: bi",
    "monitor: by",
    /firn:warehouses\.bi\.monitor: names no monitor of this stack \(given "by"; allowed: account, transform, bi\)/,
  ],
  [
    "triggers in the wrong order",
    "suspend: 95, suspendImmediate: 100",
    "suspend: 95, suspendImmediate: 90",
    /firn:monitors\.account\.suspendImmediate: comes before suspend \(given 90; allowed: 95 or more\)/,
  ],
  ["a schedule that is none", "every 1 minute", "often", /firn:schedules\.continuous: is not a schedule/],
  [
    "an AWS account that is none",
    "landing: { ",
    'landing: { awsAccountId: "12", ',
    /firn:landing\.awsAccountId: .*twelve digits/,
  ],
  [
    "a text for a switch",
    "kafka: { enabled: true",
    'kafka: { enabled: "yes"',
    /firn:kafka\.enabled: .*allowed: a boolean/,
  ],
  [
    "two keys for one user",
    "{ publicKeyFile: .firn/local/keys/kafka_loader.pub, allowedFrom: [127.0.0.1] }",
    "{ publicKeyFile: a, publicKey: b }",
    /firn:serviceUsers\.kafka_loader: needs one key, given in one way/,
  ],
];

test.each(WRONG)("%s", (_, from, to, wanted) => {
  const problems = problemsAfter(from, to);
  expect(problems.join("\n")).toMatch(wanted);
});

test("the place is the key's own line", () => {
  const [problem] = problemsAfter("size: XSMALL", "size: TINY");
  const line =
    stackText("local")
      .split("\n")
      .findIndex((text) => text.includes("size: XSMALL")) + 1;
  expect(problem).toMatch(new RegExp(`^Pulumi\\.local\\.yaml:${line}:18: `));
});

test("clusters need the edition that has them", () => {
  const text = stackText("prod").replace("firn:edition: enterprise", "firn:edition: standard");
  const problems = new Problems();
  readStackConfig("Pulumi.prod.yaml", text, problems);
  expect(problems.list.map((problem) => problem.path).sort()).toEqual([
    "firn:timeTravelDays",
    "firn:warehouses.bi.maxClusters",
  ]);
  expect(problems.list.map((problem) => problem.message)).toEqual([
    "needs the enterprise edition",
    "needs the enterprise edition",
  ]);
});

test("a file that Pulumi's CLI has rewritten means the same", () => {
  const rewritten = stackText("prod")
    .replace("firn:protect: true", 'firn:protect: "true"')
    .replace("firn:timeTravelDays: 7", 'firn:timeTravelDays: "7"');
  expect(stackConfig(rewritten)).toEqual(stackConfig(stackText("prod")));
});

test("a file that is not YAML says where", () => {
  const problems = new Problems();
  readStackConfig("Pulumi.x.yaml", "config:\n  a: [1\n  b: 2\n", problems);
  expect(problems.list[0]).toMatchObject({ code: "CONFIG_FILE", line: expect.any(Number) });
});

test("a file without settings says so", () => {
  const problems = new Problems();
  readStackConfig("Pulumi.x.yaml", "encryptionsalt: v1\n", problems);
  expect(problems.list.map(formatProblem)).toEqual([
    'Pulumi.x.yaml: has no "config" section (allowed: a mapping)',
  ]);
});

describe("addresses that a service user logs in from", () => {
  const at = "allowedFrom: [127.0.0.1]";
  test.each([
    ["somewhere", /firn:serviceUsers\.kafka_loader\.allowedFrom\.0: is no range of IPv4 addresses/],
    ["10.0.0.0/33", /is no range of IPv4 addresses/],
    ["10.0.0.256", /is no range of IPv4 addresses/],
    ["10.0.0.0/08", /is no range of IPv4 addresses/],
    ["0.0.0.0/0", /is too wide to keep anybody out.*8 to 32/],
    ["203.0.113.77/24", /does not begin where its range does.*allowed: "203\.0\.113\.0\/24"/],
  ])("%s is refused", (given, wanted) => {
    expect(problemsAfter(at, `allowedFrom: ["${given}"]`).join("\n")).toMatch(wanted);
  });

  test.each(["203.0.113.7", "203.0.113.7/32", "203.0.113.0/24", "10.0.0.0/8"])("%s is taken", (given) => {
    expect(problemsAfter(at, `allowedFrom: ["${given}"]`)).toEqual([]);
  });
});
