import { ProduceAcks, Producer, stringSerializer } from "@platformatic/kafka";
import type { LandedMessage } from "./land.ts";

export interface KafkaSinkOptions {
  /** `host:port` of one or more brokers. */
  readonly brokers: readonly string[];
  /** SASL credentials; without them the connection is plain. */
  readonly sasl?: {
    readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
    readonly username: string;
    readonly password: string;
  };
  readonly tls?: boolean;
  /** The physical topic of a source's name, e.g. of `product_events`. Default: the name itself. */
  topicOf?(source: string): string;
}

export interface KafkaSink {
  produce(source: string, messages: readonly LandedMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** The header that says which record of which day a message is: `<day>:<number>`. */
export const SEQUENCE_HEADER = "source-sequence";

/** Produces with acknowledgement by all replicas; the key decides the partition. Topics must exist. */
export function createKafkaSink(options: KafkaSinkOptions): KafkaSink {
  const { brokers, sasl, tls, topicOf = (source: string) => source } = options;
  const producer = new Producer<string, Buffer, string, string>({
    clientId: "source-data",
    bootstrapBrokers: [...brokers],
    sasl,
    tls: tls ? {} : undefined,
    serializers: {
      key: stringSerializer,
      value: (value) => value,
      headerKey: stringSerializer,
      headerValue: stringSerializer,
    },
    acks: ProduceAcks.ALL,
    autocreateTopics: false,
  });
  return {
    async produce(source, messages) {
      if (messages.length === 0) return;
      const topic = topicOf(source);
      await producer.send({
        messages: messages.map(({ partitionKey, sequence, value }) => ({
          topic,
          key: partitionKey,
          value,
          headers: { [SEQUENCE_HEADER]: sequence },
        })),
      });
    },
    close: () => producer.close(),
  };
}
