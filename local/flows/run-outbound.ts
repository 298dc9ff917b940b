/**
 * Runs the outbound flows that the endpoint's AppFlow has been told of: files of a bucket to records of the CRM, by the
 * flow's own definition. It knows nothing of what made the files.
 */
import {
  AppflowClient,
  DescribeFlowCommand,
  type DescribeFlowCommandOutput,
  ListFlowsCommand,
  StartFlowCommand,
} from "@aws-sdk/client-appflow";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Json } from "../data/source.ts";
import type { Crm, Refused } from "./crm.ts";

export interface RunOptions {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  crm: Crm;
  /** When records are written, in Salesforce's form. */
  at: string;
  signal?: AbortSignal;
}

export interface FlowRun {
  flow: string;
  object: string;
  /** In this run. */
  files: number;
  /** Since the flow exists. */
  read: number;
  accepted: number;
  refused: number;
}

/** Resolves when every file that is there has been read. A file is done with the write of its records, or not at all. */
export async function runOutboundFlows(options: RunOptions): Promise<FlowRun[]> {
  const { endpoint, region, credentials } = options;
  const appflow = new AppflowClient({ endpoint, region, credentials });
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  try {
    const runs: FlowRun[] = [];
    for (const name of await flowNames(appflow)) {
      options.signal?.throwIfAborted();
      const flow = await appflow.send(new DescribeFlowCommand({ flowName: name }));
      if (flow.destinationFlowConfigList?.[0]?.destinationConnectorProperties?.Salesforce === undefined)
        continue;
      // A scheduled flow runs from when it is started.
      if (flow.flowStatus === "Draft") await appflow.send(new StartFlowCommand({ flowName: name }));
      if (flow.flowStatus === "Suspended") continue;
      runs.push(await runFlow(flow, s3, options));
    }
    return runs;
  } finally {
    appflow.destroy();
    s3.destroy();
  }
}

async function flowNames(appflow: AppflowClient): Promise<string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await appflow.send(new ListFlowsCommand({ maxResults: 100, nextToken }));
    names.push(...(page.flows ?? []).map((flow) => flow.flowName!));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return names.sort();
}

async function runFlow(flow: DescribeFlowCommandOutput, s3: S3Client, options: RunOptions): Promise<FlowRun> {
  const { crm } = options;
  const name = flow.flowName!;
  const source = flow.sourceFlowConfig?.sourceConnectorProperties?.S3;
  const target = flow.destinationFlowConfigList![0]!.destinationConnectorProperties!.Salesforce!;
  if (source?.s3InputFormatConfig?.s3InputFileType !== "JSON")
    throw new Error(`flow ${name}: only files of JSON lines in S3 are read here`);
  const operation = target.writeOperationType;
  if (operation !== "UPSERT" && operation !== "UPDATE")
    throw new Error(`flow ${name}: ${operation} is not done here, only UPSERT and UPDATE`);
  const bucket = source.bucketName!;
  const mapped = mappedFields(flow);
  const progress = crm.flow(name);
  let files = 0;
  for (const { key, etag } of await objectsIn(s3, bucket, `${source.bucketPrefix}/`)) {
    if (progress.files[key] === etag) continue;
    options.signal?.throwIfAborted();
    const refused: { record: Readonly<Record<string, Json>>; error: Refused }[] = [];
    for (const line of await linesOf(s3, bucket, key)) {
      const given = JSON.parse(line) as Record<string, Json>;
      const record = Object.fromEntries(
        Object.entries(given).flatMap(([field, value]) => {
          const to = mapped.get(field);
          return to === undefined ? [] : [[to, value]];
        }),
      );
      const error = crm.write(
        { object: target.object!, operation, externalId: target.idFieldNames![0]!, record },
        options.at,
      );
      progress.read++;
      if (error === undefined) progress.accepted++;
      else refused.push({ record, error });
    }
    progress.refused += refused.length;
    const errors = target.errorHandlingConfig;
    if (refused.length > 0 && errors?.bucketName !== undefined)
      await s3.send(
        new PutObjectCommand({
          Bucket: errors.bucketName,
          Key: `${errors.bucketPrefix}/${key.split("/").pop()}`,
          Body: `${refused.map((one) => JSON.stringify(one)).join("\n")}\n`,
        }),
      );
    progress.files[key] = etag;
    crm.save();
    files++;
  }
  return {
    flow: name,
    object: target.object!,
    files,
    read: progress.read,
    accepted: progress.accepted,
    refused: progress.refused,
  };
}

/** Field of the file to field of the record, as the flow's tasks say. */
function mappedFields(flow: DescribeFlowCommandOutput): Map<string, string> {
  return new Map(
    (flow.tasks ?? [])
      .filter((task) => task.taskType === "Map")
      .map((task) => [task.sourceFields![0]!, task.destinationField!]),
  );
}

async function objectsIn(
  s3: S3Client,
  bucket: string,
  prefix: string,
): Promise<{ key: string; etag: string }[]> {
  const found: { key: string; etag: string }[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken }),
    );
    found.push(...(page.Contents ?? []).map((one) => ({ key: one.Key!, etag: one.ETag! })));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function linesOf(s3: S3Client, bucket: string, key: string): Promise<string[]> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await Body!.transformToString("utf8")).split("\n").filter((line) => line !== "");
}
