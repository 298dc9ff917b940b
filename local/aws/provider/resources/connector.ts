import {
  CreateConnectorCommand,
  type CreateConnectorCommandInput,
  DeleteConnectorCommand,
  DescribeConnectorCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateConnectorCommand,
} from "@aws-sdk/client-kafkaconnect";
import type { Aws } from "../aws.ts";
import { type Handler, list, object, present, text } from "../handler.ts";
import { removedTags, toTagMap } from "../tags.ts";
import { isObject, type Json, type Properties } from "../values.ts";

/** Names of the official provider that MSK Connect spells otherwise. */
const API_NAMES: Readonly<Record<string, string>> = {
  autoscaling: "autoScaling",
  cloudwatchLogs: "cloudWatchLogs",
};
const OWN_NAMES = Object.fromEntries(Object.entries(API_NAMES).map(([own, api]) => [api, own]));

/** The endpoint keeps connectors as they are declared; local/kafka runs the same configuration. */
export const connector: Handler = {
  type: "aws:mskconnect/connector:Connector",
  noun: "MSK Connect connector",
  inputs: {
    capacity: { required: true },
    connectorConfiguration: { required: true, exact: true },
    description: { replaces: true },
    kafkaCluster: { required: true, replaces: true },
    kafkaClusterClientAuthentication: { required: true, replaces: true },
    kafkaClusterEncryptionInTransit: { required: true, replaces: true },
    kafkaconnectVersion: { required: true, replaces: true },
    logDelivery: { replaces: true },
    name: { replaces: true, computed: true },
    plugins: { required: true, replaces: true, set: true },
    region: { replaces: true, computed: true },
    serviceExecutionRoleArn: { required: true, replaces: true },
    workerConfiguration: { replaces: true },
  },
  outputs: ["arn", "version"],
  autoname: { property: "name", maxLength: 128 },
  tagged: true,

  async create(aws, inputs) {
    const worker = object(inputs, "workerConfiguration");
    const request = present({
      connectorName: text(inputs, "name"),
      connectorDescription: inputs["description"],
      kafkaConnectVersion: text(inputs, "kafkaconnectVersion"),
      capacity: spelled(inputs["capacity"]!, API_NAMES),
      connectorConfiguration: inputs["connectorConfiguration"],
      kafkaCluster: inputs["kafkaCluster"],
      kafkaClusterClientAuthentication: inputs["kafkaClusterClientAuthentication"],
      kafkaClusterEncryptionInTransit: inputs["kafkaClusterEncryptionInTransit"],
      logDelivery: inputs["logDelivery"] && spelled(inputs["logDelivery"], API_NAMES),
      plugins: list(inputs, "plugins").map((one) => {
        const plugin = object(one, "customPlugin") ?? {};
        return { customPlugin: { customPluginArn: text(plugin, "arn"), revision: plugin["revision"] ?? 1 } };
      }),
      serviceExecutionRoleArn: text(inputs, "serviceExecutionRoleArn"),
      workerConfiguration: worker && {
        workerConfigurationArn: text(worker, "arn"),
        revision: worker["revision"] ?? 1,
      },
      tags: toTagMap(inputs),
    });
    const made = await aws.kafkaConnect.send(
      new CreateConnectorCommand(request as unknown as CreateConnectorCommandInput),
    );
    return made.connectorArn ?? "";
  },

  async apply(aws, id, inputs, before) {
    if (!before) return;
    const { currentVersion } = await aws.kafkaConnect.send(
      new DescribeConnectorCommand({ connectorArn: id }),
    );
    await aws.kafkaConnect.send(
      new UpdateConnectorCommand({
        connectorArn: id,
        currentVersion,
        capacity: spelled(inputs["capacity"]!, API_NAMES) as never,
        connectorConfiguration: inputs["connectorConfiguration"] as never,
      }),
    );
    await setConnectTags(aws, id, inputs, before);
  },

  async read(aws, id) {
    const found = await aws.kafkaConnect.send(new DescribeConnectorCommand({ connectorArn: id }));
    const { tags } = await aws.kafkaConnect.send(new ListTagsForResourceCommand({ resourceArn: id }));
    const worker = found.workerConfiguration;
    const json = (value: unknown): Json | undefined => value as Json | undefined;
    return present({
      arn: found.connectorArn,
      name: found.connectorName,
      description: found.connectorDescription,
      version: found.currentVersion,
      region: aws.region,
      kafkaconnectVersion: found.kafkaConnectVersion,
      capacity: found.capacity && spelled(json(found.capacity)!, OWN_NAMES),
      connectorConfiguration: json(found.connectorConfiguration),
      kafkaCluster: json(found.kafkaCluster),
      kafkaClusterClientAuthentication: json(found.kafkaClusterClientAuthentication),
      kafkaClusterEncryptionInTransit: json(found.kafkaClusterEncryptionInTransit),
      logDelivery: found.logDelivery && spelled(json(found.logDelivery)!, OWN_NAMES),
      plugins: (found.plugins ?? []).map((one) => ({
        customPlugin: present({
          arn: one.customPlugin?.customPluginArn,
          revision: one.customPlugin?.revision,
        }),
      })),
      serviceExecutionRoleArn: found.serviceExecutionRoleArn,
      workerConfiguration:
        worker && present({ arn: worker.workerConfigurationArn, revision: worker.revision }),
      tagsAll: tags ?? {},
    });
  },

  async remove(aws, id) {
    await aws.kafkaConnect.send(new DeleteConnectorCommand({ connectorArn: id }));
  },
};

/** Tags of connectors and worker configurations. */
export async function setConnectTags(
  aws: Aws,
  resourceArn: string,
  inputs: Properties,
  before: Properties,
): Promise<void> {
  const removed = removedTags(inputs, before);
  if (removed.length > 0)
    await aws.kafkaConnect.send(new UntagResourceCommand({ resourceArn, tagKeys: removed }));
  const tags = toTagMap(inputs);
  if (Object.keys(tags).length > 0)
    await aws.kafkaConnect.send(new TagResourceCommand({ resourceArn, tags }));
}

function spelled(value: Json, names: Readonly<Record<string, string>>): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [names[name] ?? name, spelled(inner, names)]),
  );
}
