import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
} from "@aws-sdk/client-s3";
import type { Aws } from "../aws.ts";
import { UserError, unlessMissing } from "../errors.ts";
import { flag, type Handler, text } from "../handler.ts";
import { fromTags, toTags } from "../tags.ts";

/** The hosted zone of S3 websites in us-east-1, which the official provider gives for every bucket there. */
const HOSTED_ZONES: Record<string, string> = {
  "us-east-1": "Z3AQBSTGFYJSTF",
  "us-west-2": "Z3BJ6K6RIION7M",
  "eu-central-1": "Z21DNDUVLTQW6Q",
  "eu-west-1": "Z1BKCTXD74EZPE",
};

export const bucket: Handler = {
  type: "aws:s3/bucket:Bucket",
  noun: "S3 bucket",
  inputs: {
    bucket: { replaces: true, computed: true },
    bucketPrefix: { replaces: true, inputOnly: true },
    forceDestroy: { default: false, inputOnly: true },
    objectLockEnabled: { replaces: true, default: false },
    region: { replaces: true, computed: true },
  },
  outputs: [
    "arn",
    "bucketDomainName",
    "bucketRegion",
    "bucketRegionalDomainName",
    "hostedZoneId",
    "requestPayer",
  ],
  autoname: { property: "bucket", maxLength: 63 },
  tagged: true,

  async create(aws, inputs) {
    const name = text(inputs, "bucket");
    // In us-east-1 S3 answers a second creation by the owner with success.
    if (await unlessMissing(() => aws.s3.send(new HeadBucketCommand({ Bucket: name })))) {
      throw new UserError(
        `creating the S3 bucket ${name}: BucketAlreadyExists: a bucket of this name exists`,
      );
    }
    await aws.s3.send(
      new CreateBucketCommand({
        Bucket: name,
        ObjectLockEnabledForBucket: flag(inputs, "objectLockEnabled"),
        ...(aws.region === "us-east-1"
          ? {}
          : { CreateBucketConfiguration: { LocationConstraint: aws.region as BucketLocationConstraint } }),
      }),
    );
    return name;
  },

  async apply(aws, id, inputs) {
    const tags = toTags(inputs);
    if (tags.length > 0)
      await aws.s3.send(new PutBucketTaggingCommand({ Bucket: id, Tagging: { TagSet: tags } }));
    else await unlessMissing(() => aws.s3.send(new DeleteBucketTaggingCommand({ Bucket: id })));
  },

  async read(aws, id, state) {
    await aws.s3.send(new HeadBucketCommand({ Bucket: id }));
    const tagging = await unlessMissing(() => aws.s3.send(new GetBucketTaggingCommand({ Bucket: id })));
    return {
      bucket: id,
      arn: `arn:aws:s3:::${id}`,
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${id}.s3.${aws.region}.amazonaws.com`,
      bucketRegion: aws.region,
      region: aws.region,
      hostedZoneId: HOSTED_ZONES[aws.region] ?? "",
      requestPayer: "BucketOwner",
      forceDestroy: flag(state, "forceDestroy"),
      objectLockEnabled: await hasObjectLock(aws, id),
      tagsAll: fromTags(tagging?.TagSet),
    };
  },

  async remove(aws, id, state) {
    if (flag(state, "forceDestroy")) await emptyBucket(aws, id);
    await aws.s3.send(new DeleteBucketCommand({ Bucket: id }));
  },
};

async function hasObjectLock(aws: Aws, name: string): Promise<boolean> {
  try {
    const found = await aws.s3.send(new GetObjectLockConfigurationCommand({ Bucket: name }));
    return found.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled";
  } catch (error) {
    if ((error as { name?: string }).name === "ObjectLockConfigurationNotFoundError") return false;
    throw error;
  }
}

/** Deletes every version and every delete marker, a page at a time. */
async function emptyBucket(aws: Aws, name: string): Promise<void> {
  for (;;) {
    const page = await aws.s3.send(new ListObjectVersionsCommand({ Bucket: name, MaxKeys: 1000 }));
    const objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }));
    if (objects.length === 0) return;
    const { Errors = [] } = await aws.s3.send(
      new DeleteObjectsCommand({ Bucket: name, Delete: { Objects: objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first) throw new Error(`${first.Code}: ${first.Message} (${first.Key})`);
  }
}
