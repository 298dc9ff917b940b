import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { SnowflakeError } from "../errors.ts";
import type { FileStore, StagedFile } from "../session/context.ts";
import type { AwsConnection } from "./aws.ts";

export interface S3Location {
  bucket: string;
  /** Key prefix without a leading slash; ends with `/` unless empty. */
  prefix: string;
}

/** `s3://bucket/path/` in its parts, or null. */
export function parseS3Url(url: string): S3Location | null {
  const match = /^s3(?:china|gov)?:\/\/([^/]+)(?:\/(.*))?$/.exec(url);
  if (!match) return null;
  const prefix = match[2] ?? "";
  return { bucket: match[1]!, prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/` };
}

const accessFailed = (url: string, reason: string) =>
  new SnowflakeError(
    "003167",
    "42601",
    `Failed to access remote file: access denied or not found. Please check your credentials and the location ${url} (${reason}).`,
  );

/** External stages. Files are fetched to temporary ones, which DuckDB reads and `release` deletes. */
export class S3Files implements FileStore {
  readonly #aws: AwsConnection;
  readonly #temporary: string;

  constructor(aws: AwsConnection, temporary: string) {
    this.#aws = aws;
    this.#temporary = temporary;
  }

  async #client(): Promise<S3Client> {
    return this.#aws.s3();
  }

  #locate(location: string): S3Location {
    const parsed = parseS3Url(location);
    if (!parsed) throw accessFailed(location, "no s3:// address");
    return parsed;
  }

  async *list(location: string, prefix: string): AsyncIterable<StagedFile> {
    const { bucket, prefix: base } = this.#locate(location);
    const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
    const client = await this.#client();
    let token: string | undefined;
    do {
      const page = await client
        .send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: base + prefix.replace(/^\/+/, ""),
            ContinuationToken: token,
          }),
        )
        .catch((error: Error) => {
          throw accessFailed(location, error.name);
        });
      for (const object of page.Contents ?? []) {
        const key = object.Key ?? "";
        if (key.endsWith("/")) continue;
        const etag = (object.ETag ?? "").replaceAll('"', "");
        yield {
          path: key.slice(base.length),
          size: object.Size ?? 0,
          md5: etag,
          etag,
          lastModified: object.LastModified?.getTime() ?? 0,
        };
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token);
  }

  async fetch(location: string, path: string) {
    const { bucket, prefix } = this.#locate(location);
    const { GetObjectCommand } = await import("@aws-sdk/client-s3");
    await mkdir(this.#temporary, { recursive: true, mode: 0o700 });
    // The name's end tells DuckDB the compression.
    const localPath = join(this.#temporary, `${randomBytes(8).toString("hex")}-${basename(path)}`);
    const release = () => rm(localPath, { force: true });
    try {
      const client = await this.#client();
      const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + path }));
      await pipeline(object.Body as Readable, createWriteStream(localPath, { mode: 0o600 }));
    } catch (error) {
      await release();
      throw accessFailed(`${location}${path}`, (error as Error).name);
    }
    return { localPath, release };
  }

  async put(location: string, path: string, localPath: string): Promise<StagedFile> {
    const { bucket, prefix } = this.#locate(location);
    const { PutObjectCommand } = await import("@aws-sdk/client-s3");
    const { size } = await stat(localPath);
    const client = await this.#client();
    const answer = await client
      .send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: prefix + path,
          Body: createReadStream(localPath),
          ContentLength: size,
        }),
      )
      .catch((error: Error) => {
        throw accessFailed(`${location}${path}`, error.name);
      });
    const etag = (answer.ETag ?? "").replaceAll('"', "");
    return { path, size, md5: etag, etag, lastModified: Date.now() };
  }

  async remove(location: string, path: string): Promise<void> {
    const { bucket, prefix } = this.#locate(location);
    const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
    const client = await this.#client();
    await client
      .send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + path }))
      .catch((error: Error) => {
        throw accessFailed(`${location}${path}`, error.name);
      });
  }
}
