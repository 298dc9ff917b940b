import { devNull } from "node:os";
import { join } from "node:path";

/**
 * Variables that point the providers, the engine or their SDKs at real accounts. An embedded stack must not see them: a
 * forgotten AWS_PROFILE or SNOWFLAKE_HOST would send part of a local run to a real endpoint, or a secret into its state.
 */
const FOREIGN = [
  "AWS_",
  "SNOWFLAKE_",
  "KAFKA_",
  "CONFLUENT_",
  "PULUMI_",
  "AZURE_",
  "ARM_",
  "GOOGLE_",
  "FIRN_PUBLIC_KEY_",
  "FIRN_AWS_",
];

export const isForeign = (variable: string): boolean =>
  FOREIGN.some((prefix) => variable.toUpperCase().startsWith(prefix));

/**
 * Takes them out of this process's environment, which everything that it starts inherits, and shuts the files that the
 * AWS SDKs and the Snowflake provider read by themselves. Returns the names that were removed.
 */
export function leaveRealAccounts(dataDir: string, environment: NodeJS.ProcessEnv = process.env): string[] {
  const removed = Object.keys(environment).filter(isForeign).sort();
  for (const variable of removed) delete environment[variable];
  Object.assign(environment, {
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
    // Named after nothing: the provider takes a file that is missing for none.
    SNOWFLAKE_CONFIG_PATH: join(dataDir, "no-snowflake-config"),
  });
  return removed;
}
