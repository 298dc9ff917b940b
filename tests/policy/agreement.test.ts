// The same platform judged twice: by `firn review`, from the program's data, and by the engine's pack, from the resources
// that the program declares.

import { runtime } from "@pulumi/pulumi";
import { declarePlatform } from "../../infra/declare-platform.ts";
import type { Platform } from "../../infra/platform.ts";
import { evaluate } from "../../policy/evaluate.ts";
import { automationOf, columnsOf, subjectsOf } from "../../policy/from-platform.ts";
import { type EngineResource, subjectsOfStack } from "../../policy/from-resources.ts";
import { maskedByResources } from "../../policy/masked-columns.ts";
import { readPolicyConfig } from "../../policy/read-config.ts";
import { RULES } from "../../policy/rules/index.ts";
import { loadProject, ROOT } from "../infra/sample.ts";

const TODAY = "2026-11-28";
/** No resource tells these: which resources an update replaces, which roles are access roles (policy/README.md). */
const REVIEW_ONLY = ["declared-replacement", "users-get-functional-roles"];
/** No data tell these: what the declaration makes of buckets and IAM documents without a choice. */
const ENGINE_ONLY = ["bucket-closed", "iam-no-wildcards"];

interface Registration {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getProtect(): boolean;
}

/** Every resource that the program declares, as the engine shows it to a pack. */
async function resourcesOf(platform: Platform): Promise<EngineResource[]> {
  const declared: EngineResource[] = [];
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        if (custom) declared.push({ type, name, props: inputs as Record<string, unknown>, protect: false });
        const outputs = {
          storageAwsIamUserArn: "arn:aws:iam::111111111111:user/snow",
          storageAwsExternalId: "EXT_1",
          notificationChannel: "arn:aws:sqs:us-east-1:111111111111:sf-snowpipe",
        };
        return { id: `${name}-id`, state: { ...outputs, ...inputs } };
      },
      call: ({ inputs }) => inputs,
    },
    "firn",
    platform.stack,
  );
  // A mock is not told of protection; the request for the resource is.
  const asked = new Map<string, boolean>();
  const monitor = runtime.getMonitor() as unknown as {
    registerResource(request: Registration, ...rest: unknown[]): unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    if (request.getCustom()) asked.set(`${request.getType()} ${request.getName()}`, request.getProtect());
    return register(request, ...rest);
  };
  declarePlatform(platform);
  await runtime.disconnect();
  return declared.map((each) => ({ ...each, protect: asked.get(`${each.type} ${each.name}`) === true }));
}

type Told = [string, string][];

/** What both say, as rule and resource, apart from what only one of them can know. */
async function judgements(platform: Platform): Promise<{ review: Told; pack: Told }> {
  const config = readPolicyConfig(ROOT, platform.stack);
  const resources = await resourcesOf(platform);
  const told = (subjects: Parameters<typeof evaluate>[0], not: string[]): Told =>
    evaluate(subjects, config, TODAY)
      .filter(({ rule }) => !not.includes(rule))
      .map(({ rule, resource }): [string, string] => [rule, resource])
      .sort();
  return {
    review: told(subjectsOf(platform), REVIEW_ONLY),
    pack: told(
      [
        ...subjectsOfStack(resources),
        ...columnsOf(platform, maskedByResources(resources)),
        ...automationOf(platform),
      ],
      ENGINE_ONLY,
    ),
  };
}

/** What a deployment of the stack has in its environment. */
const ENVIRONMENT = {
  SNOWFLAKE_PASSWORD: "not for the state",
  KAFKA_BOOTSTRAP_SERVERS: "b-1.example:9096",
  SLACK_WEBHOOK_SECRET: "secret",
};
beforeAll(() => Object.assign(process.env, ENVIRONMENT));
afterAll(() => {
  for (const name of Object.keys(ENVIRONMENT)) delete process.env[name];
});

const first = <T>(list: T[]): T => list[0] as T;

/** One way to break each rule that both judge. */
const BREAKS: Record<string, (platform: Platform) => void> = {
  "warehouse-auto-suspend": ({ warehouses }) => Object.assign(first(warehouses), { autoSuspend: 0 }),
  "warehouse-size": ({ warehouses }) => Object.assign(first(warehouses), { size: "X4LARGE" }),
  "warehouse-timeout": ({ warehouses }) => Object.assign(first(warehouses), { statementTimeout: 86_400 }),
  "warehouse-monitor": ({ warehouses }) => Object.assign(warehouses[1] ?? {}, { monitor: undefined }),
  "warehouse-owner": ({ warehouses }) => Object.assign(warehouses[2] ?? {}, { key: "nobody" }),
  "monitor-suspends": ({ monitors }) => Object.assign(first(monitors), { suspend: 0, suspendImmediate: 0 }),
  "serverless-cap": ({ tasks }) => Object.assign(first(tasks), { warehouse: "" }),
  "stateful-protected": (platform) => Object.assign(platform, { protect: false }),
  "no-public-grants": ({ grants }) => Object.assign(first(grants), { role: "PUBLIC" }),
  "no-public-roles": ({ roleGrants }) => Object.assign(first(roleGrants), { to: { role: "PUBLIC" } }),
  "no-account-admin": ({ roleGrants }) => Object.assign(roleGrants[1] ?? {}, { role: "ACCOUNTADMIN" }),
  "service-user-login": ({ users }) => Object.assign(first(users), { publicKey: "" }),
  "service-user-network": ({ users }) => Object.assign(first(users), { networkPolicy: undefined }),
  "acl-no-wildcards": ({ acls }) => Object.assign(first(acls), { principal: "User:*" }),
  "automation-role": ({ automation }) => Object.assign(automation, { objects: "ACCOUNTADMIN" }),
  "personal-data-masked": (platform) => {
    for (const relation of [...platform.tables, ...platform.views])
      for (const column of relation.columns) delete column.masking;
    for (const tag of platform.governance.tags) tag.masks = [];
  },
};

test("every rule is broken here, or told why only one of the two can judge it", () => {
  // A grant of the program's data has a role and nothing else, so that none can be to a user.
  const never = ["no-user-grants"];
  expect([...Object.keys(BREAKS), ...REVIEW_ONLY, ...ENGINE_ONLY, ...never].sort()).toEqual(
    RULES.map((rule) => rule.name).sort(),
  );
});

test("neither the pack nor the review says anything against the production stack", async () => {
  const { review, pack } = await judgements(loadProject("prod"));
  expect(review).toEqual([]);
  expect(pack).toEqual([]);
}, 60_000);

test("the pack and the review say the same of the same things where every rule is broken", async () => {
  const platform = structuredClone(loadProject("prod"));
  for (const break_ of Object.values(BREAKS)) break_(platform);
  const { review, pack } = await judgements(platform);
  expect([...new Set(review.map(([rule]) => rule))].sort()).toEqual(Object.keys(BREAKS).sort());
  expect(pack).toEqual(review);
}, 60_000);
