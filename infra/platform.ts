/**
 * The platform as plain, serialisable, fully named data: what `compile` yields, what `declare` turns into resources,
 * and what cost, review and policy read. `key` is an entry's logical name within its kind; it is stable across stacks
 * and becomes the resource's name in Pulumi's state. Durations are seconds unless a name says otherwise.
 */
import type { AdoptedDefinitions, AdoptedParameters } from "./adopted/definitions.ts";
import type { Edition, StackConfig, WarehouseSize } from "./config/schema.ts";
import type { DatabaseKey, LogicalName, ObjectName, SchemaName } from "./names.ts";
import type { Schedule } from "./units.ts";

export interface Platform {
  stack: string;
  region: string;
  edition: Edition;
  /** Whether stateful resources refuse deletion. */
  protect: boolean;
  /** Roles as which parts of the platform are made; loader and transformer are the platform's own. */
  automation: StackConfig["automation"] & {
    loader: string;
    transformer: string;
    alerter: string;
    activator: string;
  };
  budgets: Record<string, number>;
  databases: Database[];
  schemas: Schema[];
  warehouses: Warehouse[];
  monitors: Monitor[];
  roles: Role[];
  roleGrants: RoleGrant[];
  grants: Grant[];
  users: ServiceUser[];
  governance: Governance;
  fileFormats: FileFormat[];
  stages: Stage[];
  integrations: StorageIntegration[];
  tables: Table[];
  views: View[];
  pipes: Pipe[];
  streams: Stream[];
  tasks: Task[];
  landing: Landing;
  topics: Topic[];
  acls: Acl[];
  connectors: Connector[];
  pauses: Pause[];
  /** Where the connectors run; absent where something else runs them. */
  connect?: Connect;
  /** Where batches leave; absent where the stack sends nothing back. */
  outbound?: Outbound;
  flows: Flow[];
  activations: ActivationPlan[];
  sources: SourcePlan[];
  models: Model[];
  checks: Check[];
  alerts: Alert[];
  notifications: NotificationIntegration[];
  metrics: Metric[];
  kpis: Kpi[];
  /** What was on the account before and has been taken over, beside warehouses, monitors and roles; absent where nothing was. */
  adopted?: Adopted;
}

/** Databases, schemas and users that the program keeps as it found them. */
export interface Adopted {
  databases: ({ key: string; name: string } & AdoptedDefinitions["databases"][string])[];
  schemas: (SchemaName & { key: string } & AdoptedDefinitions["schemas"][string][string])[];
  users: ({ key: string; name: string } & AdoptedDefinitions["users"][string])[];
}

/** An enabled source, for reports: who answers for it, what it promises, which way it comes in. */
export interface SourcePlan {
  key: string;
  description: string;
  owner: string;
  wayIn: "files" | "flow" | "topic" | "documents" | "loader";
  /** Seconds after which the newest record counts as late. */
  freshness?: number;
  /** Seconds after which its rows are deleted from RAW; absent where they stay. */
  keep?: number;
  objects: {
    label: string;
    /** Its table, as models write it; absent for documents and what a loader makes. */
    table?: string;
    key?: string;
    time?: string;
    /** Field names and types; a `!` where the field must be there. */
    fields?: Record<string, string>;
    drift?: "absorb" | "reject";
  }[];
}

export interface Database {
  key: DatabaseKey;
  name: string;
  comment: string;
  timeTravelDays: number;
}

export interface Schema extends SchemaName {
  key: string;
  databaseKey: DatabaseKey;
  /** As models write it. */
  logical: string;
  comment: string;
}

export interface Warehouse {
  key: string;
  name: string;
  size: WarehouseSize;
  autoSuspend: number;
  statementTimeout: number;
  queueTimeout: number;
  minClusters: number;
  maxClusters: number;
  /** Absent in the standard edition, which has none. */
  queryAcceleration?: { enabled: boolean; maxScaleFactor: number };
  /** Physical name of its resource monitor. */
  monitor?: string;
  comment: string;
  /** Of one that was on the account before: what else it was found with, and which parameters are its own. */
  adopted?: {
    autoResume: boolean;
    scalingPolicy: "STANDARD" | "ECONOMY";
    parameters: AdoptedParameters;
  };
}

