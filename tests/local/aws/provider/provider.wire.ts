import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IAMClient, TagRoleCommand, UpdateRoleCommand } from "@aws-sdk/client-iam";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { HANDLERS } from "../../../../local/aws/provider/registry.ts";
import { type Properties, UNKNOWN } from "../../../../local/aws/provider/values.ts";
import { type AwsEndpoint, startAws } from "../../../../local/aws/start.ts";
import { inspectServices } from "../../../../local/supervisor/service-record.ts";
import { stopServices } from "../../../../local/supervisor/stop.ts";
import { type Resource, TestEngine } from "./engine.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const QUEUE = "aws:sqs/queue:Queue";
const ROLE = "aws:iam/role:Role";

let dir: string;
let aws: AwsEndpoint;
let engine: TestEngine;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "firn-provider-"));
  aws = await startAws({ dir: join(dir, "aws") });
  engine = await TestEngine.start({ AWS_ENDPOINT_URL: aws.endpoint, AWS_REGION: aws.region });
});
afterAll(async () => {
  await engine?.stop();
  await stopServices(join(dir, "services"));
  rmSync(dir, { recursive: true, force: true });
});

const policy = (action: string, resource = "*"): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: action, Resource: resource }],
  });
const trust = (id: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
        Condition: { StringEquals: { "sts:ExternalId": id } },
      },
    ],
  });
const resourcePolicy = (resource: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "s", Effect: "Allow", Principal: "*", Action: "*", Resource: resource }],
  });

const FLOW: Properties = {
  name: "case",
  triggerConfig: {
    triggerType: "Scheduled",
    triggerProperties: { scheduled: { scheduleExpression: "rate(1hours)", dataPullMode: "Incremental" } },
  },
  sourceFlowConfig: {
    connectorType: "S3",
    sourceConnectorProperties: {
      s3: { bucketName: "out", bucketPrefix: "score", s3InputFormatConfig: { s3InputFileType: "JSON" } },
    },
  },
  destinationFlowConfigs: [
    {
      connectorType: "Salesforce",
      connectorProfileName: "salesforce",
      destinationConnectorProperties: {
        salesforce: { object: "Score__c", writeOperationType: "UPSERT", idFieldNames: ["Key__c"] },
      },
    },
  ],
  tasks: [
    { taskType: "Filter", sourceFields: ["Key__c"], connectorOperators: [{ s3: "PROJECTION" }] },
    {
      taskType: "Map",
      sourceFields: ["Key__c"],
      destinationField: "Key__c",
      connectorOperators: [{ s3: "NO_OP" }],
      taskProperties: {},
    },
  ],
};

const CONNECTOR = {
  name: "case",
  kafkaconnectVersion: "3.7.x",
  capacity: { provisionedCapacity: { mcuCount: 1, workerCount: 1 } },
  connectorConfiguration: { "connector.class": "x.Sink", topics: "t" },
  kafkaCluster: {
    apacheKafkaCluster: {
      bootstrapServers: "b:9098",
      vpc: { securityGroups: ["sg-1"], subnets: ["subnet-1"] },
    },
  },
  kafkaClusterClientAuthentication: { authenticationType: "IAM" },
  kafkaClusterEncryptionInTransit: { encryptionType: "TLS" },
  plugins: [{ customPlugin: { arn: "arn:plugin", revision: 1 } }],
  serviceExecutionRoleArn: "arn:aws:iam::123456789012:role/connect",
  workerConfiguration: { arn: "arn:worker", revision: 1 },
  logDelivery: { workerLogDelivery: { cloudwatchLogs: { enabled: true, logGroup: "connect" } } },
} satisfies Properties;

interface Case {
  /** Inputs before and after an update in place. */
  first: Properties;
  second: Properties;
  /** Inputs with another value of a property that makes a new resource, and that property. */
  other?: [Properties, string];
}

