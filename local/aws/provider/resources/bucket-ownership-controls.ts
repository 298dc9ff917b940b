import {
  DeleteBucketOwnershipControlsCommand,
  GetBucketOwnershipControlsCommand,
  type ObjectOwnership,
  PutBucketOwnershipControlsCommand,
} from "@aws-sdk/client-s3";
import { type Handler, object, text } from "../handler.ts";
import { bucketIdentity, bucketInputs } from "./of-bucket.ts";

export const bucketOwnershipControls: Handler = {
  type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  noun: "ownership controls of the S3 bucket",
  inputs: { ...bucketInputs, rule: { required: true } },
  outputs: [],
  async create(_, inputs) {
    return text(inputs, "bucket");
  },
  async apply(aws, id, inputs) {
    const ownership = text(object(inputs, "rule") ?? {}, "objectOwnership") as ObjectOwnership;
    await aws.s3.send(
      new PutBucketOwnershipControlsCommand({
        Bucket: id,
        OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] },
      }),
    );
  },
  async read(aws, id) {
    const found = await aws.s3.send(new GetBucketOwnershipControlsCommand({ Bucket: id }));
    const ownership = found.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
    if (ownership === undefined) return undefined;
    return { ...bucketIdentity(aws, id), rule: { objectOwnership: ownership } };
  },
  async remove(aws, id) {
    await aws.s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket: id }));
  },
};
