import {
  CreateWorkerConfigurationCommand,
  DeleteWorkerConfigurationCommand,
  DescribeWorkerConfigurationCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-kafkaconnect";
import { type Handler, present, text } from "../handler.ts";
import { toTagMap } from "../tags.ts";
import { setConnectTags } from "./connector.ts";

const encoded = (content: string): string => Buffer.from(content, "utf8").toString("base64");
const decoded = (content: string | undefined): string =>
  Buffer.from(content ?? "", "base64").toString("utf8");

export const workerConfiguration: Handler = {
  type: "aws:mskconnect/workerConfiguration:WorkerConfiguration",
  noun: "MSK Connect worker configuration",
  inputs: {
    description: { replaces: true },
    name: { replaces: true, computed: true },
    propertiesFileContent: { required: true, replaces: true },
    region: { replaces: true, computed: true },
  },
  outputs: ["arn", "latestRevision"],
  autoname: { property: "name", maxLength: 128 },
  tagged: true,

  async create(aws, inputs) {
    const made = await aws.kafkaConnect.send(
      new CreateWorkerConfigurationCommand({
        name: text(inputs, "name"),
        ...(text(inputs, "description") === "" ? {} : { description: text(inputs, "description") }),
        propertiesFileContent: encoded(text(inputs, "propertiesFileContent")),
        tags: toTagMap(inputs),
      }),
    );
    return made.workerConfigurationArn ?? "";
  },

  async apply(aws, id, inputs, before) {
    if (before) await setConnectTags(aws, id, inputs, before);
  },

  async read(aws, id) {
    const found = await aws.kafkaConnect.send(
      new DescribeWorkerConfigurationCommand({ workerConfigurationArn: id }),
    );
    const { tags } = await aws.kafkaConnect.send(new ListTagsForResourceCommand({ resourceArn: id }));
    return present({
      arn: found.workerConfigurationArn,
      name: found.name,
      description: found.description || undefined,
      latestRevision: found.latestRevision?.revision,
      propertiesFileContent: decoded(found.latestRevision?.propertiesFileContent),
      region: aws.region,
      tagsAll: tags ?? {},
    });
  },

  async remove(aws, id) {
    await aws.kafkaConnect.send(new DeleteWorkerConfigurationCommand({ workerConfigurationArn: id }));
  },
};
