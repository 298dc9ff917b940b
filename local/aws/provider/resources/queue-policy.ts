import { GetQueueAttributesCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { type Handler, text } from "../handler.ts";

export const queuePolicy: Handler = {
  type: "aws:sqs/queuePolicy:QueuePolicy",
  noun: "policy of the SQS queue",
  inputs: {
    policy: { required: true, json: true },
    queueUrl: { required: true, replaces: true },
    region: { replaces: true, computed: true },
  },
  outputs: [],
  async create(_, inputs) {
    return text(inputs, "queueUrl");
  },
  async apply(aws, id, inputs) {
    await aws.sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: id, Attributes: { Policy: text(inputs, "policy") } }),
    );
  },
  async read(aws, id) {
    const { Attributes } = await aws.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: id, AttributeNames: ["Policy"] }),
    );
    const policy = Attributes?.["Policy"];
    return policy ? { queueUrl: id, policy, region: aws.region } : undefined;
  },
  async remove(aws, id) {
    await aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl: id, Attributes: { Policy: "" } }));
  },
};
