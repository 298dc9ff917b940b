/**
 * The landing zone. The role's name is composed before the role exists, for the integration names the role and the
 * role trusts the integration's user and external id: each needs the other, and only one can come first.
 */
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketNotification } from "@pulumi/aws/s3/bucketNotification.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import { all, ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { Provider } from "@pulumi/snowflake/provider.js";
import { StorageIntegration } from "@pulumi/snowflake/storageIntegration.js";
import type { StorageIntegration as IntegrationPlan, Landing as LandingPlan } from "./platform.ts";

export interface LandingArgs {
  plan: LandingPlan;
  integration: IntegrationPlan;
  protect: boolean;
  /** Connection of the account role, which alone makes integrations. */
  provider: Provider;
}

export class Landing extends ComponentResource {
  readonly bucket: Bucket;
  readonly integration: StorageIntegration;
  /** Complete once Snowflake may read the bucket. */
  readonly access: RolePolicy;

  constructor(args: LandingArgs, options?: ComponentResourceOptions) {
    super("firn:infra:Landing", "landing", {}, options);
    this.bucket = this.createBucket(args);
    this.integration = new StorageIntegration(
      args.integration.key,
      {
        name: args.integration.name,
        type: "EXTERNAL_STAGE",
        storageProvider: "S3",
        storageAwsRoleArn: args.integration.roleArn,
        storageAllowedLocations: args.integration.allowedLocations,
        enabled: true,
        comment: args.integration.comment,
      },
      { parent: this, provider: args.provider, protect: args.protect },
    );
    this.access = this.createRole(args.plan);
    this.registerOutputs({});
  }

  private createBucket({ plan, protect }: LandingArgs): Bucket {
    const bucket = new Bucket(
      "landing",
      { bucket: plan.bucket, forceDestroy: plan.forceDestroy },
      { parent: this, protect },
    );
    const of = { bucket: bucket.bucket };
    const own = { parent: this };
    const versioning = new BucketVersioning(
      "landing",
      { ...of, versioningConfiguration: { status: "Enabled" } },
      own,
    );
    new BucketServerSideEncryptionConfiguration(
      "landing",
      { ...of, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      own,
    );
    const shut = new BucketPublicAccessBlock(
      "landing",
      {
        ...of,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      own,
    );
    new BucketOwnershipControls("landing", { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } }, own);
    // S3 refuses one of two changes to a bucket's policies at the same moment.
    new BucketPolicy("landing", { ...of, policy: tlsOnly(plan) }, { ...own, dependsOn: [shut] });
    new BucketLifecycleConfiguration(
      "landing",
      { ...of, rules: [lifecycle(plan)] },
      { ...own, dependsOn: [versioning] },
    );
    return bucket;
  }

  private createRole(plan: LandingPlan): RolePolicy {
    const role = new Role(
      "snowflake",
      {
        name: plan.role,
        description:
          "Assumed by Snowflake's storage integration for the landing bucket, and by nothing else.",
        assumeRolePolicy: trust(this.integration),
      },
      { parent: this },
    );
    return new RolePolicy(
      "read",
      { name: "read-landing", role: role.name, policy: readOnly(plan) },
      { parent: this },
    );
  }

  /** Tells the pipes' queue of every new object. All pipes of an account share one queue for a bucket. */
  notify(queueArn: Output<string>): BucketNotification {
    return new BucketNotification(
      "landing",
      { bucket: this.bucket.bucket, queues: [{ id: "snowpipe", queueArn, events: ["s3:ObjectCreated:*"] }] },
      { parent: this },
    );
  }
}

const statement = (effect: "Allow" | "Deny", rest: object) => ({ Effect: effect, ...rest });
const policy = (...statements: object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

const tlsOnly = (plan: LandingPlan): string =>
  policy(
    statement("Deny", {
      Sid: "TlsOnly",
      Principal: "*",
      Action: "s3:*",
      Resource: [plan.bucketArn, `${plan.bucketArn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    }),
  );

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

const trust = (integration: StorageIntegration): Output<string> =>
  all([integration.storageAwsIamUserArn, integration.storageAwsExternalId]).apply(([user, externalId]) =>
    policy(
      statement("Allow", {
        Sid: "SnowflakeIntegration",
        Principal: { AWS: user },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": externalId } },
      }),
    ),
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
