import { getCallerIdentity } from "./functions/caller-identity.ts";
import { getPolicyDocument } from "./functions/policy-document.ts";
import { getRegion } from "./functions/region.ts";
import type { Handler, ProviderFunction } from "./handler.ts";
import { alias } from "./resources/alias.ts";
import { bucket } from "./resources/bucket.ts";
import { bucketEncryption } from "./resources/bucket-encryption.ts";
import { bucketLifecycle } from "./resources/bucket-lifecycle.ts";
import { bucketNotification } from "./resources/bucket-notification.ts";
import { bucketOwnershipControls } from "./resources/bucket-ownership-controls.ts";
import { bucketPolicy } from "./resources/bucket-policy.ts";
import { bucketPublicAccessBlock } from "./resources/bucket-public-access-block.ts";
import { bucketVersioning } from "./resources/bucket-versioning.ts";
import { connector } from "./resources/connector.ts";
import { flow } from "./resources/flow.ts";
import { key } from "./resources/key.ts";
import { queue } from "./resources/queue.ts";
import { queuePolicy } from "./resources/queue-policy.ts";
import { role } from "./resources/role.ts";
import { rolePolicy } from "./resources/role-policy.ts";
import { topic } from "./resources/topic.ts";
import { topicSubscription } from "./resources/topic-subscription.ts";
import { workerConfiguration } from "./resources/worker-configuration.ts";

/** Every resource type that is done here, by its token; another is refused by name. */
export const HANDLERS: Readonly<Record<string, Handler>> = Object.fromEntries(
  [
    bucket,
    bucketVersioning,
    bucketEncryption,
    bucketPublicAccessBlock,
    bucketOwnershipControls,
    bucketLifecycle,
    bucketNotification,
    bucketPolicy,
    role,
    rolePolicy,
    queue,
    queuePolicy,
    topic,
    topicSubscription,
    key,
    alias,
    flow,
    connector,
    workerConfiguration,
  ].map((handler) => [handler.type, handler]),
);

/** Every function that is done here, by its token. */
export const FUNCTIONS: Readonly<Record<string, ProviderFunction>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
  "aws:index/getRegion:getRegion": getRegion,
  "aws:iam/getPolicyDocument:getPolicyDocument": getPolicyDocument,
};
