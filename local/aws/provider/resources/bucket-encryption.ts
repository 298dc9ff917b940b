import {
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  PutBucketEncryptionCommand,
  type ServerSideEncryption,
} from "@aws-sdk/client-s3";
import { flag, type Handler, list, object, present, text } from "../handler.ts";
import { bucketIdentity, bucketInputs } from "./of-bucket.ts";

export const bucketEncryption: Handler = {
  type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  noun: "encryption of the S3 bucket",
  inputs: {
    ...bucketInputs,
    expectedBucketOwner: { replaces: true, inputOnly: true },
    rules: { required: true },
  },
  outputs: [],
  async create(_, inputs) {
    return text(inputs, "bucket");
  },
  async apply(aws, id, inputs) {
    const Rules = list(inputs, "rules").map((rule) => {
      const byDefault = object(rule, "applyServerSideEncryptionByDefault");
      return {
        BucketKeyEnabled: flag(rule, "bucketKeyEnabled"),
        ...(byDefault
          ? {
              ApplyServerSideEncryptionByDefault: {
                SSEAlgorithm: text(byDefault, "sseAlgorithm") as ServerSideEncryption,
                ...(text(byDefault, "kmsMasterKeyId") === ""
                  ? {}
                  : { KMSMasterKeyID: text(byDefault, "kmsMasterKeyId") }),
              },
            }
          : {}),
      };
    });
    await aws.s3.send(
      new PutBucketEncryptionCommand({ Bucket: id, ServerSideEncryptionConfiguration: { Rules } }),
    );
  },
  async read(aws, id) {
    const found = await aws.s3.send(new GetBucketEncryptionCommand({ Bucket: id }));
    const rules = (found.ServerSideEncryptionConfiguration?.Rules ?? []).map((rule) => {
      const byDefault = rule.ApplyServerSideEncryptionByDefault;
      return present({
        bucketKeyEnabled: rule.BucketKeyEnabled ?? false,
        applyServerSideEncryptionByDefault: byDefault
          ? present({ sseAlgorithm: byDefault.SSEAlgorithm, kmsMasterKeyId: byDefault.KMSMasterKeyID })
          : undefined,
      });
    });
    return { ...bucketIdentity(aws, id), rules };
  },
  async remove(aws, id) {
    await aws.s3.send(new DeleteBucketEncryptionCommand({ Bucket: id }));
  },
};
