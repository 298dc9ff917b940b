/** One record for a topic. */
export interface EventMessage {
  /** The organisation's id: what Kafka partitions by. */
  readonly partitionKey: string;
  /** `<day>:<number>`; the same for the same record on every run. */
  readonly sequence: string;
  readonly value: Buffer;
}

/** Some thousand records, as one buffer of lines and as messages that point into it. */
export interface EventBatch {
  /** The source's name, e.g. `product_events`. */
  readonly source: string;
  readonly day: number;
  /** The number of the first record within the day's landing, from 0. */
  readonly first: number;
  readonly count: number;
  /** The records as lines, each ended by a line feed. */
  readonly lines: Buffer;
  messages(): EventMessage[];
}
