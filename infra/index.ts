/** The Pulumi program: the platform's data, and the resources that are declared of it. Wiring only. */
import { join } from "node:path";
import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity.js";
import { getStack, RunError } from "@pulumi/pulumi";
import { declarePlatform } from "./declare-platform.ts";
import { FirnError } from "./errors.ts";
import { loadPlatform, usesAws } from "./load.ts";

const root = join(import.meta.dirname, "..");

/** Roles are named in trust policies before they exist, so their ARNs need the account of whoever deploys. */
async function load() {
  try {
    const stack = getStack();
    const awsAccountId = usesAws(root, stack) ? (await getCallerIdentity({})).accountId : undefined;
    return loadPlatform({
      root,
      stack,
      ...(awsAccountId === undefined ? {} : { awsAccountId }),
      environment: process.env,
    });
  } catch (error) {
    // Printed without a stack trace: what is wrong is in a file of the user's, not in the program.
    throw error instanceof FirnError ? new RunError(error.message) : error;
  }
}

export const { landingBucket, notificationChannel, connectors } = declarePlatform(await load());
