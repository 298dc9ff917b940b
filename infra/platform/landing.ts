/** The buckets, and what AppFlow brings and takes. */

/** The bucket that files land in, and who may read it. */
export interface Landing {
  awsAccountId: string;
  bucket: string;
  bucketArn: string;
  role: string;
  roleArn: string;
  infrequentAfterDays: number;
  archiveAfterDays: number;
  oldVersionsExpireAfterDays: number;
  forceDestroy: boolean;
  /** Who is told of new objects: the pipes' queue, by the prefixes that pipes and directory tables read, and others. */
  notifications: { id: string; prefix: string; queueArn?: string }[];
}

/** The bucket that batches leave by, and the role that writes them. Nothing in it is an event for a pipe. */
export interface Outbound {
  bucket: string;
  bucketArn: string;
  role: string;
  roleArn: string;
  /** Folders that the role may write. */
  folders: string[];
  expireAfterDays: number;
  forceDestroy: boolean;
}

/** An Amazon AppFlow flow between a system and a bucket: `in` to the landing zone, `out` of the outbound one. */
export interface Flow {
  key: string;
  name: string;
  description: string;
  direction: "in" | "out";
  connector: "Salesforce" | "Marketo" | "Zendesk";
  /** Name of AppFlow's connection, which holds the credentials. */
  connection: string;
  /** The system's own name of the object. */
  object: string;
  bucket: string;
  /** Folder in the bucket, without a slash at its end. */
  folder: string;
  /** AppFlow's expression, e.g. `rate(24hours)`. */
  schedule: string;
  pull: "Complete" | "Incremental";
  /** Of outbound ones: how records are written, and the fields that the files hold. */
  write?: { operation: "update" | "upsert"; externalId: string; fields: string[]; errorFolder: string };
}

/** What a model's rows become in a system of record. */
export interface ActivationPlan {
  key: string;
  file: string;
  description: string;
  owner: string;
  model: string;
  connector: "Salesforce";
  object: string;
  write: "update" | "upsert";
  externalId: string;
  /** Every field of a sent record, the external id and the version among them. */
  fields: string[];
  /** Logical name of the model that tells what came back. */
  returned: string;
  /** Key of its task. */
  task: string;
}