export interface Monitor {
  key: string;
  name: string;
  credits: number;
  frequency: string;
  notify: number[];
  suspend: number;
  suspendImmediate: number;
  /** Guards the whole account rather than the warehouses that name it. */
  account: boolean;
  /** Was on the account before; its percentages may be 0, which is none. */
  adopted?: boolean;
}

export interface Role {
  key: string;
  name: string;
  kind: "access" | "functional";
  comment: string;
  /** Was on the account before. */
  adopted?: boolean;
}

/** `role` is granted to a parent role or to a user; all are physical names. */
export interface RoleGrant {
  key: string;
  role: string;
  to: { role: string } | { user: string };
  /** Was on the account before. */
  adopted?: boolean;
}

export type GrantTarget =
  | { on: "account" }
  | { on: "database" | "warehouse" | "integration"; name: string }
  | { on: "schema"; schema: SchemaName }
  | { on: "future"; objects: "TABLES" | "VIEWS"; schema: SchemaName }
  | { on: "table" | "view" | "stage" | "file format" | "tag" | "row access policy"; object: ObjectName };

/** Privileges given to one role on one target. `because` names what needs it, for reviews. */
export interface Grant {
  key: string;
  role: string;
  privileges: string[];
  target: GrantTarget;
  because: string;
  /** Was on the account before. */
  adopted?: boolean;
}

export interface ServiceUser {
  key: string;
  name: string;
  role: string;
  /** Base64 of the public key's DER, without header and footer. Public by nature. */
  publicKey: string;
  /** Name of the network policy that says where it logs in from; absent where it may from everywhere. */
  networkPolicy?: string;
  comment: string;
}

/** What hides, and what admits. Masks and tags are absent where the edition has no masking policies. */
export interface Governance {
  masks: MaskingPolicy[];
  tags: Tag[];
  associations: TagAssociation[];
  rowPolicies: RowAccessPolicy[];
  networkRules: NetworkRule[];
  networkPolicies: NetworkPolicy[];
}

/** Rows are seen by roles of `all`, and by the role of `own` whose value the argument has. */
export interface RowAccessPolicy extends ObjectName {
  key: string;
  argument: { name: string; type: string };
  all: string[];
  own: { value: string; role: string }[];
  body: string;
  comment: string;
}

/** Ranges of IPv4 addresses from which requests come. */
export interface NetworkRule extends ObjectName {
  key: string;
  addresses: string[];
  comment: string;
}

/** Admits requests that one of its rules names. */
export interface NetworkPolicy {
  key: string;
  name: string;
  allowed: ObjectName[];
  comment: string;
}

/** Values of one data type as they are seen; one argument, `VAL`. */
export interface MaskingPolicy extends ObjectName {
  key: string;
  /** `VARCHAR`, `VARIANT`, `NUMBER`, …: what columns are matched by. */
  type: string;
  body: string;
  /** Roles that the body lets see the value. */
  unmasked: string[];
  comment: string;
}

/** A tag; columns that carry it are masked by the policy of their type. */
export interface Tag extends ObjectName {
  key: string;
  allowedValues: string[];
  masks: ObjectName[];
  comment: string;
}

/** A tag with one value on columns (names in four parts), or on schemas (in two), which their columns inherit. */
export interface TagAssociation {
  key: string;
  tag: ObjectName;
  value: string;
  on: "column" | "schema";
  objects: string[][];
}

export interface FileFormat extends ObjectName {
  key: string;
  type: "CSV";
  options: {
    compression: string;
    fieldDelimiter: string;
    fieldOptionallyEnclosedBy: string;
    escapeUnenclosedField: string;
    skipBlankLines: boolean;
    replaceInvalidCharacters: boolean;
    emptyFieldAsNull: boolean;
    errorOnColumnCountMismatch: boolean;
    skipByteOrderMark: boolean;
    trimSpace: boolean;
    encoding: string;
  };
  comment: string;
}

