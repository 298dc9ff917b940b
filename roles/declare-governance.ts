/** The masking policies, the tags that carry them, where the tags are set, and the network policies, as resources of what was planned. */
import { ComponentResource, type ComponentResourceOptions, type Resource } from "@pulumi/pulumi";
import { MaskingPolicy } from "@pulumi/snowflake/maskingPolicy.js";
import { NetworkPolicy } from "@pulumi/snowflake/networkPolicy.js";
import { NetworkRule } from "@pulumi/snowflake/networkRule.js";
import type { Provider } from "@pulumi/snowflake/provider.js";
import { RowAccessPolicy } from "@pulumi/snowflake/rowAccessPolicy.js";
import { Tag } from "@pulumi/snowflake/tag.js";
import { TagAssociation } from "@pulumi/snowflake/tagAssociation.js";
import { type ObjectName, quoted, quotedObject } from "../infra/names.ts";
import type { Governance as Plan } from "../infra/platform.ts";

export interface GovernanceArgs {
  plan: Plan;
  /** Connection of the security role, which owns tags and policies. */
  provider: Provider;
  /** What that role needs first: the schema and its privileges there. */
  before: Resource[];
}

export class Governance extends ComponentResource {
  private readonly objects = new Map<string, Resource>();
  private readonly policies = new Map<string, NetworkPolicy>();

  constructor({ plan, provider, before }: GovernanceArgs, options?: ComponentResourceOptions) {
    super("firn:roles:Governance", "governance", {}, options);
    const masks = plan.masks.map(
      (mask) =>
        new MaskingPolicy(
          mask.key,
          {
            name: mask.name,
            database: mask.database,
            schema: mask.schema,
            arguments: [{ name: "VAL", type: mask.type }],
            returnDataType: mask.type,
            body: mask.body,
            comment: mask.comment,
          },
          { parent: this, provider, dependsOn: before },
        ),
    );
    for (const policy of plan.rowPolicies)
      this.objects.set(
        `row access policy ${quotedObject(policy)}`,
        new RowAccessPolicy(
          policy.key,
          {
            name: policy.name,
            database: policy.database,
            schema: policy.schema,
            arguments: [policy.argument],
            body: policy.body,
            comment: policy.comment,
          },
          { parent: this, provider, dependsOn: before },
        ),
      );
    const rules = new Map(
      plan.networkRules.map((rule) => [
        quotedObject(rule),
        new NetworkRule(
          rule.key,
          {
            name: rule.name,
            database: rule.database,
            schema: rule.schema,
            type: "IPV4",
            mode: "INGRESS",
            valueLists: rule.addresses,
            comment: rule.comment,
          },
          { parent: this, provider, dependsOn: before },
        ),
      ]),
    );
    for (const policy of plan.networkPolicies)
      this.policies.set(
        policy.name,
        new NetworkPolicy(
          policy.key,
          {
            name: policy.name,
            allowedNetworkRuleLists: policy.allowed.map(quotedObject),
            comment: policy.comment,
          },
          {
            parent: this,
            provider,
            dependsOn: policy.allowed.flatMap((rule) => rules.get(quotedObject(rule)) ?? []),
          },
        ),
      );
    for (const tag of plan.tags)
      this.objects.set(
        `tag ${quotedObject(tag)}`,
        new Tag(
          tag.key,
          {
            name: tag.name,
            database: tag.database,
            schema: tag.schema,
            allowedValues: tag.allowedValues,
            maskingPolicies: tag.masks.map(quotedObject),
            comment: tag.comment,
          },
          { parent: this, provider, dependsOn: [...before, ...masks] },
        ),
      );
    this.registerOutputs({});
  }

  networkPolicy(name: string): NetworkPolicy {
    return this.policies.get(name)!;
  }

  object(kind: "tag" | "row access policy", name: ObjectName): Resource {
    return this.objects.get(`${kind} ${quotedObject(name)}`)!;
  }
}

export interface TaggingArgs {
  plan: Plan;
  /** Connection of the role that owns what is tagged. */
  provider: Provider;
  /** The tables and schemas that are tagged, and the privilege to do so. */
  objects: (association: Plan["associations"][number]) => Resource[];
  before: Resource[];
}

/** Whatever loads or computes waits for this: no value is there before its mask. */
export class Tagging extends ComponentResource {
  readonly associations: TagAssociation[];

  constructor({ plan, provider, objects, before }: TaggingArgs, options?: ComponentResourceOptions) {
    super("firn:roles:Tagging", "tagging", {}, options);
    this.associations = plan.associations.map((association) => {
      const tagged = objects(association);
      return new TagAssociation(
        association.key,
        {
          objectIdentifiers: association.objects.map((parts) => quoted(...parts)),
          objectType: association.on.toUpperCase(),
          tagId: quotedObject(association.tag),
          tagValue: association.value,
        },
        {
          parent: this,
          provider,
          dependsOn: [...before, ...tagged],
          // A table that is made anew has lost its tags. Unsetting them after they were set would take the new ones.
          replaceWith: tagged,
          deleteBeforeReplace: true,
        },
      );
    });
    this.registerOutputs({});
  }
}
