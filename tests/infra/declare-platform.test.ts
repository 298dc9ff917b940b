import { runtime } from "@pulumi/pulumi";
import { Provider } from "@pulumi/snowflake/provider.js";
import { Databases } from "../../infra/declare.ts";
import { declarePlatform } from "../../infra/declare-platform.ts";
import { isKnownType } from "../../infra/import-ids.ts";
import { quotedObject } from "../../infra/names.ts";
import type { Platform } from "../../infra/platform.ts";
import { loadProject } from "./sample.ts";

interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  provider: string;
}

/** Declares a platform against a pretended engine and returns every resource that it asked for. */
async function declare(platform: Platform): Promise<Declared[]> {
  const declared: Declared[] = [];
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider, custom }) => {
        if (custom) declared.push({ type, name, inputs, provider: provider?.split("::").at(-2) ?? "" });
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
  const outputs = declarePlatform(platform);
  await runtime.disconnect();
  expect(outputs.landingBucket).toBe(platform.landing!.bucket);
  return declared;
}

let platform: Platform;
let declared: Declared[];
afterAll(() => {
  delete process.env["SNOWFLAKE_PASSWORD"];
  delete process.env["KAFKA_BOOTSTRAP_SERVERS"];
});
beforeAll(async () => {
  process.env["SNOWFLAKE_PASSWORD"] = "not for the state";
  process.env["KAFKA_BOOTSTRAP_SERVERS"] = "b-1.example:9096, b-2.example:9096";
  platform = loadProject("local");
  declared = await declare(platform);
});

const of = (type: string) => declared.filter((one) => one.type === type);
const one = (type: string, name: string) => {
  const found = of(type).filter((resource) => resource.name === name);
  expect(found.map((resource) => resource.name)).toEqual([name]);
  return found[0]!;
};

describe("the program declares exactly what was planned", () => {
  const counts: [string, (platform: Platform) => number][] = [
    ["snowflake:index/database:Database", (p) => p.databases.length],
    ["snowflake:index/schema:Schema", (p) => p.schemas.length],
    ["snowflake:index/warehouse:Warehouse", (p) => p.warehouses.length],
    ["snowflake:index/resourceMonitor:ResourceMonitor", (p) => p.monitors.length],
    ["snowflake:index/accountRole:AccountRole", (p) => p.roles.length],
    ["snowflake:index/grantAccountRole:GrantAccountRole", (p) => p.roleGrants.length],
    ["snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole", (p) => p.grants.length],
    ["snowflake:index/serviceUser:ServiceUser", (p) => p.users.length],
    ["snowflake:index/table:Table", (p) => p.tables.length],
    ["snowflake:index/maskingPolicy:MaskingPolicy", (p) => p.governance.masks.length],
    ["snowflake:index/networkRule:NetworkRule", (p) => p.governance.networkRules.length],
    ["snowflake:index/networkPolicy:NetworkPolicy", (p) => p.governance.networkPolicies.length],
    ["snowflake:index/rowAccessPolicy:RowAccessPolicy", (p) => p.governance.rowPolicies.length],
    ["snowflake:index/tag:Tag", (p) => p.governance.tags.length],
    ["snowflake:index/tagAssociation:TagAssociation", (p) => p.governance.associations.length],
    ["snowflake:index/pipe:Pipe", (p) => p.pipes.length],
    ["snowflake:index/streamOnTable:StreamOnTable", (p) => p.streams.length],
    ["snowflake:index/task:Task", (p) => p.tasks.length],
    ["snowflake:index/view:View", (p) => p.views.length],
    ["snowflake:index/stage:Stage", (p) => p.stages.length],
    ["snowflake:index/fileFormat:FileFormat", (p) => p.fileFormats.length],
    ["snowflake:index/storageIntegration:StorageIntegration", (p) => p.integrations.length],
    ["snowflake:index/alert:Alert", (p) => p.alerts.length],
    [
      "snowflake:index/emailNotificationIntegration:EmailNotificationIntegration",
      (p) => p.notifications.filter((each) => each.kind === "mail").length,
    ],
    ["aws:appflow/flow:Flow", (p) => p.flows.length],
    ["kafka:index/topic:Topic", (p) => p.topics.length],
    ["kafka:index/acl:Acl", (p) => p.acls.length],
  ];
  test.each(counts)("%s", (type, count) => {
    expect(of(type)).toHaveLength(count(platform));
    expect(count(platform)).toBeGreaterThan(0);
  });

  test("and nothing else", () => {
    const planned = new Set(counts.map(([type]) => type));
    expect([...new Set(declared.map((one) => one.type).filter((type) => !planned.has(type)))].sort()).toEqual(
      [
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketNotification:BucketNotification",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
        "pulumi:providers:kafka",
        "pulumi:providers:snowflake",
        "snowflake:index/execute:Execute",
      ],
    );
  });
});