export interface StorageIntegration {
  key: string;
  name: string;
  roleArn: string;
  allowedLocations: string[];
  comment: string;
}

export interface Stage extends ObjectName {
  key: string;
  url: string;
  integration: string;
  /** Keeps a directory table: the list of its files, refreshed by the bucket's events. */
  directory?: boolean;
  comment: string;
}

export interface Column {
  name: string;
  /** As DESCRIBE prints it: `NUMBER(38,0)`, `VARCHAR(16777216)`. */
  type: string;
  nullable: boolean;
  description: string;
  tags: string[];
  /** Of a column that is tagged as personal and holds records: the fields that are so; all by default. */
  personalFields?: readonly string[];
  /** Column of the same table whose values it holds in another form: the line that a record was read from. */
  sameAs?: string;
  /** The policy that hides its values; of a view's column, the one of the table's column that it shows. */
  masking?: ColumnMasking;
}

/** A masking policy on a column: sessions with one of the roles of `unmasked`, or with one that holds it, see values. */
export interface ColumnMasking {
  policy: string;
  unmasked: string[];
}

export interface Table extends ObjectName {
  key: string;
  logical: string;
  columns: Column[];
  clusterBy: string[];
  comment: string;
  /** Written by pipes and connectors only, never updated: streams on it may be append-only. */
  insertOnly: boolean;
  /** Its own Time Travel; absent where it has its database's. */
  timeTravelDays?: number;
}

export interface View extends ObjectName {
  key: string;
  logical: string;
  columns: Column[];
  statement: string;
  /** Its definition and its optimizer tell nothing to those who only read it. */
  secure?: boolean;
  /** Logical names of what it reads, where no model says so. */
  reads?: string[];
  /** Made by the account role: it reads what no other role sees. */
  asAccount?: boolean;
  /** Which of its rows who sees, by the values of its columns `on`. */
  rowAccess?: { policy: ObjectName; on: string[] };
  comment: string;
}

export interface Pipe extends ObjectName {
  key: string;
  copy: string;
  /** What the COPY statement is made of, for statements that read the same files in another way. */
  load: PipeLoad;
  comment: string;
}

/** A pipe or a connector that stands still, because the stack pauses its source. */
export interface Pause {
  /** `pause` and the key of what is paused. */
  key: string;
  name: string;
  source: string;
  /** Exactly one of the two. */
  pipe?: ObjectName;
  /** Key of the connector. */
  connector?: string;
}

export interface PipeLoad {
  /** Key of the source. */
  source: string;
  stage: ObjectName;
  format: ObjectName;
  /** Folder of its files below the stage's URL, with the final `/`. */
  prefix: string;
  columns: string[];
  /** What is read of each line, in the order of the columns. */
  selected: string[];
}

export interface Stream extends ObjectName {
  key: string;
  table: ObjectName;
  /** The table, as models write it. */
  source: string;
  /** The one model that reads it, or the key of the task with its checks. */
  consumer: string;
  appendOnly: boolean;
  comment: string;
}

export interface Task extends ObjectName {
  key: string;
  /** Absent for the root of a graph. */
  model?: string;
  /** The model whose checks it runs, or `schedule` for those of whole tables. */
  checks?: string;
  freshness: string;
  /** Whose privileges it has; the transformer's unless told. */
  role?: "activator";
  warehouse: string;
  warehouseKey: string;
  /** Roots have a schedule, the others predecessors (keys of tasks). */
  schedule?: Schedule;
  after: string[];
  when?: string;
  statement: string;
  timeout: number;
  suspendAfterFailures?: number;
  retries?: number;
  errorIntegration?: string;
  started: boolean;
  comment: string;
}

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

