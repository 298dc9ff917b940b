/** The landing bucket as replays see it. Credentials come from AWS's own variables. */
import {
  HeadObjectCommand,
  ListObjectsV2Command,
  RestoreObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";

/** One object that landed. */
export interface LandedFile {
  key: string;
  size: number;
  /** Milliseconds. */
  lastModified: number;
  /** Readable; or in an archive class, from which it is being restored or is not. */
  state: "readable" | "restoring" | "archived";
}

/** Classes from which an object must be restored before anything can read it (Amazon S3 User Guide, "Storage classes"). */
const ARCHIVE_CLASSES = new Set(["GLACIER", "DEEP_ARCHIVE"]);

export interface LandingZone {
  /** Objects under the prefix, keys from `from` (included) to `before` (not included), in order. */
  list(prefix: string, from: string, before: string): Promise<LandedFile[]>;
  /** Asks for readable copies of archived objects for so many days. */
  restore(keys: readonly string[], days: number): Promise<void>;
}

export function landingZone(s3: S3Client, bucket: string): LandingZone {
  return {
    async list(prefix, from, before) {
      const found: LandedFile[] = [];
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            // The folder's own key, which no file has.
            StartAfter: from,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        );
        for (const object of page.Contents ?? []) {
          const key = object.Key!;
          if (key.endsWith("/")) continue;
          if (key >= before) return found;
          found.push({
            key,
            size: object.Size ?? 0,
            lastModified: object.LastModified?.getTime() ?? 0,
            state: ARCHIVE_CLASSES.has(object.StorageClass ?? "STANDARD")
              ? await archivedState(s3, bucket, key)
              : "readable",
          });
        }
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return found;
    },
    async restore(keys, days) {
      for (const key of keys)
        await s3.send(
          new RestoreObjectCommand({
            Bucket: bucket,
            Key: key,
            RestoreRequest: { Days: days, GlacierJobParameters: { Tier: "Bulk" } },
          }),
        );
    },
  };
}

/** The Restore header of an archived object: absent, or whether the request is still going on. */
async function archivedState(s3: S3Client, bucket: string, key: string): Promise<LandedFile["state"]> {
  const { Restore } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  if (Restore === undefined) return "archived";
  return Restore.includes('ongoing-request="true"') ? "restoring" : "readable";
}
