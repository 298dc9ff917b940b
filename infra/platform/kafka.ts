/** Topics, their access, and the connectors that read them. */
import type { ObjectName } from "../names.ts";

export interface Topic {
  key: string;
  name: string;
  partitions: number;
  replicationFactor: number;
  config: Record<string, string>;
}

export interface Acl {
  key: string;
  principal: string;
  operation: "Read" | "Write" | "Describe";
  resourceType: "Topic" | "Group";
  resourceName: string;
}

/** A sink connector's configuration, with the documented keys of Snowflake's connector for Kafka, version 4. */
export interface Connector {
  key: string;
  name: string;
  /** Consumer group of the connector, as Kafka Connect derives it from the name. */
  group: string;
  topic: string;
  table: ObjectName;
  principal: string;
  user: string;
  role: string;
  config: Record<string, string>;
  /** Keys that the runner adds: they differ by environment or are secret. */
  suppliedByRunner: string[];
}

/** Connectors on MSK Connect. */
export interface Connect {
  kafkaConnectVersion: string;
  bootstrapServers: string;
  securityGroups: string[];
  subnets: string[];
  /** The custom plugin: Snowflake's connector, with the library that resolves references to secrets. */
  plugin: { arn: string; revision: number };
  /** MSK Connect units of each worker, and workers of each connector. */
  mcu: number;
  workers: number;
  logGroup?: string;
  workerConfiguration: { name: string; properties: string };
  connectors: ConnectedConnector[];
}

export interface ConnectedConnector {
  key: string;
  name: string;
  role: string;
  roleArn: string;
  awsAccountId: string;
  /** What may assume the role. */
  sourceArn: string;
  config: Record<string, string>;
  /** ARNs that its role reaches. */
  access: {
    cluster: string;
    reads: string[];
    writes: string[];
    groups: string[];
    own: string[];
    secret: string;
  };
}