/** How a model's table is kept up to date. */
export type Maintenance =
  | { kind: "view" }
  /** Only arriving rows are computed; inputs are insert-only, lookups repair earlier rows. */
  | { kind: "arrivals"; driver: string; lookups: string[] }
  /** The keys that a change can touch are recomputed. `grain` is the part of the key that is collected. */
  | { kind: "affected"; grain: string[] }
  /** Rebuilt whole, because of `reason`. */
  | { kind: "rebuild"; reason: string };

export interface Model {
  logical: string;
  file: string;
  name: ObjectName;
  description: string;
  owner: string;
  key: string[];
  /** Sentence that says what one row is. */
  grain: string;
  freshness: string;
  warehouse: string;
  columns: Column[];
  /** Tables and views that it reads, as models write them. */
  reads: string[];
  /** For each column, the columns that its value comes from: `core.usage.event.event_id`. */
  lineage: Record<string, string[]>;
  /** The part of lineage whose values can be read from the column, down to a record's field: `raw.crm.lead.record:Email`. */
  shows: Record<string, string[]>;
  maintenance: Maintenance;
  /** The SELECT with physical names; what a score's task does; empty for what such a task writes besides. */
  query: string;
  /** One statement that rebuilds the target; for backfills and for comparing. Absent for views. */
  fullRefresh?: string;
}

/** Something that must hold of a model's rows. */
export interface Check {
  /** `core.customer.account.not_null.name` */
  key: string;
  model: string;
  /** Department that is told. */
  owner: string;
  /** Kind of a header's test, or `select` for a file of its own. */
  kind: string;
  /** What must hold, in words. */
  says: string;
  /** `blocking`: what reads the model waits while rows break it. */
  severity: "warning" | "blocking";
  file: string;
  /** Over the rows that changed, after the model's task; or over whole tables, on a schedule. */
  run: "changes" | "schedule";
  /** Other tables that it reads, as models write them. */
  reads: string[];
  /** Columns of its rows that are kept as samples: none of them personal. */
  sample: string[];
  /** SELECT of the rows that break it, over `changed` or over tables by physical names. */
  query: string;
}

/** A metric's one written definition, and the column that holds it. */
export interface Metric {
  name: string;
  file: string;
  owner: string;
  description: string;
  /** As models write it; the metric is its column of the same name. */
  table: string;
  /** Table whose rows, called `r`, are counted. */
  from: string;
  statistic: "count" | "count_distinct" | "sum" | "mean" | "median" | "min" | "max";
  /** Expression over `r` that the statistic is of; absent for count. */
  of?: string;
  /** Conditions that say which rows the table is about, and which of them this metric counts. */
  population: string[];
  where?: string;
  dimensions: { name: string; of: string; description: string }[];
  type: string;
}

/** A native alert: when its condition has rows, its action tells people. */
export interface Alert extends ObjectName {
  key: string;
  file: string;
  description: string;
  /** Department that is told, where the findings name none. */
  owner: string;
  severity: "notice" | "warning" | "critical";
  /** Seconds within which the same key is told once. */
  again: number;
  /** Whom it may tell. */
  channels: AlertChannel[];
  warehouse: string;
  warehouseKey: string;
  schedule: Schedule;
  condition: string;
  action: string;
  started: boolean;
  /** Tables that it reads, as models write them. */
  reads: string[];
  comment: string;
}

/** A way to a department: recipients of mail, separated by commas, or the name of a webhook's integration. */
export interface AlertChannel {
  owner: string;
  kind: "mail" | "webhook";
  address: string;
}

/** The account's door to the outside; roles need USAGE on it. */
export type NotificationIntegration = { key: string; name: string; comment: string } & (
  | { kind: "mail"; recipients: string[] }
  /** `secret` is the object that holds what must not be read, `secretVariable` where its value comes from. */
  | { kind: "webhook"; url: string; bodyTemplate: string; secret?: ObjectName; secretVariable?: string }
  | { kind: "queue"; topicArn: string; roleArn: string }
);

/** A question that reports ask, with the columns of its answer. */
export interface Kpi {
  name: string;
  sql: string;
  columns: string[];
}

export type { LogicalName, ObjectName, SchemaName };
