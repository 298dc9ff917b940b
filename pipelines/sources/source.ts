/**
 * What a source of raw data is: files that land in the bucket, or a Kafka topic. Adding one is one small file that
 * exports such a definition, and a line in index.ts. Everything else follows: tables, pipes, topics, connectors, grants.
 */
export type Source = FileSource | TopicSource;

/** Daily exports as JSON lines, gzipped: `<key>/<object>/dt=YYYY-MM-DD/<object>-<part>.jsonl.gz`. */
export interface FileSource {
  kind: "files";
  /** Its schema in RAW and its folder in the bucket, lower-case. */
  key: string;
  description: string;
  objects: readonly FileObject[];
}

export interface FileObject {
  /** Its table and its folder, lower-case. */
  name: string;
  description: string;
}

/** Events on a topic; what cannot be read as JSON goes to `<topic>.dlq` and its own table. */
export interface TopicSource {
  kind: "topic";
  key: string;
  description: string;
  /** Name of the topic, e.g. `product.events`. */
  topic: string;
  /** Tables of the records and of the dead letters, lower-case. */
  table: string;
  deadLetters: string;
  /** Kafka principal of the service that produces. */
  producer: string;
}
