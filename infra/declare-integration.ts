import type { CustomResourceOptions } from "@pulumi/pulumi";
import { StorageIntegration, type StorageIntegrationArgs } from "@pulumi/snowflake/storageIntegration.js";
import type { StorageIntegration as IntegrationPlan } from "./platform.ts";

/** A storage integration over S3, which may read or write only the locations that are named. */
export function declareIntegration(
  plan: IntegrationPlan,
  options: CustomResourceOptions,
): StorageIntegration {
  const args: StorageIntegrationArgs = {
    name: plan.name,
    type: "EXTERNAL_STAGE",
    storageProvider: "S3",
    storageAwsRoleArn: plan.roleArn,
    storageAllowedLocations: plan.allowedLocations,
    enabled: true,
    comment: plan.comment,
  };
  return new StorageIntegration(plan.key, args, options);
}
