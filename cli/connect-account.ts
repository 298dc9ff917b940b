import { S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { LOCAL_AWS } from "../local/aws/start.ts";
import { fromEnvironment } from "./account-environment.ts";
import { awsEndpoint } from "./embedded/aws-endpoint.ts";
import { embeddedConfig } from "./embedded/config.ts";
import { connectEmbedded } from "./embedded/connect.ts";
import type { Project } from "./project.ts";
import { SnowflakeClient } from "./snowflake-client.ts";

interface Session {
  role?: string;
  warehouse?: string;
}

/** Connects to the stack's account: the one on this machine, or the one that the Snowflake provider's variables name. */
export async function connectAccount(project: Project, session: Session = {}): Promise<SnowflakeClient> {
  if (embeddedConfig(project)) return connectEmbedded(project, session);
  return SnowflakeClient.connect({ ...fromEnvironment(process.env), ...session });
}

/** The AWS account that the caller's credentials are of, whose number may be in the buckets' names. */
export async function callersAwsAccount(project: Project): Promise<string> {
  if (embeddedConfig(project)) return LOCAL_AWS.accountId;
  const sts = new STSClient({});
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Account!;
  } finally {
    sts.destroy();
  }
}

/** S3 as the stack's bucket is in: the endpoint on this machine, or AWS by its own variables. */
export function connectS3(project: Project): S3Client {
  if (!embeddedConfig(project)) return new S3Client({});
  const aws = awsEndpoint(project);
  return new S3Client({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: { accessKeyId: aws.accessKeyId, secretAccessKey: aws.secretAccessKey },
    forcePathStyle: true,
  });
}
