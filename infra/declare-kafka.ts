/** Topics and permissions. */
import { Acl } from "@pulumi/kafka/acl.js";
import type { Provider } from "@pulumi/kafka/provider.js";
import { Topic } from "@pulumi/kafka/topic.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { Platform } from "./platform.ts";

export class Kafka extends ComponentResource {
  constructor(
    platform: Pick<Platform, "topics" | "acls" | "protect">,
    provider: Provider,
    options?: ComponentResourceOptions,
  ) {
    super("firn:infra:Kafka", "kafka", {}, options);
    for (const topic of platform.topics) {
      new Topic(
        topic.key,
        {
          name: topic.name,
          partitions: topic.partitions,
          replicationFactor: topic.replicationFactor,
          config: topic.config,
        },
        { parent: this, provider, protect: platform.protect },
      );
    }
    for (const acl of platform.acls) {
      new Acl(
        acl.key,
        {
          aclResourceName: acl.resourceName,
          aclResourceType: acl.resourceType,
          aclPrincipal: acl.principal,
          // From any address: who is allowed is decided by the principal, which Kafka has authenticated.
          aclHost: "*",
          aclOperation: acl.operation,
          aclPermissionType: "Allow",
          resourcePatternTypeFilter: "Literal",
        },
        { parent: this, provider },
      );
    }
    this.registerOutputs({});
  }
}