/** One case for each type; `of` are the resources that they belong to. */
function cases(of: Record<string, Resource>): Record<string, Case> {
  const bucket = of["bucket"]!.id;
  const queue = of["queue"]!;
  const queueArn = String(queue.state["arn"]);
  const topic = of["topic"]!.id;
  const role = of["role"]!.id;
  const key = of["key"]!.id;
  const secondKey = of["secondKey"]!.id;
  return {
    [BUCKET]: {
      first: { bucket: "case-bucket", tags: { a: "1", b: "2" } },
      second: { bucket: "case-bucket", tags: { a: "1" }, forceDestroy: true },
      other: [{ bucket: "case-bucket-2", tags: { a: "1" } }, "bucket"],
    },
    "aws:s3/bucketVersioning:BucketVersioning": {
      first: { bucket, versioningConfiguration: { status: "Enabled" } },
      second: { bucket, versioningConfiguration: { status: "Suspended" } },
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
      first: { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      second: {
        bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key },
            bucketKeyEnabled: true,
          },
        ],
      },
    },
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
      first: { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true },
      second: { bucket, blockPublicAcls: true, restrictPublicBuckets: true },
    },
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
      first: { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      second: { bucket, rule: { objectOwnership: "BucketOwnerPreferred" } },
    },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
      first: {
        bucket,
        rules: [
          {
            id: "archive",
            status: "Enabled",
            filter: { prefix: "crm/" },
            transitions: [
              { days: 30, storageClass: "STANDARD_IA" },
              { days: 90, storageClass: "GLACIER" },
            ],
            noncurrentVersionExpiration: { noncurrentDays: 30 },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
          { id: "all", status: "Enabled", filter: {}, expiration: { days: 3650 } },
        ],
      },
      second: {
        bucket,
        rules: [
          {
            id: "archive",
            status: "Disabled",
            filter: { and: { prefix: "crm/", tags: { k: "v", l: "w" } } },
            transitions: [{ days: 60, storageClass: "GLACIER" }],
            noncurrentVersionTransitions: [{ noncurrentDays: 7, storageClass: "GLACIER" }],
          },
        ],
      },
    },
    "aws:s3/bucketNotification:BucketNotification": {
      first: { bucket, queues: [{ queueArn, events: ["s3:ObjectCreated:*"], filterPrefix: "crm/" }] },
      second: {
        bucket,
        queues: [
          { queueArn, events: ["s3:ObjectCreated:*"], filterPrefix: "crm/", filterSuffix: ".json" },
          { queueArn, events: ["s3:ObjectRemoved:*"], id: "removed" },
        ],
      },
    },
    "aws:s3/bucketPolicy:BucketPolicy": {
      first: { bucket, policy: resourcePolicy(`arn:aws:s3:::${bucket}/*`) },
      second: { bucket, policy: resourcePolicy(`arn:aws:s3:::${bucket}`) },
    },
    [ROLE]: {
      first: {
        name: "case-role",
        assumeRolePolicy: trust("one"),
        tags: { a: "1", b: "2" },
        description: "d",
      },
      second: {
        name: "case-role",
        assumeRolePolicy: trust("two"),
        tags: { a: "3" },
        maxSessionDuration: 7200,
      },
      other: [{ name: "case-role-2", assumeRolePolicy: trust("one") }, "name"],
    },
    "aws:iam/rolePolicy:RolePolicy": {
      first: { name: "case", role, policy: policy("s3:GetObject") },
      second: { name: "case", role, policy: policy("s3:ListBucket") },
      other: [{ name: "case-2", role, policy: policy("s3:GetObject") }, "name"],
    },
    [QUEUE]: {
      first: {
        name: "case-queue",
        visibilityTimeoutSeconds: 60,
        tags: { a: "1", b: "2" },
        redrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn, maxReceiveCount: 5 }),
      },
      second: {
        name: "case-queue",
        messageRetentionSeconds: 1209600,
        receiveWaitTimeSeconds: 5,
        tags: { a: "2" },
      },
      other: [{ name: "case-queue-2" }, "name"],
    },
    "aws:sqs/queuePolicy:QueuePolicy": {
      first: { queueUrl: queue.id, policy: resourcePolicy(queueArn) },
      second: { queueUrl: queue.id, policy: resourcePolicy("*") },
    },
    "aws:sns/topic:Topic": {
      first: { name: "case-topic", displayName: "one", tags: { a: "1", b: "2" } },
      second: { name: "case-topic", displayName: "two", tags: { a: "1" } },
      other: [{ name: "case-topic-2" }, "name"],
    },
    "aws:sns/topicSubscription:TopicSubscription": {
      first: { topic, protocol: "sqs", endpoint: queueArn, rawMessageDelivery: true },
      second: { topic, protocol: "sqs", endpoint: queueArn, filterPolicy: '{"kind":["a"]}' },
      other: [{ topic, protocol: "sqs", endpoint: `${queueArn}2` }, "endpoint"],
    },
    "aws:kms/key:Key": {
      first: {
        description: "one",
        enableKeyRotation: true,
        deletionWindowInDays: 7,
        tags: { a: "1", b: "2" },
      },
      second: { description: "two", tags: { a: "1" } },
    },
    "aws:appflow/flow:Flow": {
      first: { ...FLOW, description: "one", tags: { a: "1" } },
      second: {
        ...FLOW,
        description: "two",
        triggerConfig: {
          triggerType: "Scheduled",
          triggerProperties: {
            scheduled: { scheduleExpression: "rate(2hours)", dataPullMode: "Incremental" },
          },
        },
      },
      other: [{ ...FLOW, name: "case-2" }, "name"],
    },
    "aws:mskconnect/workerConfiguration:WorkerConfiguration": {
      first: { name: "case", propertiesFileContent: "a=b", description: "keys", tags: { a: "1" } },
      second: { name: "case", propertiesFileContent: "a=b", description: "keys", tags: { a: "2" } },
      other: [{ name: "case-2", propertiesFileContent: "a=b", description: "keys" }, "name"],
    },
    "aws:mskconnect/connector:Connector": {
      first: { ...CONNECTOR, tags: { a: "1" } },
      second: {
        ...CONNECTOR,
        capacity: { provisionedCapacity: { mcuCount: 2, workerCount: 1 } },
        connectorConfiguration: { ...CONNECTOR.connectorConfiguration, "tasks.max": "2" },
      },
      other: [{ ...CONNECTOR, name: "case-2" }, "name"],
    },
    "aws:kms/alias:Alias": {
      first: { name: "alias/case", targetKeyId: key },
      second: { name: "alias/case", targetKeyId: secondKey },
      other: [{ name: "alias/case-2", targetKeyId: key }, "name"],
    },
  };
}

