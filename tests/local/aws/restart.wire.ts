import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, GetRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type AwsEndpoint, startAws } from "../../../local/aws/start.ts";
import { inspectServices } from "../../../local/supervisor/service-record.ts";
import { stopServices } from "../../../local/supervisor/stop.ts";

let dir: string;
let aws: AwsEndpoint;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "firn-aws-"));
  aws = await startAws({ dir: join(dir, "aws") });
});
afterAll(async () => {
  await stopServices(join(dir, "services"));
  rmSync(dir, { recursive: true, force: true });
});

function clients(): { s3: S3Client; sqs: SQSClient; iam: IAMClient } {
  const config = { endpoint: aws.endpoint, region: aws.region, credentials: aws };
  return {
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sqs: new SQSClient(config),
    iam: new IAMClient(config),
  };
}

async function killAndRestart(): Promise<void> {
  const pid = inspectServices(join(dir, "services"))[0]!.pid;
  process.kill(pid, "SIGKILL");
  const before = aws.endpoint;
  aws = await startAws({ dir: join(dir, "aws") });
  expect(aws).toMatchObject({ reused: false, endpoint: before });
}

async function receive(url: string): Promise<Message[]> {
  const { sqs } = clients();
  const found = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
  return found.Messages ?? [];
}

test("whatever was acknowledged is there after a kill, the same to the byte", async () => {
  const { s3, sqs, iam } = clients();
  const bucket = "landing";
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }),
  );
  const queue = await sqs.send(
    new CreateQueueCommand({ QueueName: "events", Attributes: { VisibilityTimeout: "30" } }),
  );
  const url = queue.QueueUrl!;
  const attributes = async (): Promise<Record<string, string> | undefined> =>
    (await clients().sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] })))
      .Attributes;
  const arn = (await attributes())!["QueueArn"]!;
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: { QueueConfigurations: [{ QueueArn: arn, Events: ["s3:ObjectCreated:*"] }] },
    }),
  );
  await iam.send(
    new CreateRoleCommand({
      RoleName: "loader",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::landing/*" }],
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: "loader",
      PolicyName: "read",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::landing/*" }],
      }),
    }),
  );
  const big = Buffer.alloc(300_000, "abc\n");
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: "crm/a b+ü.json",
      Body: "small",
      Metadata: { origin: "crm" },
    }),
  );
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "crm/big.json", Body: big }));
  await s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: "crm/big.json", Body: Buffer.concat([big, big]) }),
  );
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "crm/a b+ü.json" }));
  const started = await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: "multi.bin" }));
  const part = { Bucket: bucket, Key: "multi.bin", UploadId: started.UploadId, PartNumber: 1 };
  const uploaded = await s3.send(new UploadPartCommand({ ...part, Body: big }));
  const open = await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: "later.bin" }));
  const openPart = { Bucket: bucket, Key: "later.bin", UploadId: open.UploadId, PartNumber: 1 };
  const openUploaded = await s3.send(new UploadPartCommand({ ...openPart, Body: big }));
  await s3.send(
    new CompleteMultipartUploadCommand({
      ...part,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: uploaded.ETag }] },
    }),
  );
  await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "by hand" }));

  const first = await receive(url);
  const handled = first.filter((message) => message.Body?.includes("crm%2F"));
  expect(handled).toHaveLength(3);
  for (const message of handled) {
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
  }
  const state = async (): Promise<unknown> => {
    const now = clients();
    return {
      buckets: (await now.s3.send(new ListBucketsCommand({}))).Buckets,
      versions: await now.s3
        .send(new ListObjectVersionsCommand({ Bucket: bucket }))
        .then(({ Versions, DeleteMarkers }) => ({ Versions, DeleteMarkers })),
      notification: (await now.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket })))
        .QueueConfigurations,
      role: (await now.iam.send(new GetRoleCommand({ RoleName: "loader" }))).Role,
      created: (await attributes())!["CreatedTimestamp"],
    };
  };
  const before = await state();
  const files = readdirSync(join(dir, "aws", "state", "objects")).length;

  await killAndRestart();

  expect(await state()).toEqual(before);
  const object = await clients().s3.send(new GetObjectCommand({ Bucket: bucket, Key: "crm/big.json" }));
  expect(Buffer.from(await object.Body!.transformToByteArray()).equals(Buffer.concat([big, big]))).toBe(true);
  const multi = await clients().s3.send(new GetObjectCommand({ Bucket: bucket, Key: "multi.bin" }));
  expect((await multi.Body!.transformToByteArray()).length).toBe(big.length);
  // What was received and not deleted comes again; what was deleted does not; nothing is sent twice by the replay.
  const again = await receive(url);
  expect(again.map((message) => message.MessageId).sort()).toEqual(
    first
      .filter((message) => !handled.includes(message))
      .map((message) => message.MessageId)
      .sort(),
  );
  // An upload that was open at the kill can be completed.
  await clients().s3.send(
    new CompleteMultipartUploadCommand({
      ...openPart,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: openUploaded.ETag }] },
    }),
  );
  expect(readdirSync(join(dir, "aws", "state", "objects"))).toHaveLength(files + 1);
});

test("a request torn by the kill is forgotten, the ones before it are not", async () => {
  const journal = join(dir, "aws", "state", "requests.jsonl");
  await clients().s3.send(new CreateBucketCommand({ Bucket: "kept" }));
  process.kill(inspectServices(join(dir, "services"))[0]!.pid, "SIGKILL");
  writeFileSync(journal, `${readFileSync(journal, "utf8")}{"seed":1,"time":2,"envi`);
  aws = await startAws({ dir: join(dir, "aws") });
  await clients().s3.send(new CreateBucketCommand({ Bucket: "after" }));
  await killAndRestart();
  const names = (await clients().s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name);
  expect(names).toEqual(expect.arrayContaining(["kept", "after"]));
});