test("of every kind it is known how one is found again, or that it may be made twice", () => {
  const types = new Set(declared.map((one) => one.type).filter((type) => !type.startsWith("pulumi:")));
  expect([...types].filter((type) => !isKnownType(type))).toEqual([]);
});

describe("compute", () => {
  test("a warehouse suspends, starts suspended, has timeouts and its monitor", () => {
    expect(one("snowflake:index/warehouse:Warehouse", "transform").inputs).toMatchObject({
      name: "TRANSFORM",
      warehouseSize: "XSMALL",
      autoSuspend: 60,
      autoResume: "true",
      initiallySuspended: true,
      statementTimeoutInSeconds: 1800,
      resourceMonitor: "TRANSFORM",
    });
  });

  test("a monitor notifies, suspends and suspends at once", () => {
    expect(one("snowflake:index/resourceMonitor:ResourceMonitor", "account").inputs).toMatchObject({
      creditQuota: 60,
      notifyTriggers: [50, 80],
      suspendTrigger: 95,
      suspendImmediateTrigger: 100,
    });
    expect(one("snowflake:index/execute:Execute", "account-monitor").inputs).toMatchObject({
      execute: 'ALTER ACCOUNT SET RESOURCE_MONITOR = "ACCOUNT"',
      revert: "ALTER ACCOUNT UNSET RESOURCE_MONITOR",
    });
  });
});

describe("who does what", () => {
  test.each([
    ["snowflake:index/resourceMonitor:ResourceMonitor", "accountadmin"],
    ["snowflake:index/warehouse:Warehouse", "accountadmin"],
    ["snowflake:index/storageIntegration:StorageIntegration", "accountadmin"],
    ["snowflake:index/accountRole:AccountRole", "securityadmin"],
    ["snowflake:index/serviceUser:ServiceUser", "securityadmin"],
    ["snowflake:index/maskingPolicy:MaskingPolicy", "securityadmin"],
    ["snowflake:index/tag:Tag", "securityadmin"],
    ["snowflake:index/rowAccessPolicy:RowAccessPolicy", "securityadmin"],
    ["snowflake:index/networkRule:NetworkRule", "securityadmin"],
    ["snowflake:index/networkPolicy:NetworkPolicy", "securityadmin"],
    ["snowflake:index/tagAssociation:TagAssociation", "sysadmin"],
    ["snowflake:index/table:Table", "sysadmin"],
    ["snowflake:index/pipe:Pipe", "loader"],
    ["snowflake:index/streamOnTable:StreamOnTable", "transformer"],
  ])("%s is made by %s", (type, provider) => {
    expect([...new Set(of(type).map((resource) => resource.provider))]).toEqual([provider]);
  });

  test("tasks of models are the transformer's, those that send back the activator's", () => {
    for (const task of platform.tasks)
      expect([task.key, one("snowflake:index/task:Task", task.key).provider]).toEqual([
        task.key,
        task.key.includes("activation") ? "activator" : "transformer",
      ]);
  });

  test("no password and no endpoint is an input of a provider", () => {
    for (const provider of of("pulumi:providers:snowflake"))
      expect(
        Object.keys(provider.inputs)
          .filter((key) => provider.inputs[key] !== undefined)
          .sort(),
      ).toEqual(["previewFeaturesEnabled", "role"]);
  });
});

