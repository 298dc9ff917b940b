import {
  GetSubscriptionAttributesCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { type Handler, present, text } from "../handler.ts";

const ATTRIBUTES: Record<string, string> = {
  deliveryPolicy: "DeliveryPolicy",
  filterPolicy: "FilterPolicy",
  filterPolicyScope: "FilterPolicyScope",
  rawMessageDelivery: "RawMessageDelivery",
  redrivePolicy: "RedrivePolicy",
};

export const topicSubscription: Handler = {
  type: "aws:sns/topicSubscription:TopicSubscription",
  noun: "SNS subscription",
  inputs: {
    confirmationTimeoutInMinutes: { inputOnly: true },
    deliveryPolicy: { json: true },
    endpoint: { required: true, replaces: true },
    endpointAutoConfirms: { inputOnly: true },
    filterPolicy: { json: true },
    filterPolicyScope: { computed: true },
    protocol: { required: true, replaces: true },
    rawMessageDelivery: { default: false },
    redrivePolicy: { json: true },
    region: { replaces: true, computed: true },
    topic: { required: true, replaces: true },
  },
  outputs: ["arn", "confirmationWasAuthenticated", "ownerId", "pendingConfirmation"],

  async create(aws, inputs) {
    const attributes = Object.fromEntries(
      Object.entries(ATTRIBUTES)
        .map(([property, attribute]) => [attribute, text(inputs, property)] as const)
        .filter(([, value]) => value !== ""),
    );
    const created = await aws.sns.send(
      new SubscribeCommand({
        TopicArn: text(inputs, "topic"),
        Protocol: text(inputs, "protocol"),
        Endpoint: text(inputs, "endpoint"),
        Attributes: attributes,
        ReturnSubscriptionArn: true,
      }),
    );
    return created.SubscriptionArn ?? "";
  },

  async apply(aws, id, inputs, before) {
    if (!before) return;
    for (const [property, AttributeName] of Object.entries(ATTRIBUTES)) {
      const value = text(inputs, property);
      if (value === text(before, property) || (value === "" && property === "filterPolicyScope")) continue;
      await aws.sns.send(
        new SetSubscriptionAttributesCommand({
          SubscriptionArn: id,
          AttributeName,
          AttributeValue: value || (property === "rawMessageDelivery" ? "false" : "{}"),
        }),
      );
    }
  },

  async read(aws, id) {
    const { Attributes: found = {} } = await aws.sns.send(
      new GetSubscriptionAttributesCommand({ SubscriptionArn: id }),
    );
    return present({
      arn: id,
      topic: found["TopicArn"],
      protocol: found["Protocol"],
      endpoint: found["Endpoint"],
      ownerId: found["Owner"],
      region: aws.region,
      confirmationWasAuthenticated: found["ConfirmationWasAuthenticated"] === "true",
      pendingConfirmation: found["PendingConfirmation"] === "true",
      rawMessageDelivery: found["RawMessageDelivery"] === "true",
      deliveryPolicy: document(found["DeliveryPolicy"]),
      filterPolicy: document(found["FilterPolicy"]),
      filterPolicyScope: found["FilterPolicyScope"] || undefined,
      redrivePolicy: document(found["RedrivePolicy"]),
    });
  },

  async remove(aws, id) {
    await aws.sns.send(new UnsubscribeCommand({ SubscriptionArn: id }));
  },
};

/** An empty document is what a removed one leaves behind. */
function document(value: string | undefined): string | undefined {
  return value && value !== "{}" ? value : undefined;
}
