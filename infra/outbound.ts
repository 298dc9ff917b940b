/** The outbound zone: a bucket of its own, so that no batch is an event for a pipe, and a role that writes it alone. */
import type { StackConfig } from "./config/schema.ts";
import { bucketSuffix } from "./landing.ts";
import { ACTIVATION_SCHEMA, bucketArn, iamRoleArn, type Names } from "./names.ts";
import type { Outbound, Stage, StorageIntegration } from "./platform.ts";

const DAY = 86_400;

export const OUTBOUND_SCHEMA = {
  database: "ops",
  schema: ACTIVATION_SCHEMA,
  comment: "What is sent back to other systems: the ledger, the tasks, the stage of the batches.",
} as const;

export function planOutbound(config: StackConfig, folders: readonly string[], names: Names): Outbound {
  const bucket = names.outboundBucket(bucketSuffix(config.landing));
  const role = names.outboundRole();
  return {
    bucket,
    bucketArn: bucketArn(bucket),
    role,
    roleArn: iamRoleArn(config.landing.awsAccountId, role),
    folders: [...folders],
    expireAfterDays: config.activation!.keepBatches / DAY,
    forceDestroy: config.landing.forceDestroy,
  };
}

export const planOutboundIntegration = (outbound: Outbound, names: Names): StorageIntegration => ({
  key: "outbound",
  name: names.outboundIntegration(),
  roleArn: outbound.roleArn,
  // The stage is the bucket's; which folders may be written is the role's to say.
  allowedLocations: [`s3://${outbound.bucket}/`],
  comment: "Writes the batches of activations, through a role that only this integration may assume.",
});

export const planOutboundStage = (
  outbound: Outbound,
  integration: StorageIntegration,
  names: Names,
): Stage => ({
  key: `ops.${ACTIVATION_SCHEMA}.outbound`,
  ...names.object({ database: "ops", schema: ACTIVATION_SCHEMA, name: "outbound" }),
  url: `s3://${outbound.bucket}/`,
  integration: integration.name,
  comment: "Batches on their way to other systems.",
});
