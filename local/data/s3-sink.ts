import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

export interface S3SinkOptions {
  readonly bucket: string;
  /** Put before every key, without a slash at its end. Default: none. */
  readonly prefix?: string;
  readonly region: string;
  /** A local endpoint such as `http://127.0.0.1:5000`; addressed by path. Default: AWS itself. */
  readonly endpoint?: string;
  /** Default: the SDK's own chain. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface S3Sink {
  putObject(key: string, body: Buffer): Promise<void>;
  close(): void;
}

/** Puts objects with the AWS SDK. Putting a key again writes the same bytes. */
export function createS3Sink(options: S3SinkOptions): S3Sink {
  const { bucket, prefix, region, endpoint, credentials } = options;
  const client = new S3Client({ region, endpoint, credentials, forcePathStyle: endpoint !== undefined });
  return {
    async putObject(key, body) {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: prefix ? `${prefix}/${key}` : key,
          Body: body,
          ContentType: key.endsWith(".gz") ? "application/gzip" : "application/octet-stream",
        }),
      );
    },
    close: () => client.destroy(),
  };
}