describe("every type", () => {
  let all: Record<string, Case>;
  beforeAll(async () => {
    all = cases({
      bucket: await engine.create(BUCKET, "parent", {}),
      queue: await engine.create(QUEUE, "parent", {}),
      topic: await engine.create("aws:sns/topic:Topic", "parent", {}),
      role: await engine.create(ROLE, "parent", { assumeRolePolicy: trust("x") }),
      key: await engine.create("aws:kms/key:Key", "parent", {}),
      secondKey: await engine.create("aws:kms/key:Key", "parent2", {}),
    });
  });

  test.each(Object.keys(HANDLERS))("%s is made, kept, changed, imported and removed", async (type) => {
    const { first, second, other } = all[type]!;
    const made = await engine.create(type, "case", first);
    expect(made.id).not.toBe("");

    // What was just made, and what a refresh says of it, is what the program wants.
    expect(await engine.diff(made, first)).toMatchObject({ changed: [] });
    const refreshed = (await engine.refresh(made))!;
    expect(refreshed).toEqual(made);

    const change = await engine.diff(made, second);
    expect(change.changed).not.toEqual([]);
    expect(change.replaces).toEqual([]);
    const preview = await engine.update(made, second, true);
    for (const output of ["arn", "id", "url"]) expect(preview.state[output]).toEqual(made.state[output]);
    const changed = await engine.update(made, second);
    expect(await engine.diff(changed, second)).toMatchObject({ changed: [] });
    expect(await engine.refresh(changed)).toEqual(changed);
    // And back: what the second has not, is gone.
    expect((await engine.diff(changed, first)).changed).not.toEqual([]);
    const back = await engine.update(changed, first);
    expect(await engine.diff(back, first)).toMatchObject({ changed: [] });

    if (other) {
      const replaced = await engine.diff(back, other[0]);
      expect(replaced.replaces).toContain(other[1]);
      expect(replaced.deleteBeforeReplace).toBe(!["name", "bucket"].includes(other[1]));
    }

    const imported = (await engine.import(type, "case", made.id))!;
    expect(imported.inputs).not.toEqual({});
    expect(await engine.diff(imported, imported.inputs)).toMatchObject({ changed: [] });

    await engine.delete(back);
    if (type !== "aws:s3/bucketVersioning:BucketVersioning")
      expect(await engine.refresh(back)).toBeUndefined();
    await engine.delete(back);
  });
});

test("a name is drawn from the resource's, kept over updates, and the same for the same seed", async () => {
  const inputs = await engine.check(BUCKET, "Landing", {});
  expect(inputs["bucket"]).toMatch(/^landing-[0-9a-f]{7}$/);
  expect(await engine.check(BUCKET, "Landing", {}, { bucket: "earlier" })).toMatchObject({
    bucket: "earlier",
  });
  expect((await engine.check(QUEUE, "q", { fifoQueue: true }))["name"]).toMatch(/^q-[0-9a-f]{7}\.fifo$/);
});

test("a preview of something new knows the inputs and not the outputs", async () => {
  const preview = await engine.previewCreate(BUCKET, "new", { bucket: "planned" });
  expect(preview).toMatchObject({ bucket: "planned", arn: UNKNOWN });
});