describe("the landing zone", () => {
  test("only the integration's user with its external id may assume the role", () => {
    const policy = JSON.parse(String(one("aws:iam/role:Role", "snowflake").inputs["assumeRolePolicy"]));
    expect(policy.Statement).toEqual([
      {
        Effect: "Allow",
        Sid: "SnowflakeIntegration",
        Principal: { AWS: "arn:aws:iam::111111111111:user/snow" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": "EXT_1" } },
      },
    ]);
  });

  test("the bucket tells the pipes' queue of what lands under a prefix that a pipe reads, one by one", () => {
    const { queues } = one("aws:s3/bucketNotification:BucketNotification", "landing").inputs as {
      queues: { id: string; filterPrefix: string }[];
    };
    expect(queues).toContainEqual({
      id: "snowpipe-salesforce.account",
      queueArn: "arn:aws:sqs:us-east-1:111111111111:sf-snowpipe",
      events: ["s3:ObjectCreated:*"],
      filterPrefix: "salesforce/account/",
    });
    expect(queues).toHaveLength(platform.pipes.length);
    expect(of("aws:s3/bucketNotification:BucketNotification")).toHaveLength(1);
  });

  test("AppFlow writes the folders of its flows and reads the batches, for this account alone", () => {
    const statements = (bucket: string) =>
      (
        JSON.parse(String(one("aws:s3/bucketPolicy:BucketPolicy", bucket).inputs["policy"])) as {
          Statement: { Sid: string; Resource: string[]; Condition: object }[];
        }
      ).Statement;
    const writes = statements("landing").find((statement) => statement.Sid === "AppFlowWrites")!;
    expect(writes.Resource).toContain("arn:aws:s3:::firn-local-landing/salesforce/account/*");
    expect(writes.Condition).toEqual({
      StringEquals: { "aws:SourceAccount": platform.landing!.awsAccountId },
    });
    const reads = statements("outbound").find((statement) => statement.Sid === "AppFlowReads")!;
    expect(reads.Resource).toEqual(
      platform.activations.map((activation) => `arn:aws:s3:::firn-local-outbound/${activation.key}/*`),
    );
  });

  test("Snowflake may write batches to the outbound bucket, and only read the landing bucket", () => {
    const actions = (name: string) =>
      (
        JSON.parse(String(one("aws:iam/rolePolicy:RolePolicy", name).inputs["policy"])) as {
          Statement: { Action: string[] }[];
        }
      ).Statement.flatMap((statement) => statement.Action);
    expect(actions("write-outbound")).toContain("s3:PutObject");
    expect(actions("read").filter((action) => /Put|Delete/.test(action))).toEqual([]);
  });

  test("plain HTTP is refused", () => {
    const policy = JSON.parse(String(one("aws:s3/bucketPolicy:BucketPolicy", "landing").inputs["policy"]));
    expect(policy.Statement[0]).toMatchObject({
      Effect: "Deny",
      Principal: "*",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  });
});

describe("streams and tasks", () => {
  test("every stream begins with the rows that are there, and raw ones are append-only", () => {
    for (const stream of platform.streams) {
      const { inputs } = one("snowflake:index/streamOnTable:StreamOnTable", stream.key);
      expect(inputs).toMatchObject({
        table: quotedObject(stream.table),
        showInitialRows: "true",
        appendOnly: stream.source.startsWith("raw.") ? "true" : "false",
      });
    }
  });

  test("a root has a schedule, the others predecessors; none has both", () => {
    for (const task of platform.tasks) {
      const { inputs } = one("snowflake:index/task:Task", task.key);
      expect([inputs["schedule"] !== undefined, inputs["afters"] !== undefined]).toEqual(
        task.schedule === undefined ? [false, true] : [true, false],
      );
    }
  });
});

test.each([
  ["prod", true],
  ["managed", true],
  ["local", false],
])("stack %s: what holds data is protected: %s", async (stack, wanted) => {
  const plan = loadProject(stack);
  await runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: () => ({}),
  });
  const databases = new Databases(plan, new Provider("sysadmin", { role: "SYSADMIN" }));
  const made = [databases.database(plan.databases[0]!.name), databases.schema(plan.schemas[0]!)];
  expect(made.map((resource) => (resource as unknown as { __protect: boolean }).__protect)).toEqual([
    wanted,
    wanted,
  ]);
  await runtime.disconnect();
});
