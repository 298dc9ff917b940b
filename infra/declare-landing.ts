/**
 * The landing zone. The role's name is composed before the role exists, for the integration names the role and the
 * role trusts the integration's user and external id: each needs the other, and only one can come first.
 */
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { BucketNotification } from "@pulumi/aws/s3/bucketNotification.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { Provider } from "@pulumi/snowflake/provider.js";
import type { StorageIntegration } from "@pulumi/snowflake/storageIntegration.js";
import { type AppFlowAccess, bucketPolicy, type DeclaredBucket, declareBucket } from "./declare-bucket.ts";
import { declareIntegration } from "./declare-integration.ts";
import { policy, snowflakeTrust, statement } from "./declare-policy.ts";
import type { StorageIntegration as IntegrationPlan, Landing as LandingPlan } from "./platform.ts";

export interface LandingArgs {
  plan: LandingPlan;
  integration: IntegrationPlan;
  protect: boolean;
  /** Folders that AppFlow writes, and the account that its flows are in; absent where it writes none. */
  appFlow?: AppFlowAccess;
  /** Connection of the account role, which alone makes integrations. */
  provider: Provider;
}

export class Landing extends ComponentResource {
  readonly bucket: DeclaredBucket;
  readonly integration: StorageIntegration;
  /** Complete once Snowflake may read the bucket. */
  readonly access: RolePolicy;

  constructor(args: LandingArgs, options?: ComponentResourceOptions) {
    super("firn:infra:Landing", "landing", {}, options);
    this.bucket = declareBucket(
      {
        name: "landing",
        bucket: args.plan.bucket,
        forceDestroy: args.plan.forceDestroy,
        protect: args.protect,
        policy: bucketPolicy(args.plan.bucketArn, args.appFlow),
        lifecycle: lifecycle(args.plan),
      },
      this,
    );
    this.integration = declareIntegration(args.integration, {
      parent: this,
      provider: args.provider,
      protect: args.protect,
    });
    this.access = this.createRole(args.plan);
    this.registerOutputs({});
  }

  private createRole(plan: LandingPlan): RolePolicy {
    const role = new Role(
      "snowflake",
      {
        name: plan.role,
        description:
          "Assumed by Snowflake's storage integration for the landing bucket, and by nothing else.",
        assumeRolePolicy: snowflakeTrust(this.integration),
      },
      { parent: this },
    );
    return new RolePolicy(
      "read",
      { name: "read-landing", role: role.name, policy: readOnly(plan) },
      { parent: this },
    );
  }

  /** Tells the pipes' queue of new objects, prefix by prefix. All pipes of an account share one queue for a bucket. */
  notify(plan: LandingPlan, pipes: Output<string> | undefined): BucketNotification | undefined {
    const queues = plan.notifications.flatMap(({ id, prefix, queueArn }) => {
      const told = queueArn ?? pipes;
      return told === undefined
        ? []
        : [{ id, queueArn: told, events: ["s3:ObjectCreated:*"], filterPrefix: prefix }];
    });
    if (queues.length === 0) return undefined;
    return new BucketNotification("landing", { bucket: this.bucket.bucket.bucket, queues }, { parent: this });
  }
}

const readOnly = (plan: LandingPlan): string =>
  policy(
    statement("Allow", {
      Sid: "ReadObjects",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: `${plan.bucketArn}/*`,
    }),
    statement("Allow", {
      Sid: "ListBucket",
      Action: ["s3:ListBucket", "s3:GetBucketLocation"],
      Resource: plan.bucketArn,
    }),
  );

const lifecycle = (plan: LandingPlan) => ({
  id: "cheaper-with-age",
  status: "Enabled",
  filter: { prefix: "" },
  transitions: [
    { days: plan.infrequentAfterDays, storageClass: "STANDARD_IA" },
    { days: plan.archiveAfterDays, storageClass: "GLACIER" },
  ],
  noncurrentVersionExpiration: { noncurrentDays: plan.oldVersionsExpireAfterDays },
  abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
});
