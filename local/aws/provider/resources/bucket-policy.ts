import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { type Handler, text } from "../handler.ts";
import { bucketIdentity, bucketInputs } from "./of-bucket.ts";

export const bucketPolicy: Handler = {
  type: "aws:s3/bucketPolicy:BucketPolicy",
  noun: "policy of the S3 bucket",
  inputs: { ...bucketInputs, policy: { required: true, json: true } },
  outputs: [],
  async create(_, inputs) {
    return text(inputs, "bucket");
  },
  async apply(aws, id, inputs) {
    await aws.s3.send(new PutBucketPolicyCommand({ Bucket: id, Policy: text(inputs, "policy") }));
  },
  async read(aws, id) {
    const { Policy } = await aws.s3.send(new GetBucketPolicyCommand({ Bucket: id }));
    return Policy === undefined ? undefined : { ...bucketIdentity(aws, id), policy: Policy };
  },
  async remove(aws, id) {
    await aws.s3.send(new DeleteBucketPolicyCommand({ Bucket: id }));
  },
};
