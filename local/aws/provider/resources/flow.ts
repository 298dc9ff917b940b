import {
  CreateFlowCommand,
  type CreateFlowCommandInput,
  DeleteFlowCommand,
  DescribeFlowCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFlowCommand,
} from "@aws-sdk/client-appflow";
import { UserError } from "../errors.ts";
import { type Handler, list, object, present, text } from "../handler.ts";
import { removedTags, toTagMap } from "../tags.ts";
import { isObject, type Json, type Properties } from "../values.ts";

/** What the official provider's names are in AppFlow's own interface; a connector that is not here is refused. */
const API_NAMES: Readonly<Record<string, string>> = {
  s3: "S3",
  salesforce: "Salesforce",
  marketo: "Marketo",
  zendesk: "Zendesk",
  scheduled: "Scheduled",
};
const OWN_NAMES = Object.fromEntries(Object.entries(API_NAMES).map(([own, api]) => [api, own]));

type Shape = Omit<CreateFlowCommandInput, "flowName" | "tags">;

/** The endpoint keeps flows as they are declared; what runs outbound ones is local/flows. */
export const flow: Handler = {
  type: "aws:appflow/flow:Flow",
  noun: "AppFlow flow",
  inputs: {
    description: {},
    destinationFlowConfigs: { required: true },
    name: { replaces: true, computed: true },
    region: { replaces: true, computed: true },
    sourceFlowConfig: { required: true },
    tasks: { required: true, set: true },
    triggerConfig: { required: true },
  },
  outputs: ["arn", "flowStatus"],
  autoname: { property: "name", maxLength: 256 },
  tagged: true,

  async create(aws, inputs) {
    await aws.appflow.send(
      new CreateFlowCommand({
        flowName: text(inputs, "name"),
        ...(toApi(inputs) as unknown as Shape),
        tags: toTagMap(inputs),
      }),
    );
    return text(inputs, "name");
  },

  async apply(aws, id, inputs, before) {
    if (!before) return;
    await aws.appflow.send(new UpdateFlowCommand({ flowName: id, ...(toApi(inputs) as unknown as Shape) }));
    const resourceArn = text(before, "arn");
    const tags = toTagMap(inputs);
    if (Object.keys(tags).length > 0) await aws.appflow.send(new TagResourceCommand({ resourceArn, tags }));
    const removed = removedTags(inputs, before);
    if (removed.length > 0)
      await aws.appflow.send(new UntagResourceCommand({ resourceArn, tagKeys: removed }));
  },

  async read(aws, id) {
    const found = await aws.appflow.send(new DescribeFlowCommand({ flowName: id }));
    return present({
      arn: found.flowArn,
      name: found.flowName,
      region: aws.region,
      description: found.description,
      flowStatus: found.flowStatus,
      triggerConfig: renamed(found.triggerConfig as unknown as Json, "triggerProperties", OWN_NAMES),
      sourceFlowConfig: renamed(
        found.sourceFlowConfig as unknown as Json,
        "sourceConnectorProperties",
        OWN_NAMES,
      ),
      destinationFlowConfigs: (found.destinationFlowConfigList ?? []).map(
        (one) => renamed(one as unknown as Json, "destinationConnectorProperties", OWN_NAMES)!,
      ),
      tasks: (found.tasks ?? []).map((one) => {
        const { connectorOperator, ...rest } = one;
        return present({
          ...(rest as unknown as Properties),
          connectorOperators: [withNames((connectorOperator ?? {}) as Json, OWN_NAMES)],
        });
      }),
      tagsAll: found.tags ?? {},
    });
  },

  async remove(aws, id) {
    await aws.appflow.send(new DeleteFlowCommand({ flowName: id }));
  },
};

function toApi(inputs: Properties): Properties {
  return present({
    description: inputs["description"],
    triggerConfig: renamed(inputs["triggerConfig"], "triggerProperties", API_NAMES),
    sourceFlowConfig: renamed(inputs["sourceFlowConfig"], "sourceConnectorProperties", API_NAMES),
    destinationFlowConfigList: list(inputs, "destinationFlowConfigs").map(
      (one) => renamed(one, "destinationConnectorProperties", API_NAMES)!,
    ),
    tasks: list(inputs, "tasks").map((task) => {
      const { connectorOperators, ...rest } = task;
      const [operator] = Array.isArray(connectorOperators) ? connectorOperators : [];
      return present({
        ...rest,
        sourceFields: rest["sourceFields"] ?? [],
        connectorOperator: operator === undefined ? undefined : withNames(operator, API_NAMES),
      });
    }),
  });
}

/** The object with the names below one of its properties put into the other's words. */
function renamed(
  value: Json | undefined,
  property: string,
  names: Readonly<Record<string, string>>,
): Json | undefined {
  if (!isObject(value)) return value;
  const inner = object(value, property);
  return inner === undefined ? value : { ...value, [property]: withNames(inner, names) };
}

function withNames(value: Json, names: Readonly<Record<string, string>>): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const other = names[name];
      if (other === undefined)
        throw new UserError(`AppFlow's ${name} is not done here: only ${Object.keys(names).join(", ")}`);
      return [other, inner];
    }),
  );
}
