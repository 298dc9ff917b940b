import { GetBucketVersioningCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { type Handler, object, text } from "../handler.ts";
import { bucketIdentity, bucketInputs } from "./of-bucket.ts";

export const bucketVersioning: Handler = {
  type: "aws:s3/bucketVersioning:BucketVersioning",
  noun: "versioning of the S3 bucket",
  inputs: {
    ...bucketInputs,
    expectedBucketOwner: { replaces: true, inputOnly: true },
    mfa: { inputOnly: true },
    versioningConfiguration: { required: true },
  },
  outputs: [],
  async create(_, inputs) {
    return text(inputs, "bucket");
  },
  async apply(aws, id, inputs) {
    const status = text(object(inputs, "versioningConfiguration") ?? {}, "status");
    // "Disabled" is what a bucket is that never was versioned; S3 knows no such request.
    if (status === "Disabled") return;
    await aws.s3.send(
      new PutBucketVersioningCommand({
        Bucket: id,
        VersioningConfiguration: { Status: status === "Suspended" ? "Suspended" : "Enabled" },
      }),
    );
  },
  async read(aws, id) {
    const found = await aws.s3.send(new GetBucketVersioningCommand({ Bucket: id }));
    return {
      ...bucketIdentity(aws, id),
      versioningConfiguration: { status: found.Status ?? "Disabled", mfaDelete: found.MFADelete ?? "" },
    };
  },
  async remove(aws, id, state) {
    if (text(object(state, "versioningConfiguration") ?? {}, "status") === "Disabled") return;
    await aws.s3.send(
      new PutBucketVersioningCommand({ Bucket: id, VersioningConfiguration: { Status: "Suspended" } }),
    );
  },
};
