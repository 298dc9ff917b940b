import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  SetTopicAttributesCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { type Handler, present, text } from "../handler.ts";
import { fromTags, removedTags, toTags } from "../tags.ts";

const ATTRIBUTES: Record<string, string> = {
  contentBasedDeduplication: "ContentBasedDeduplication",
  deliveryPolicy: "DeliveryPolicy",
  displayName: "DisplayName",
  kmsMasterKeyId: "KmsMasterKeyId",
  policy: "Policy",
};

export const topic: Handler = {
  type: "aws:sns/topic:Topic",
  noun: "SNS topic",
  inputs: {
    contentBasedDeduplication: { default: false },
    deliveryPolicy: { json: true },
    displayName: {},
    fifoTopic: { replaces: true, default: false },
    kmsMasterKeyId: {},
    name: { replaces: true, computed: true },
    namePrefix: { replaces: true, inputOnly: true },
    policy: { computed: true, json: true },
    region: { replaces: true, computed: true },
  },
  outputs: ["arn", "beginningArchiveTime", "owner"],
  autoname: { property: "name", maxLength: 256, suffixWhen: ["fifoTopic", ".fifo"] },
  tagged: true,

  async create(aws, inputs) {
    const attributes = Object.fromEntries(
      [...Object.entries(ATTRIBUTES), ["fifoTopic", "FifoTopic"] as const]
        .map(([property, attribute]) => [attribute, text(inputs, property)] as const)
        .filter(([, value]) => value !== ""),
    );
    const created = await aws.sns.send(
      new CreateTopicCommand({ Name: text(inputs, "name"), Attributes: attributes, Tags: toTags(inputs) }),
    );
    return created.TopicArn ?? "";
  },

  async apply(aws, id, inputs, before) {
    if (!before) return;
    for (const [property, AttributeName] of Object.entries(ATTRIBUTES)) {
      const value = text(inputs, property);
      const known = text(before, property);
      if (value === known || (value === "" && property === "policy")) continue;
      await aws.sns.send(
        new SetTopicAttributesCommand({ TopicArn: id, AttributeName, AttributeValue: value }),
      );
    }
    const removed = removedTags(inputs, before);
    if (removed.length > 0)
      await aws.sns.send(new UntagResourceCommand({ ResourceArn: id, TagKeys: removed }));
    const tags = toTags(inputs);
    if (tags.length > 0) await aws.sns.send(new TagResourceCommand({ ResourceArn: id, Tags: tags }));
  },

  async read(aws, id) {
    const { Attributes: found = {} } = await aws.sns.send(new GetTopicAttributesCommand({ TopicArn: id }));
    const { Tags } = await aws.sns.send(new ListTagsForResourceCommand({ ResourceArn: id }));
    return present({
      arn: id,
      name: id.split(":").pop(),
      owner: found["Owner"],
      beginningArchiveTime: found["BeginningArchiveTime"] ?? "",
      region: aws.region,
      contentBasedDeduplication: found["ContentBasedDeduplication"] === "true",
      fifoTopic: found["FifoTopic"] === "true",
      deliveryPolicy: found["DeliveryPolicy"] || undefined,
      displayName: found["DisplayName"] || undefined,
      kmsMasterKeyId: found["KmsMasterKeyId"] || undefined,
      policy: found["Policy"],
      tagsAll: fromTags(Tags),
    });
  },

  async remove(aws, id) {
    await aws.sns.send(new DeleteTopicCommand({ TopicArn: id }));
  },
};
