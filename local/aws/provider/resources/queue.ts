import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueueTagsCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { UserError, unlessMissing } from "../errors.ts";
import { flag, type Handler, type PropertyRule, present, text } from "../handler.ts";
import { removedTags, toTagMap } from "../tags.ts";
import type { Json, Properties } from "../values.ts";

type Kind = "text" | "number" | "boolean";

/** Property name, attribute of SQS, and how its text is read. */
const ATTRIBUTES = {
  contentBasedDeduplication: ["ContentBasedDeduplication", "boolean"],
  deduplicationScope: ["DeduplicationScope", "text"],
  delaySeconds: ["DelaySeconds", "number"],
  fifoThroughputLimit: ["FifoThroughputLimit", "text"],
  kmsDataKeyReusePeriodSeconds: ["KmsDataKeyReusePeriodSeconds", "number"],
  kmsMasterKeyId: ["KmsMasterKeyId", "text"],
  maxMessageSize: ["MaximumMessageSize", "number"],
  messageRetentionSeconds: ["MessageRetentionPeriod", "number"],
  policy: ["Policy", "text"],
  receiveWaitTimeSeconds: ["ReceiveMessageWaitTimeSeconds", "number"],
  redriveAllowPolicy: ["RedriveAllowPolicy", "text"],
  redrivePolicy: ["RedrivePolicy", "text"],
  sqsManagedSseEnabled: ["SqsManagedSseEnabled", "boolean"],
  visibilityTimeoutSeconds: ["VisibilityTimeout", "number"],
} as const satisfies Record<string, readonly [QueueAttributeName, Kind]>;

const RULES: Record<keyof typeof ATTRIBUTES, PropertyRule> = {
  contentBasedDeduplication: { default: false },
  deduplicationScope: { computed: true },
  delaySeconds: { default: 0 },
  fifoThroughputLimit: { computed: true },
  kmsDataKeyReusePeriodSeconds: { computed: true },
  kmsMasterKeyId: {},
  maxMessageSize: { default: 262144 },
  messageRetentionSeconds: { default: 345600 },
  policy: { computed: true, json: true },
  receiveWaitTimeSeconds: { default: 0 },
  redriveAllowPolicy: { computed: true, json: true },
  redrivePolicy: { computed: true, json: true },
  sqsManagedSseEnabled: { computed: true },
  visibilityTimeoutSeconds: { default: 30 },
};

export const queue: Handler = {
  type: "aws:sqs/queue:Queue",
  noun: "SQS queue",
  inputs: {
    ...RULES,
    fifoQueue: { replaces: true, default: false },
    name: { replaces: true, computed: true },
    namePrefix: { replaces: true, inputOnly: true },
    region: { replaces: true, computed: true },
  },
  outputs: ["arn", "url"],
  autoname: { property: "name", maxLength: 80, suffixWhen: ["fifoQueue", ".fifo"] },
  tagged: true,

  async create(aws, inputs) {
    const name = text(inputs, "name");
    if (await unlessMissing(() => aws.sqs.send(new GetQueueUrlCommand({ QueueName: name })))) {
      throw new UserError(`creating the SQS queue ${name}: QueueAlreadyExists: a queue of this name exists`);
    }
    const created = await aws.sqs.send(
      new CreateQueueCommand({
        QueueName: name,
        Attributes: {
          ...attributesOf(inputs, undefined),
          ...(flag(inputs, "fifoQueue") ? { FifoQueue: "true" } : {}),
        },
        tags: toTagMap(inputs),
      }),
    );
    return created.QueueUrl ?? "";
  },

  async apply(aws, id, inputs, before) {
    if (!before) return;
    await aws.sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: id, Attributes: attributesOf(inputs, before) }),
    );
    const removed = removedTags(inputs, before);
    if (removed.length > 0) await aws.sqs.send(new UntagQueueCommand({ QueueUrl: id, TagKeys: removed }));
    const tags = toTagMap(inputs);
    if (Object.keys(tags).length > 0) await aws.sqs.send(new TagQueueCommand({ QueueUrl: id, Tags: tags }));
  },

  async read(aws, id) {
    const { Attributes = {} } = await aws.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: id, AttributeNames: ["All"] }),
    );
    const { Tags } = await aws.sqs.send(new ListQueueTagsCommand({ QueueUrl: id }));
    const values = Object.entries(ATTRIBUTES).map(
      ([property, [attribute, kind]]) => [property, parsed(Attributes[attribute], kind)] as const,
    );
    const arn = Attributes["QueueArn"] ?? "";
    return present({
      ...Object.fromEntries(values),
      fifoQueue: Attributes["FifoQueue"] === "true",
      name: arn.split(":").pop(),
      arn,
      region: aws.region,
      // The id that the state knows: the port in it may be that of an earlier start.
      url: id,
      tagsAll: Tags ?? {},
    });
  },

  async remove(aws, id) {
    await aws.sqs.send(new DeleteQueueCommand({ QueueUrl: id }));
  },
};

/** The attributes that are given, and the defaults of the official provider where they are not AWS's own choice. */
function attributesOf(inputs: Properties, before: Properties | undefined): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [property, [attribute]] of Object.entries(ATTRIBUTES)) {
    const rule: PropertyRule = RULES[property as keyof typeof ATTRIBUTES];
    const given = text(inputs, property);
    if (given !== "") attributes[attribute] = given;
    else if (typeof rule.default === "number") attributes[attribute] = String(rule.default);
    else if (before && text(before, property) !== "" && !rule.computed && rule.default === undefined)
      attributes[attribute] = "";
  }
  return attributes;
}

function parsed(value: string | undefined, kind: Kind): Json | undefined {
  if (value === undefined || value === "") return undefined;
  if (kind === "number") return Number(value);
  return kind === "boolean" ? value.toLowerCase() === "true" : value;
}
