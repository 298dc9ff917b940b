import { createHash } from "node:crypto";
import {
  type Event,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  type NotificationConfigurationFilter,
  PutBucketNotificationConfigurationCommand,
} from "@aws-sdk/client-s3";
import { flag, type Handler, list, present, text } from "../handler.ts";
import type { Properties } from "../values.ts";
import { bucketIdentity, bucketInputs } from "./of-bucket.ts";

export const bucketNotification: Handler = {
  type: "aws:s3/bucketNotification:BucketNotification",
  noun: "notifications of the S3 bucket",
  inputs: {
    ...bucketInputs,
    eventbridge: { default: false },
    queues: { set: true },
    topics: { set: true },
    lambdaFunctions: { set: true },
  },
  outputs: [],
  async create(_, inputs) {
    return text(inputs, "bucket");
  },
  async apply(aws, id, inputs) {
    const configuration: NotificationConfiguration = {
      QueueConfigurations: list(inputs, "queues").map((item) => ({
        ...common("queue", item),
        QueueArn: text(item, "queueArn"),
      })),
      TopicConfigurations: list(inputs, "topics").map((item) => ({
        ...common("topic", item),
        TopicArn: text(item, "topicArn"),
      })),
      LambdaFunctionConfigurations: list(inputs, "lambdaFunctions").map((item) => ({
        ...common("lambda", item),
        LambdaFunctionArn: text(item, "lambdaFunctionArn"),
      })),
      ...(flag(inputs, "eventbridge") ? { EventBridgeConfiguration: {} } : {}),
    };
    await aws.s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket: id, NotificationConfiguration: configuration }),
    );
  },
  async read(aws, id) {
    const found = await aws.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: id }));
    const queues = (found.QueueConfigurations ?? []).map((item) =>
      present({ ...shared(item), queueArn: item.QueueArn }),
    );
    const topics = (found.TopicConfigurations ?? []).map((item) =>
      present({ ...shared(item), topicArn: item.TopicArn }),
    );
    const lambdaFunctions = (found.LambdaFunctionConfigurations ?? []).map((item) =>
      present({ ...shared(item), lambdaFunctionArn: item.LambdaFunctionArn }),
    );
    const eventbridge = found.EventBridgeConfiguration !== undefined;
    // The resource is the bucket's whole configuration: none of it left means that somebody removed it.
    if (queues.length + topics.length + lambdaFunctions.length === 0 && !eventbridge) return undefined;
    return {
      ...bucketIdentity(aws, id),
      eventbridge,
      ...(queues.length > 0 ? { queues } : {}),
      ...(topics.length > 0 ? { topics } : {}),
      ...(lambdaFunctions.length > 0 ? { lambdaFunctions } : {}),
    };
  },
  async remove(aws, id) {
    await aws.s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket: id, NotificationConfiguration: {} }),
    );
  },
};

function common(
  kind: string,
  item: Properties,
): { Id: string; Events: Event[]; Filter?: NotificationConfigurationFilter } {
  const rules = (["prefix", "suffix"] as const)
    .map((Name) => ({ Name, Value: text(item, Name === "prefix" ? "filterPrefix" : "filterSuffix") }))
    .filter(({ Value }) => Value !== "");
  const digest = createHash("sha256").update(JSON.stringify(item)).digest("hex").slice(0, 12);
  return {
    Id: text(item, "id") || `tf-s3-${kind}-${digest}`,
    Events: ((item["events"] ?? []) as string[]).map((event) => event as Event),
    ...(rules.length > 0 ? { Filter: { Key: { FilterRules: rules } } } : {}),
  };
}

function shared(item: {
  Id?: string | undefined;
  Events?: string[] | undefined;
  Filter?: NotificationConfigurationFilter | undefined;
}) {
  const rules = item.Filter?.Key?.FilterRules ?? [];
  const filter = (name: string) => rules.find(({ Name }) => Name?.toLowerCase() === name)?.Value;
  return {
    id: item.Id,
    events: item.Events ?? [],
    filterPrefix: filter("prefix"),
    filterSuffix: filter("suffix"),
  };
}
