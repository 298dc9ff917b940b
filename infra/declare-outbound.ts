/** The outbound zone: bucket, the role that only its integration may assume, and the integration. */
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { Provider } from "@pulumi/snowflake/provider.js";
import type { StorageIntegration } from "@pulumi/snowflake/storageIntegration.js";
import { type AppFlowAccess, bucketPolicy, type DeclaredBucket, declareBucket } from "./declare-bucket.ts";
import { declareIntegration } from "./declare-integration.ts";
import { policy, snowflakeTrust, statement } from "./declare-policy.ts";
import type { StorageIntegration as IntegrationPlan, Outbound as OutboundPlan } from "./platform.ts";

export interface OutboundArgs {
  plan: OutboundPlan;
  integration: IntegrationPlan;
  appFlow: AppFlowAccess;
  protect: boolean;
  /** Connection of the account role, which alone makes integrations. */
  provider: Provider;
}

export class Outbound extends ComponentResource {
  readonly bucket: DeclaredBucket;
  readonly integration: StorageIntegration;
  /** Complete once Snowflake may write the bucket. */
  readonly access: RolePolicy;

  constructor(args: OutboundArgs, options?: ComponentResourceOptions) {
    super("firn:infra:Outbound", "outbound", {}, options);
    const { plan } = args;
    this.bucket = declareBucket(
      {
        name: "outbound",
        bucket: plan.bucket,
        forceDestroy: plan.forceDestroy,
        protect: args.protect,
        policy: bucketPolicy(plan.bucketArn, args.appFlow),
        lifecycle: {
          id: "batches-end",
          status: "Enabled",
          filter: { prefix: "" },
          expiration: { days: plan.expireAfterDays },
          noncurrentVersionExpiration: { noncurrentDays: plan.expireAfterDays },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      },
      this,
    );
    this.integration = declareIntegration(args.integration, {
      parent: this,
      provider: args.provider,
      protect: args.protect,
    });
    const role = new Role(
      "snowflake-outbound",
      {
        name: plan.role,
        description:
          "Assumed by Snowflake's storage integration for the outbound bucket, and by nothing else.",
        assumeRolePolicy: snowflakeTrust(this.integration),
      },
      { parent: this },
    );
    this.access = new RolePolicy(
      "write-outbound",
      { name: "write-batches", role: role.name, policy: writeBatches(plan) },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** What unloading takes (Snowflake documentation, Configuring a Snowflake storage integration to access Amazon S3). */
const writeBatches = (plan: OutboundPlan): string =>
  policy(
    statement("Allow", {
      Sid: "WriteBatches",
      Action: ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
      Resource: plan.folders.map((folder) => `${plan.bucketArn}/${folder}/*`),
    }),
    statement("Allow", {
      Sid: "ListBucket",
      Action: ["s3:ListBucket", "s3:GetBucketLocation"],
      Resource: plan.bucketArn,
    }),
  );