test("an input that is not known yet is a change", async () => {
  const role = await engine.create(ROLE, "later", { assumeRolePolicy: trust("1") });
  expect((await engine.diff(role, { assumeRolePolicy: UNKNOWN })).changed).toEqual(["assumeRolePolicy"]);
});

test("a policy that is only written differently is no change", async () => {
  const role = await engine.create(ROLE, "worded", { assumeRolePolicy: trust("1") });
  const document = JSON.parse(trust("1")) as { Version: string; Statement: [Record<string, string>] };
  const [{ Action, ...statement }] = document.Statement;
  const worded = JSON.stringify({
    Statement: { ...statement, Action: [Action] },
    Version: document.Version,
  });
  expect(await engine.diff(role, { assumeRolePolicy: worded })).toMatchObject({ changed: [] });
  expect((await engine.diff(role, { assumeRolePolicy: trust("2") })).changed).toEqual(["assumeRolePolicy"]);
});

test("a policy may be an object, also one of which a part is not known yet", async () => {
  const document = JSON.parse(trust("1")) as Properties;
  const role = await engine.create(ROLE, "object", { assumeRolePolicy: document });
  expect(JSON.parse(String(role.state["assumeRolePolicy"]))).toEqual(document);
  expect(await engine.diff(role, { assumeRolePolicy: document })).toMatchObject({ changed: [] });
  const unknown = await engine.check(ROLE, "object", { assumeRolePolicy: { ...document, Id: UNKNOWN } });
  expect(unknown["assumeRolePolicy"]).toBe(UNKNOWN);
});

test("what somebody changed by hand is found by a refresh and put right by an update", async () => {
  const wanted = { assumeRolePolicy: trust("1"), tags: { owner: "data" } };
  const role = await engine.create(ROLE, "drifted", wanted);
  const iam = new IAMClient({ endpoint: aws.endpoint, region: aws.region, credentials: aws });
  await iam.send(new TagRoleCommand({ RoleName: role.id, Tags: [{ Key: "extra", Value: "1" }] }));
  await iam.send(new UpdateRoleCommand({ RoleName: role.id, Description: "by hand" }));
  const refreshed = (await engine.refresh(role))!;
  expect((await engine.diff(refreshed, wanted)).changed.sort()).toEqual(["description", "tags"]);
  const mended = await engine.update(refreshed, wanted);
  expect(mended.state).toEqual(role.state);
});

test("a bucket with objects is removed only when it says so", async () => {
  const s3 = new S3Client({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: aws,
    forcePathStyle: true,
  });
  const bucket = await engine.create(BUCKET, "full", {});
  await engine.create("aws:s3/bucketVersioning:BucketVersioning", "full", {
    bucket: bucket.id,
    versioningConfiguration: { status: "Enabled" },
  });
  for (const body of ["1", "2"])
    await s3.send(new PutObjectCommand({ Bucket: bucket.id, Key: "k", Body: body }));
  await expect(engine.delete(bucket)).rejects.toThrow(/BucketNotEmpty/);
  const forced = await engine.update(bucket, { forceDestroy: true });
  await engine.delete(forced);
  expect(await engine.refresh(forced)).toBeUndefined();
});

test("a bucket that exists is not taken over", async () => {
  await engine.create(BUCKET, "mine", { bucket: "taken-name" });
  await expect(engine.create(BUCKET, "other", { bucket: "taken-name" })).rejects.toThrow(
    "creating the S3 bucket taken-name: BucketAlreadyExists",
  );
});

test("another type, function or property is refused by its name", async () => {
  await expect(engine.create("aws:ec2/vpc:Vpc", "v", {})).rejects.toThrow(
    "aws:ec2/vpc:Vpc. It does: aws:appflow/flow:Flow",
  );
  await expect(engine.invoke("aws:ec2/getAmi:getAmi", {})).rejects.toThrow(
    "the function aws:ec2/getAmi:getAmi",
  );
  await expect(engine.check(BUCKET, "b", { versioning: { enabled: true } })).rejects.toThrow(
    "versioning; use aws.s3.BucketVersioning",
  );
  await expect(engine.check(ROLE, "r", {})).rejects.toThrow("assumeRolePolicy is required");
  await expect(engine.check(ROLE, "r", { assumeRolePolicy: "{" })).rejects.toThrow("is not a JSON document");
});

