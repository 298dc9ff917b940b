/** Outbound flows, declared at the endpoint's AppFlow as any client would, run against the generated CRM. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AppflowClient,
  CreateFlowCommand,
  DescribeFlowCommand,
  StopFlowCommand,
} from "@aws-sdk/client-appflow";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type AwsEndpoint, startAws } from "../../../local/aws/start.ts";
import { Crm } from "../../../local/flows/crm.ts";
import { runOutboundFlows } from "../../../local/flows/run-outbound.ts";
import { stopServices } from "../../../local/supervisor/stop.ts";

const AT = "2026-03-03T23:59:59.999+0000";
let dir: string;
let aws: AwsEndpoint;
let s3: S3Client;
let appflow: AppflowClient;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "firn-flows-"));
  aws = await startAws({ dir: join(dir, "aws") });
  const config = { endpoint: aws.endpoint, region: aws.region, credentials: aws };
  s3 = new S3Client({ ...config, forcePathStyle: true });
  appflow = new AppflowClient(config);
  await s3.send(new CreateBucketCommand({ Bucket: "outbound" }));
  const task = (field: string) => ({
    taskType: "Map" as const,
    sourceFields: [field],
    destinationField: field,
    connectorOperator: { S3: "NO_OP" as const },
  });
  await appflow.send(
    new CreateFlowCommand({
      flowName: "score",
      triggerConfig: {
        triggerType: "Scheduled",
        triggerProperties: { Scheduled: { scheduleExpression: "rate(1hours)", dataPullMode: "Incremental" } },
      },
      sourceFlowConfig: {
        connectorType: "S3",
        sourceConnectorProperties: {
          S3: {
            bucketName: "outbound",
            bucketPrefix: "score",
            s3InputFormatConfig: { s3InputFileType: "JSON" },
          },
        },
      },
      destinationFlowConfigList: [
        {
          connectorType: "Salesforce",
          connectorProfileName: "salesforce",
          destinationConnectorProperties: {
            Salesforce: {
              object: "Score__c",
              writeOperationType: "UPSERT",
              idFieldNames: ["Key__c"],
              errorHandlingConfig: { bucketName: "outbound", bucketPrefix: "_errors/score" },
            },
          },
        },
      ],
      tasks: [task("Key__c"), task("Score__c")],
    }),
  );
});
afterAll(async () => {
  await stopServices(join(dir, "services"));
  rmSync(dir, { recursive: true, force: true });
});

const put = (key: string, ...records: object[]) =>
  s3.send(
    new PutObjectCommand({
      Bucket: "outbound",
      Key: key,
      Body: records.map((one) => `${JSON.stringify(one)}\n`).join(""),
    }),
  );
const open = () => new Crm(join(dir, "crm.json"), () => undefined);
const run = (crm = open()) =>
  runOutboundFlows({ endpoint: aws.endpoint, region: aws.region, credentials: aws, crm, at: AT });
const scores = () =>
  Object.fromEntries((open().written()["Score__c"] ?? []).map((one) => [one.fields["Key__c"], one.fields]));

test("a flow reads each file once, and sends the fields that its tasks map", async () => {
  await put("score/1.json", { Key__c: "a", Score__c: 1, Other__c: "x" }, { Key__c: "b", Score__c: 2 });
  await put("score_of_another/1.json", { Key__c: "z" });
  expect(await run()).toEqual([
    { flow: "score", object: "Score__c", files: 1, read: 2, accepted: 2, refused: 0 },
  ]);
  expect((await run())[0]!.files).toBe(0);
  expect(scores()).toEqual({ a: { Key__c: "a", Score__c: 1 }, b: { Key__c: "b", Score__c: 2 } });
});

test("a batch that is written again, or read again after a kill, leaves the records as they are", async () => {
  const before = scores();
  await put("score/1.json", { Key__c: "a", Score__c: 1 }, { Key__c: "b", Score__c: 2 });
  await run();
  const crm = open();
  crm.flow("score").files = {};
  await run(crm);
  expect(scores()).toEqual(before);
});

test("a refused record is kept with the reason, and the others are taken", async () => {
  await put("score/2.json", { Score__c: 9 }, { Key__c: "c", Score__c: 3 });
  expect((await run())[0]).toMatchObject({ files: 1, refused: 1 });
  const kept = await s3.send(new GetObjectCommand({ Bucket: "outbound", Key: "_errors/score/2.json" }));
  expect(JSON.parse(await kept.Body!.transformToString())).toMatchObject({
    record: { Score__c: 9 },
    error: { code: "MISSING_ARGUMENT" },
  });
  expect(scores()["c"]).toEqual({ Key__c: "c", Score__c: 3 });
});

test("a scheduled flow is a draft until it is started, and one that is stopped does not run", async () => {
  const status = async () => (await appflow.send(new DescribeFlowCommand({ flowName: "score" }))).flowStatus;
  expect(await status()).toBe("Active");
  await appflow.send(new StopFlowCommand({ flowName: "score" }));
  await put("score/3.json", { Key__c: "d", Score__c: 4 });
  expect(await run()).toEqual([]);
  expect(scores()["d"]).toBeUndefined();
});

test("an operation that is not done here is refused by name", async () => {
  const { CancelFlowExecutionsCommand } = await import("@aws-sdk/client-appflow");
  await expect(appflow.send(new CancelFlowExecutionsCommand({ flowName: "score" }))).rejects.toThrow(
    "/cancel-flow-executions is not done by this endpoint",
  );
});
