import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";

export interface AwsOptions {
  /** Endpoint of all services; Amazon's own without it. */
  endpoint?: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** The SDK's clients, made when first needed: loading them costs more than the account's whole start. */
export class AwsConnection {
  readonly options: AwsOptions;
  #s3: Promise<S3Client> | undefined;
  #sqs: Promise<SQSClient> | undefined;

  constructor(options: AwsOptions) {
    this.options = options;
  }

  s3(): Promise<S3Client> {
    this.#s3 ??= import("@aws-sdk/client-s3").then(
      ({ S3Client }) =>
        new S3Client({ ...this.options, forcePathStyle: this.options.endpoint !== undefined }),
    );
    return this.#s3;
  }

  sqs(): Promise<SQSClient> {
    this.#sqs ??= import("@aws-sdk/client-sqs").then(({ SQSClient }) => new SQSClient({ ...this.options }));
    return this.#sqs;
  }

  async close(): Promise<void> {
    (await this.#s3)?.destroy();
    (await this.#sqs)?.destroy();
  }
}
