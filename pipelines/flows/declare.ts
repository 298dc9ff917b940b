/** Amazon AppFlow flows as resources of what was planned. A connection is named, never made: it holds a log-in. */
import { Flow, type FlowArgs } from "@pulumi/aws/appflow/flow.js";
import { ComponentResource, type ComponentResourceOptions, type Resource } from "@pulumi/pulumi";
import type { Flow as FlowPlan } from "../../infra/platform.ts";

/** The connector's name among AppFlow's properties. */
const PROPERTY = { Salesforce: "salesforce", Marketo: "marketo", Zendesk: "zendesk" } as const;

export class Flows extends ComponentResource {
  /** `after` yields what must exist before a flow: its bucket, with the policy that lets AppFlow in. */
  constructor(
    flows: readonly FlowPlan[],
    after: (flow: FlowPlan) => Resource[],
    options?: ComponentResourceOptions,
  ) {
    super("firn:pipelines:Flows", "flows", {}, options);
    for (const flow of flows)
      new Flow(flow.key, flowArgs(flow), {
        parent: this,
        dependsOn: after(flow),
      });
    this.registerOutputs({});
  }
}

export const flowArgs = (flow: FlowPlan): FlowArgs =>
  flow.direction === "in" ? inbound(flow) : outbound(flow);

const common = (flow: FlowPlan) => ({
  name: flow.name,
  description: flow.description,
  triggerConfig: {
    triggerType: "Scheduled",
    triggerProperties: {
      scheduled: { scheduleExpression: flow.schedule, dataPullMode: flow.pull },
    },
  },
});

/** Every field of the object, as JSON lines under the source's folder. */
function inbound(flow: FlowPlan): FlowArgs {
  const property = PROPERTY[flow.connector];
  return {
    ...common(flow),
    sourceFlowConfig: {
      connectorType: flow.connector,
      connectorProfileName: flow.connection,
      sourceConnectorProperties: {
        [property]: {
          object: flow.object,
          // Deleted records come too, marked; new fields come by themselves, and count as drift. Each of Salesforce's
          // interfaces writes dates and NULL in its own way (Amazon AppFlow API Reference, SalesforceSourceProperties):
          // the contract is that of REST.
          ...(flow.connector === "Salesforce"
            ? { enableDynamicFieldUpdate: true, includeDeletedRecords: true, dataTransferApi: "REST_SYNC" }
            : {}),
        },
      },
    },
    destinationFlowConfigs: [
      {
        connectorType: "S3",
        destinationConnectorProperties: {
          s3: {
            bucketName: flow.bucket,
            bucketPrefix: flow.folder,
            s3OutputFormatConfig: {
              fileType: "JSON",
              aggregationConfig: { aggregationType: "None" },
              prefixConfig: { prefixType: "PATH", prefixFormat: "DAY" },
            },
          },
        },
      },
    ],
    tasks: [{ taskType: "Map_all", connectorOperators: [{ [property]: "NO_OP" }], taskProperties: {} }],
  };
}

/** The files' fields one by one: what AppFlow does not know of a file, the flow must say. */
function outbound(flow: FlowPlan): FlowArgs {
  const { operation, externalId, fields, errorFolder } = flow.write!;
  return {
    ...common(flow),
    sourceFlowConfig: {
      connectorType: "S3",
      sourceConnectorProperties: {
        s3: {
          bucketName: flow.bucket,
          bucketPrefix: flow.folder,
          s3InputFormatConfig: { s3InputFileType: "JSON" },
        },
      },
    },
    destinationFlowConfigs: [
      {
        connectorType: flow.connector,
        connectorProfileName: flow.connection,
        destinationConnectorProperties: {
          salesforce: {
            object: flow.object,
            writeOperationType: operation.toUpperCase(),
            idFieldNames: [externalId],
            dataTransferApi: "AUTOMATIC",
            errorHandlingConfig: {
              bucketName: flow.bucket,
              bucketPrefix: errorFolder,
              failOnFirstDestinationError: false,
            },
          },
        },
      },
    ],
    tasks: [
      {
        taskType: "Filter",
        sourceFields: fields,
        connectorOperators: [{ s3: "PROJECTION" }],
        taskProperties: {},
      },
      ...fields.map((field) => ({
        taskType: "Map",
        sourceFields: [field],
        destinationField: field,
        connectorOperators: [{ s3: "NO_OP" }],
        taskProperties: {},
      })),
    ],
  };
}
