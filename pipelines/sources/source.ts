/**
 * What a source of raw data is: files that land in the bucket, a Kafka topic, documents kept by reference, or tables
 * that a managed loader writes. Adding one is one small file that exports such a definition, and a line in index.ts.
 * Everything else follows: tables, pipes, topics, connectors, users, grants, and what quality reports say of it.
 */
import type { Contract } from "./contract.ts";

export type Source = FileSource | TopicSource | DocumentSource | LoaderSource;

interface Described {
  /** Its schema in RAW, lower-case. */
  key: string;
  description: string;
  /** Department that answers for it; `data` by default. */
  owner?: string;
  /**
   * Age from which its rows are deleted from RAW, e.g. `"400 days"`; by default they stay. What models made of them stays
   * in any case, and files stay in the landing bucket. Only of files and topics.
   */
  keep?: string;
  /** Age of the newest record from which the source counts as late, e.g. `"26 hours"`; nothing is watched by default. */
  freshness?: string;
}

/** Exports as lines, gzipped: `<folder>/<object>/dt=YYYY-MM-DD/<object>-<part>.jsonl.gz`. */
export interface FileSource extends Described {
  kind: "files";
  /** Its folder in the bucket; the key by default. */
  folder?: string;
  objects: readonly FileObject[];
  /** How the files come to the bucket where nothing puts them there: an Amazon AppFlow flow for each object. */
  flow?: {
    /** AppFlow's connector, e.g. `Salesforce`. */
    connector: "Salesforce" | "Marketo" | "Zendesk";
    /** AppFlow's schedule expression. */
    schedule: string;
    /** Everything each time, or what is new since the last run. */
    pull: "Complete" | "Incremental";
  };
}

export interface FileObject {
  /** Its table and its folder, lower-case. */
  name: string;
  description: string;
  /** What quality reports call it; `<key>_<name>` by default. */
  label?: string;
  /** The source system's own name of the object, e.g. `Account`; only for a flow. */
  upstream?: string;
  contract?: Contract;
}

/** Events on a topic; what cannot be read as JSON goes to `<topic>.dlq` and its own table. */
export interface TopicSource extends Described {
  kind: "topic";
  /** Name of the topic, e.g. `product.events`. */
  topic: string;
  /** Tables of the records and of the dead letters, lower-case. */
  table: string;
  deadLetters: string;
  /** Kafka principal of the service that produces. */
  producer: string;
  /** What quality reports call it; `<key>_<table>` by default. */
  label?: string;
  contract?: Contract;
}

/** Files of any kind that stay in the bucket; a directory table lists them. */
export interface DocumentSource extends Described {
  kind: "documents";
  /** Its folder in the bucket; the key by default. */
  folder?: string;
}

/** A managed loader logs in with a key pair and makes and fills the tables of its own schema, on its own warehouse. */
export interface LoaderSource extends Described {
  kind: "loader";
  /** Key of its service user and role, e.g. `fivetran`. */
  user: string;
  /** Key of its warehouse in the stack's settings; it has a monitor, which is the loader's budget. */
  warehouse: string;
}

export const folderOf = (source: FileSource | DocumentSource): string => source.folder ?? source.key;

/** Where an object's files land, with the final `/`. */
export const prefixOf = (source: FileSource, object: FileObject): string =>
  `${folderOf(source)}/${object.name}/`;

export const labelOf = (source: FileSource | TopicSource, name: string, label: string | undefined): string =>
  label ?? `${source.key}_${name}`;
