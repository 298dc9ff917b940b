/** A bucket that is closed, encrypted and versioned, and reached by TLS alone. */
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import {
  BucketLifecycleConfiguration,
  type BucketLifecycleConfigurationArgs,
} from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import type { Resource } from "@pulumi/pulumi";
import { policy, statement } from "./declare-policy.ts";

export interface BucketPlan {
  /** Name in Pulumi's state. */
  name: string;
  bucket: string;
  forceDestroy: boolean;
  protect: boolean;
  policy: string;
  lifecycle: LifecycleRule;
}

type LifecycleRule =
  NonNullable<BucketLifecycleConfigurationArgs["rules"]> extends infer Rules
    ? Rules extends readonly (infer Rule)[]
      ? Rule
      : never
    : never;

export interface DeclaredBucket {
  bucket: Bucket;
  /** Complete once those who may use the bucket can. */
  policy: BucketPolicy;
}

export function declareBucket(plan: BucketPlan, parent: Resource): DeclaredBucket {
  const { name } = plan;
  const bucket = new Bucket(
    name,
    { bucket: plan.bucket, forceDestroy: plan.forceDestroy },
    { parent, protect: plan.protect },
  );
  const of = { bucket: bucket.bucket };
  const own = { parent };
  const versioning = new BucketVersioning(
    name,
    { ...of, versioningConfiguration: { status: "Enabled" } },
    own,
  );
  new BucketServerSideEncryptionConfiguration(
    name,
    { ...of, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    own,
  );
  const shut = new BucketPublicAccessBlock(
    name,
    {
      ...of,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    own,
  );
  new BucketOwnershipControls(name, { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } }, own);
  // S3 refuses one of two changes to a bucket's policies at the same moment.
  const access = new BucketPolicy(name, { ...of, policy: plan.policy }, { ...own, dependsOn: [shut] });
  new BucketLifecycleConfiguration(
    name,
    { ...of, rules: [plan.lifecycle] },
    { ...own, dependsOn: [versioning] },
  );
  return { bucket, policy: access };
}

/** What AppFlow's flows of one account may do in a bucket. */
export interface AppFlowAccess {
  awsAccountId: string;
  reads: readonly string[];
  writes: readonly string[];
}

/** TLS for everybody; AppFlow in its folders (Amazon AppFlow User Guide, Identity-based and bucket policy examples). */
export function bucketPolicy(arn: string, appFlow?: AppFlowAccess): string {
  const tlsOnly = statement("Deny", {
    Sid: "TlsOnly",
    Principal: "*",
    Action: "s3:*",
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });
  if (appFlow === undefined) return policy(tlsOnly);
  const allow = (sid: string, actions: string[], resources: string[]) =>
    statement("Allow", {
      Sid: sid,
      Principal: { Service: "appflow.amazonaws.com" },
      Action: actions,
      Resource: resources,
      Condition: { StringEquals: { "aws:SourceAccount": appFlow.awsAccountId } },
    });
  const inside = (folders: readonly string[]) => folders.map((folder) => `${arn}/${folder}/*`);
  return policy(
    tlsOnly,
    allow("AppFlowBucket", ["s3:GetBucketAcl", "s3:ListBucket", "s3:ListBucketMultipartUploads"], [arn]),
    ...(appFlow.reads.length === 0 ? [] : [allow("AppFlowReads", ["s3:GetObject"], inside(appFlow.reads))]),
    ...(appFlow.writes.length === 0
      ? []
      : [
          allow(
            "AppFlowWrites",
            ["s3:PutObject", "s3:PutObjectAcl", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            inside(appFlow.writes),
          ),
        ]),
  );
}
