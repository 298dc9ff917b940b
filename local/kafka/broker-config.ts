import type { KafkaUser, KafkaUsers } from "./users.ts";

/** Ports of a node's listener for clients and of the cluster's one controller, both on the loopback address. */
export interface BrokerPorts {
  client: number;
  controller: number;
}

/** The node that is the controller too; the others are brokers only. */
export const CONTROLLER_NODE = 1;

/** server.properties of one KRaft node; holds passwords. */
export function brokerProperties(dataDir: string, users: KafkaUsers, node = CONTROLLER_NODE): string {
  const all = Object.values(users) as KafkaUser[];
  const jaas =
    "org.apache.kafka.common.security.plain.PlainLoginModule required " +
    `username="${users.broker.username}" password="${users.broker.password}" ` +
    `${all.map(({ username, password }) => `user_${username}="${password}"`).join(" ")};`;
  const properties: Record<string, string | number | boolean> = {
    "process.roles": node === CONTROLLER_NODE ? "broker,controller" : "broker",
    "node.id": node,
    "log.dirs": dataDir,
    "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "CLIENT",
    "sasl.enabled.mechanisms": "PLAIN",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "listener.name.client.plain.sasl.jaas.config": jaas,
    "listener.name.controller.plain.sasl.jaas.config": jaas,
    "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": [users.broker, users.admin].map(({ username }) => `User:${username}`).join(";"),
    "allow.everyone.if.no.acl.found": false,
    "auto.create.topics.enable": false,
    // Kafka's own topics are on one node, whatever others there are: nothing to wait for, few partitions to create.
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 4,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "num.recovery.threads.per.data.dir": 2,
    "log.segment.bytes": 128 * 1024 * 1024,
    "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,
    // After a kill the node may register again only when its own old session has expired.
    "broker.session.timeout.ms": 2000,
    "broker.heartbeat.interval.ms": 250,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

/** What depends on the ports, as `key=value` overrides of the above. */
export function portProperties(ports: BrokerPorts, host: string, node = CONTROLLER_NODE): string[] {
  const controller = node === CONTROLLER_NODE ? `,CONTROLLER://${host}:${ports.controller}` : "";
  return [
    `listeners=CLIENT://${host}:${ports.client}${controller}`,
    `advertised.listeners=CLIENT://${host}:${ports.client}${controller}`,
    `controller.quorum.voters=${CONTROLLER_NODE}@${host}:${ports.controller}`,
  ];
}
