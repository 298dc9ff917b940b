/** IAM policy documents as text. */
import { all, type Output } from "@pulumi/pulumi";
import type { StorageIntegration } from "@pulumi/snowflake/storageIntegration.js";

export const statement = (effect: "Allow" | "Deny", rest: object) => ({ Effect: effect, ...rest });
export const policy = (...statements: object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** Only the integration's user, with its external id, may assume the role. */
export const snowflakeTrust = (integration: StorageIntegration): Output<string> =>
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
