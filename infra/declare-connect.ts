/** Connectors on MSK Connect, each with a role that reaches its topics, its group and the one secret. */
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { Connector } from "@pulumi/aws/mskconnect/connector.js";
import { WorkerConfiguration } from "@pulumi/aws/mskconnect/workerConfiguration.js";
import { ComponentResource, type ComponentResourceOptions, type Resource } from "@pulumi/pulumi";
import { policy, statement } from "./declare-policy.ts";
import type { Connect, ConnectedConnector } from "./platform.ts";

export class KafkaConnect extends ComponentResource {
  /** `after`: topics, tables and privileges, without which a connector fails at its start. */
  constructor(plan: Connect, after: Resource[], options?: ComponentResourceOptions) {
    super("firn:infra:KafkaConnect", "connect", {}, options);
    const own = { parent: this };
    const worker = new WorkerConfiguration(
      "connect",
      {
        name: plan.workerConfiguration.name,
        propertiesFileContent: plan.workerConfiguration.properties,
      },
      own,
    );
    for (const connector of plan.connectors) {
      const role = new Role(
        `connect-${connector.key}`,
        {
          name: connector.role,
          description: `Assumed by MSK Connect for the connector ${connector.name}, and by nothing else.`,
          assumeRolePolicy: trust(connector),
        },
        own,
      );
      const access = new RolePolicy(
        `connect-${connector.key}`,
        { name: "connect", role: role.name, policy: accessOf(connector) },
        own,
      );
      new Connector(
        connector.key,
        {
          name: connector.name,
          kafkaconnectVersion: plan.kafkaConnectVersion,
          connectorConfiguration: connector.config,
          capacity: { provisionedCapacity: { mcuCount: plan.mcu, workerCount: plan.workers } },
          kafkaCluster: {
            apacheKafkaCluster: {
              bootstrapServers: plan.bootstrapServers,
              vpc: { securityGroups: plan.securityGroups, subnets: plan.subnets },
            },
          },
          kafkaClusterClientAuthentication: { authenticationType: "IAM" },
          kafkaClusterEncryptionInTransit: { encryptionType: "TLS" },
          plugins: [{ customPlugin: plan.plugin }],
          workerConfiguration: { arn: worker.arn, revision: worker.latestRevision },
          serviceExecutionRoleArn: role.arn,
          ...(plan.logGroup === undefined
            ? {}
            : {
                logDelivery: {
                  workerLogDelivery: { cloudwatchLogs: { enabled: true, logGroup: plan.logGroup } },
                },
              }),
        },
        { ...own, dependsOn: [access, ...after] },
      );
    }
    this.registerOutputs({});
  }
}

const trust = (connector: ConnectedConnector): string =>
  policy(
    statement("Allow", {
      Sid: "MskConnect",
      Principal: { Service: "kafkaconnect.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: {
        StringEquals: { "aws:SourceAccount": connector.awsAccountId },
        ArnLike: { "aws:SourceArn": connector.sourceArn },
      },
    }),
  );

/** Amazon MSK Developer Guide, Understand service execution role; narrowed to the connector's own topics and groups. */
function accessOf({ access }: ConnectedConnector): string {
  const allow = (sid: string, actions: string[], resources: readonly string[]) =>
    resources.length === 0 ? [] : [statement("Allow", { Sid: sid, Action: actions, Resource: resources })];
  return policy(
    ...allow("Cluster", ["kafka-cluster:Connect", "kafka-cluster:DescribeCluster"], [access.cluster]),
    ...allow("Read", ["kafka-cluster:ReadData", "kafka-cluster:DescribeTopic"], access.reads),
    ...allow("Write", ["kafka-cluster:WriteData", "kafka-cluster:DescribeTopic"], access.writes),
    ...allow(
      "OwnTopics",
      [
        "kafka-cluster:CreateTopic",
        "kafka-cluster:DescribeTopic",
        "kafka-cluster:ReadData",
        "kafka-cluster:WriteData",
      ],
      access.own,
    ),
    ...allow("Groups", ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"], access.groups),
    ...allow("Secret", ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], [access.secret]),
  );
}