test("another type is stood in for where that is asked for, and its id says so", async () => {
  const lenient = await TestEngine.start({
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: aws.region,
    FIRN_AWS_UNSUPPORTED: "stand-in",
  });
  try {
    const type = "aws:glue/job:Job";
    const made = await lenient.create(type, "events", { name: "product-events", capacity: { mcu: 1 } });
    expect(made.id).toBe("not-executed-product-events");
    expect(made.state).toMatchObject({
      name: "product-events",
      capacity: { mcu: 1 },
      arn: "arn:aws:glue:us-east-1:123456789012:not-executed-product-events",
    });
    expect((await lenient.diff(made, { name: "product-events", capacity: { mcu: 1 } })).changed).toEqual([]);
    expect((await lenient.diff(made, { name: "product-events", capacity: { mcu: 2 } })).changed).toEqual([
      "capacity",
    ]);
    expect(await lenient.refresh(made)).toMatchObject({ id: made.id, state: made.state });
    await lenient.delete(made);
    await expect(lenient.create("gcp:storage/bucket:Bucket", "b", {})).rejects.toThrow("gcp:storage");
  } finally {
    await lenient.stop();
  }
});

test("functions", async () => {
  expect(await engine.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})).toMatchObject({
    accountId: "123456789012",
  });
  expect(await engine.invoke("aws:index/getRegion:getRegion", {})).toMatchObject({ region: "us-east-1" });
  const document = await engine.invoke("aws:iam/getPolicyDocument:getPolicyDocument", {
    statements: [
      {
        actions: ["s3:GetObject", "s3:ListBucket"],
        resources: ["arn:aws:s3:::b"],
        principals: [{ type: "AWS", identifiers: ["arn:1"] }],
        conditions: [{ test: "StringEquals", variable: "sts:ExternalId", values: ["x"] }],
      },
    ],
  });
  expect(JSON.parse(String(document["json"]))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:ListBucket"],
        Resource: "arn:aws:s3:::b",
        Principal: { AWS: "arn:1" },
        Condition: { StringEquals: { "sts:ExternalId": "x" } },
      },
    ],
  });
});

test("tags of the provider's configuration are given to everything, and are no change of a resource", async () => {
  const tagging = await TestEngine.start(
    { AWS_ENDPOINT_URL: aws.endpoint },
    { region: "us-east-1", defaultTags: JSON.stringify({ tags: { team: "data" } }) },
  );
  try {
    const queue = await tagging.create(QUEUE, "tagged", { tags: { a: "1" } });
    expect(queue.state).toMatchObject({ tags: { a: "1" }, tagsAll: { a: "1", team: "data" } });
    expect(await tagging.diff(queue, { tags: { a: "1" } })).toMatchObject({ changed: [] });
    expect(await tagging.refresh(queue)).toEqual(queue);
    expect((await engine.diff(queue, { tags: { a: "1" } })).changed).toEqual(["tagsAll"]);
  } finally {
    await tagging.stop();
  }
});

test("an endpoint that is not of this machine is refused", async () => {
  await expect(TestEngine.start({ AWS_ENDPOINT_URL: "https://s3.amazonaws.com" })).rejects.toThrow(
    "https://s3.amazonaws.com is not on this machine",
  );
  await expect(TestEngine.start({ AWS_ENDPOINT_URL: "" })).rejects.toThrow("set AWS_ENDPOINT_URL");
});

test("a kill of the endpoint is no change of any resource", async () => {
  const kept: [Resource, Properties][] = [];
  for (const [type, inputs] of [
    [BUCKET, { tags: { a: "1" } }],
    [QUEUE, { visibilityTimeoutSeconds: 90 }],
    [ROLE, { assumeRolePolicy: trust("kept") }],
    ["aws:kms/key:Key", { enableKeyRotation: true }],
    ["aws:sns/topic:Topic", { displayName: "kept" }],
    ["aws:appflow/flow:Flow", { ...FLOW, name: "kept" }],
    ["aws:mskconnect/connector:Connector", { ...CONNECTOR, name: "kept" }],
  ] as const) {
    kept.push([await engine.create(type, "kept", inputs), inputs]);
  }
  const bucket = kept[0]![0].id;
  const notification: Properties = {
    bucket,
    queues: [{ queueArn: kept[1]![0].state["arn"]!, events: ["s3:ObjectCreated:*"] }],
  };
  kept.push([
    await engine.create("aws:s3/bucketNotification:BucketNotification", "kept", notification),
    notification,
  ]);

  process.kill(inspectServices(join(dir, "services"))[0]!.pid, "SIGKILL");
  aws = await startAws({ dir: join(dir, "aws") });

  for (const [resource, inputs] of kept) {
    const refreshed = await engine.refresh(resource);
    expect(refreshed).toEqual(resource);
    expect(await engine.diff(refreshed!, inputs)).toMatchObject({ changed: [] });
  }
});
