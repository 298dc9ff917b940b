import { AppflowClient } from "@aws-sdk/client-appflow";
import { IAMClient } from "@aws-sdk/client-iam";
import { KafkaConnectClient } from "@aws-sdk/client-kafkaconnect";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { isObject, type Properties } from "./values.ts";

/** The clients of one configured provider, all of one endpoint. */
export interface Aws {
  region: string;
  endpoint: string;
  /** Tags of the provider's configuration, given to everything that has tags. */
  defaultTags: Record<string, string>;
  s3: S3Client;
  sqs: SQSClient;
  sns: SNSClient;
  iam: IAMClient;
  sts: STSClient;
  kms: KMSClient;
  appflow: AppflowClient;
  kafkaConnect: KafkaConnectClient;
  accountId(): Promise<string>;
}

/** A mistake in the provider's configuration; its message is for the user. */
export class ConfigurationError extends Error {}

/**
 * Clients for the configuration of the provider (`aws:region`, `aws:endpoints`, `aws:accessKey`, …) and the
 * environment's AWS_ENDPOINT_URL. Refuses an endpoint that is not on this machine.
 */
export function connectAws(config: Properties, env: NodeJS.ProcessEnv): Aws {
  const endpoint = endpointOf(config, env);
  const region = textOf(config["region"]) ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  if (!region) throw new ConfigurationError("no region: set aws:region, or AWS_REGION in the environment");
  const credentials = {
    accessKeyId: textOf(config["accessKey"]) ?? env["AWS_ACCESS_KEY_ID"] ?? "local",
    secretAccessKey: textOf(config["secretKey"]) ?? env["AWS_SECRET_ACCESS_KEY"] ?? "local",
  };
  const options = { region, endpoint, credentials, maxAttempts: 3 };
  const sts = new STSClient(options);
  let account: Promise<string> | undefined;
  return {
    region,
    endpoint,
    defaultTags: defaultTagsOf(config),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    // A queue's URL keeps the port of the endpoint that made it; the endpoint of now is meant.
    sqs: new SQSClient({ ...options, useQueueUrlAsEndpoint: false }),
    sns: new SNSClient(options),
    iam: new IAMClient(options),
    sts,
    kms: new KMSClient(options),
    appflow: new AppflowClient(options),
    kafkaConnect: new KafkaConnectClient(options),
    accountId: () => {
      account ??= sts.send(new GetCallerIdentityCommand({})).then(({ Account }) => Account ?? "");
      return account;
    },
  };
}

function endpointOf(config: Properties, env: NodeJS.ProcessEnv): string {
  const endpoints = config["endpoints"];
  const configured = Array.isArray(endpoints) && isObject(endpoints[0]) ? Object.values(endpoints[0]) : [];
  const endpoint = configured.map(textOf).find((value) => value) ?? env["AWS_ENDPOINT_URL"];
  if (!endpoint) {
    throw new ConfigurationError(
      "this provider stands in for the official one against a local endpoint only: set AWS_ENDPOINT_URL, or install the official plugin (pulumi plugin install resource aws)",
    );
  }
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : "";
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) {
    throw new ConfigurationError(
      `this provider stands in for the official one against a local endpoint only; ${endpoint} is not on this machine`,
    );
  }
  return endpoint;
}

function defaultTagsOf(config: Properties): Record<string, string> {
  const tags = isObject(config["defaultTags"]) ? config["defaultTags"]["tags"] : undefined;
  if (!isObject(tags)) return {};
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)]));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
