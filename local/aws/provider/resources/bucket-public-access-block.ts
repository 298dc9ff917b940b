import {
  DeletePublicAccessBlockCommand,
  GetPublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { flag, type Handler, text } from "../handler.ts";
import { bucketIdentity, bucketInputs } from "./of-bucket.ts";

export const bucketPublicAccessBlock: Handler = {
  type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  noun: "public access block of the S3 bucket",
  inputs: {
    ...bucketInputs,
    blockPublicAcls: { default: false },
    blockPublicPolicy: { default: false },
    ignorePublicAcls: { default: false },
    restrictPublicBuckets: { default: false },
    skipDestroy: { inputOnly: true },
  },
  outputs: [],
  async create(_, inputs) {
    return text(inputs, "bucket");
  },
  async apply(aws, id, inputs) {
    await aws.s3.send(
      new PutPublicAccessBlockCommand({
        Bucket: id,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: flag(inputs, "blockPublicAcls"),
          BlockPublicPolicy: flag(inputs, "blockPublicPolicy"),
          IgnorePublicAcls: flag(inputs, "ignorePublicAcls"),
          RestrictPublicBuckets: flag(inputs, "restrictPublicBuckets"),
        },
      }),
    );
  },
  async read(aws, id) {
    const { PublicAccessBlockConfiguration: found } = await aws.s3.send(
      new GetPublicAccessBlockCommand({ Bucket: id }),
    );
    return {
      ...bucketIdentity(aws, id),
      blockPublicAcls: found?.BlockPublicAcls ?? false,
      blockPublicPolicy: found?.BlockPublicPolicy ?? false,
      ignorePublicAcls: found?.IgnorePublicAcls ?? false,
      restrictPublicBuckets: found?.RestrictPublicBuckets ?? false,
    };
  },
  async remove(aws, id, state) {
    if (!flag(state, "skipDestroy")) await aws.s3.send(new DeletePublicAccessBlockCommand({ Bucket: id }));
  },
};
