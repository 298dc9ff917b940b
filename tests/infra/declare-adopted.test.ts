import { runtime } from "@pulumi/pulumi";
import { Provider } from "@pulumi/snowflake/provider.js";
import { planAdopted } from "../../infra/adopted/plan.ts";
import { readAdopted } from "../../infra/adopted/read.ts";
import { Adopted, inputsOf } from "../../infra/declare-adopted.ts";
import { Problems } from "../../infra/errors.ts";

const DEFINITIONS = readAdopted(
  "infra/adopted/prod.yaml",
  `
warehouses:
  LEGACY: { size: MEDIUM, autoSuspend: 300, autoResume: false, parameters: { STATEMENT_TIMEOUT_IN_SECONDS: 3600 } }
monitors:
  LIMIT: { credits: 50, frequency: MONTHLY, suspend: 100 }
databases:
  LEGACY: { parameters: { LOG_LEVEL: INFO } }
schemas:
  LEGACY: { FINANCE: { managedAccess: true } }
roles:
  ANALYST:
    grantedTo: { users: [BOB] }
    privileges: [{ on: schema, object: [LEGACY, FINANCE], privileges: [USAGE] }]
users:
  BOB: { defaultRole: ANALYST }
  ETL: { type: SERVICE, disabled: true }
`,
  new Problems(),
)!;

const declared: { type: string; name: string; inputs: Record<string, unknown>; provider: string }[] = [];
beforeAll(async () => {
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider, custom }) => {
        if (custom) declared.push({ type, name, inputs, provider: provider?.split("::").at(-2) ?? "" });
        return { id: `${name}-id`, state: inputs };
      },
      call: ({ inputs }) => inputs,
    },
    "firn",
    "prod",
  );
  new Adopted({
    platform: { ...planAdopted(DEFINITIONS), protect: true },
    account: new Provider("account", {}),
    security: new Provider("security", {}),
  });
  await runtime.disconnect();
});

const of = (type: string) => declared.filter((one) => one.type.endsWith(`:${type}`));

test("each is declared with what it was found with, and nothing else", () => {
  expect(of("Warehouse")).toEqual([
    {
      type: "snowflake:index/warehouse:Warehouse",
      name: "LEGACY",
      provider: "account",
      inputs: {
        name: "LEGACY",
        warehouseSize: "MEDIUM",
        autoSuspend: 300,
        autoResume: "false",
        minClusterCount: 1,
        maxClusterCount: 1,
        scalingPolicy: "STANDARD",
        enableQueryAcceleration: "false",
        statementTimeoutInSeconds: 3600,
      },
    },
  ]);
  expect(of("ResourceMonitor")[0]!.inputs).toEqual({
    name: "LIMIT",
    creditQuota: 50,
    frequency: "MONTHLY",
    startTimestamp: "IMMEDIATELY",
    suspendTrigger: 100,
  });
  expect(of("Database")[0]!.inputs).toEqual({ name: "LEGACY", isTransient: false, logLevel: "INFO" });
  expect(of("Schema")[0]!.inputs).toEqual({
    name: "FINANCE",
    database: "LEGACY",
    isTransient: "false",
    withManagedAccess: "true",
  });
});

test("people and services are users of their kinds; the security role declares them and their roles", () => {
  expect(of("User").map((one) => [one.name, one.inputs])).toEqual([
    ["BOB", { name: "BOB", disabled: "false", defaultRole: "ANALYST" }],
  ]);
  expect(of("ServiceUser").map((one) => one.inputs)).toEqual([{ name: "ETL", disabled: "true" }]);
  expect(of("GrantAccountRole").map((one) => one.inputs)).toEqual([{ roleName: "ANALYST", userName: "BOB" }]);
  expect([...of("User"), ...of("AccountRole")].map((one) => one.provider)).toEqual(["security", "security"]);
});

test("privileges are granted as they were found", () => {
  expect(of("GrantPrivilegesToAccountRole").map(({ provider, inputs }) => [provider, inputs])).toEqual([
    [
      "security",
      { accountRoleName: "ANALYST", privileges: ["USAGE"], onSchema: { schemaName: '"LEGACY"."FINANCE"' } },
    ],
  ]);
});

test("parameters are spelt as the SDK spells them", () => {
  expect(inputsOf({ S3_STAGE_VPCE_DNS_NAME: "", USER_TASK_TIMEOUT_MS: 1 })).toEqual({
    s3StageVpceDnsName: "",
    userTaskTimeoutMs: 1,
  });
});
