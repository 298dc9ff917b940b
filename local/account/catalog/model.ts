import type { DataType } from "../types/data-type.ts";
import type { DynamicTableProps, MaterializedViewProps } from "./derived-props.ts";
import type {
  AccountPolicyProps,
  AlertProps,
  ClassificationProps,
  NetworkPolicyProps,
  NetworkRuleProps,
  PolicyProps,
  RoutineProps,
  SecretProps,
  SequenceProps,
  TagProps,
} from "./loose-props.ts";

/**
 * The catalogue's objects as plain data. An object is found by its container and its name as stored (identifier
 * rules: unquoted is upper-cased, quoted is kept). Everything refers to others by id, so renames break nothing.
 */
export const ACCOUNT_ID = 0;

/** Name under which a new relation is filled before it takes its place; nobody sees it. */
export const UNFINISHED = "__FIRN_UNFINISHED_";

export interface ColumnDef {
  name: string;
  type: DataType;
  nullable: boolean;
  /** SQL text of the DEFAULT expression as it was written. */
  defaultSql: string | null;
  comment: string | null;
  autoincrement?: { start: string; increment: string; order: boolean };
  maskingPolicyId?: number;
  /** Columns that the policy's arguments are, the first being this one (MASKING POLICY … USING). */
  maskingPolicyColumns?: string[];
  collation?: string;
}

export interface ConstraintDef {
  name: string;
  kind: "PRIMARY KEY" | "UNIQUE" | "FOREIGN KEY";
  columns: string[];
  references?: { tableId: number; columns: string[] };
  rely?: boolean;
}

/** Object parameters that were set explicitly (upper-case name to value); inheritance is computed. */
export type Parameters = Record<string, string | number | boolean>;

interface Parametrised {
  parameters: Parameters;
}

export interface TableProps extends Parametrised {
  tableKind: "PERMANENT" | "TRANSIENT" | "TEMPORARY";
  /** Session that owns a temporary table. */
  sessionId?: string;
  columns: ColumnDef[];
  constraints: ConstraintDef[];
  clusterBy: string[];
  changeTracking: boolean;
  enableSchemaEvolution: boolean;
  rowAccessPolicy?: { policyId: number; columns: string[] };
}

export interface ViewProps {
  /** The whole CREATE VIEW statement, and the query inside it. */
  text: string;
  query: string;
  columns: ColumnDef[];
  isSecure: boolean;
  isRecursive: boolean;
  /** Session that owns a temporary view. */
  sessionId?: string;
  changeTracking: boolean;
  /** Database and schema that unqualified names in the query mean. */
  context: { databaseId: number | null; schemaId: number | null };
  rowAccessPolicy?: { policyId: number; columns: string[] };
}

export interface WarehouseProps extends Parametrised {
  type: "STANDARD" | "SNOWPARK-OPTIMIZED";
  size: string;
  minClusterCount: number;
  maxClusterCount: number;
  scalingPolicy: "STANDARD" | "ECONOMY";
  /** Seconds; null never suspends. */
  autoSuspend: number | null;
  autoResume: boolean;
  resourceMonitorId: number | null;
  enableQueryAcceleration: boolean;
  queryAccelerationMaxScaleFactor: number;
  resourceConstraint: string | null;
  generation: string | null;
  /** Wanted state; compute/ holds what is running. */
  state: "STARTED" | "SUSPENDED";
}

export interface ResourceMonitorProps {
  creditQuota: number | null;
  frequency: "MONTHLY" | "DAILY" | "WEEKLY" | "YEARLY" | "NEVER";
  startTimestamp: number | null;
  endTimestamp: number | null;
  notifyAt: number[];
  suspendAt: number | null;
  suspendImmediateAt: number | null;
  notifyUsers: string[];
  level: "ACCOUNT" | "WAREHOUSE" | null;
}

export interface UserProps extends Parametrised {
  type: "PERSON" | "SERVICE" | "LEGACY_SERVICE" | null;
  loginName: string;
  displayName: string;
  firstName: string | null;
  middleName: string | null;
  lastName: string | null;
  email: string | null;
  /** scrypt: `salt:hash` in hex; never the password. */
  passwordHash: string | null;
  mustChangePassword: boolean;
  disabled: boolean;
  defaultWarehouse: string | null;
  defaultNamespace: string | null;
  defaultRole: string | null;
  defaultSecondaryRoles: string[];
  rsaPublicKey: string | null;
  rsaPublicKey2: string | null;
  daysToExpiry: number | null;
  minsToUnlock: number | null;
  minsToBypassMfa: number | null;
  networkPolicyId: number | null;
  lastSuccessLogin: number | null;
}

export interface StageProps {
  url: string | null;
  storageIntegrationId: number | null;
  region: string | null;
  /** `seenUpTo`: the last modification that the directory table's last refresh saw, in milliseconds. */
  directory: { enable: boolean; autoRefresh: boolean; seenUpTo?: number } | null;
  /** FILE_FORMAT and COPY_OPTIONS as written, upper-case keys. */
  fileFormat: Record<string, unknown>;
  copyOptions: Record<string, unknown>;
  encryption: string | null;
  temporary: boolean;
}

export interface FileFormatProps {
  type: "CSV" | "JSON" | "AVRO" | "ORC" | "PARQUET" | "XML";
  options: Record<string, unknown>;
}

export interface PipeProps {
  /** The COPY statement as written. */
  copy: string;
  tableId: number;
  stageId: number | null;
  autoIngest: boolean;
  notificationChannel: string | null;
  integrationId: number | null;
  errorIntegrationId: number | null;
  awsSnsTopic: string | null;
  paused: boolean;
  context: { databaseId: number | null; schemaId: number | null };
}

export interface StreamProps {
  sourceId: number;
  sourceKind: "TABLE" | "DYNAMIC TABLE" | "VIEW" | "EXTERNAL TABLE" | "STAGE";
  /** Tables that its view reads. */
  baseIds?: number[];
  mode: "DEFAULT" | "APPEND_ONLY" | "INSERT_ONLY";
  showInitialRows: boolean;
}

export interface TaskProps extends Parametrised {
  definition: string;
  warehouseId: number | null;
  /** As written: `1 MINUTE`, `USING CRON …`; null for a child or triggered task. */
  schedule: string | null;
  predecessors: number[];
  finalizes: number | null;
  condition: string | null;
  allowOverlappingExecution: boolean;
  errorIntegrationId: number | null;
  config: string | null;
  state: "started" | "suspended";
  lastCommittedOn: number | null;
  lastSuspendedOn: number | null;
  lastSuspendedReason: string | null;
  context: { databaseId: number | null; schemaId: number | null };
}

export interface IntegrationProps {
  integrationType: string;
  category: "STORAGE" | "NOTIFICATION" | "API" | "SECURITY" | "EXTERNAL_ACCESS" | "CATALOG";
  enabled: boolean;
  /** Properties as written, upper-case keys, and those that the account makes (external id, IAM user). */
  properties: Record<string, unknown>;
}

/** Kinds without a behaviour of their own yet. */
export type LooseProps = Record<string, unknown>;

export interface PropsByKind {
  DATABASE: Parametrised & { transient: boolean; origin: string | null };
  SCHEMA: Parametrised & { transient: boolean; managedAccess: boolean };
  TABLE: TableProps;
  VIEW: ViewProps;
  WAREHOUSE: WarehouseProps;
  RESOURCE_MONITOR: ResourceMonitorProps;
  ROLE: Record<string, never>;
  DATABASE_ROLE: Record<string, never>;
  USER: UserProps;
  STAGE: StageProps;
  FILE_FORMAT: FileFormatProps;
  PIPE: PipeProps;
  STREAM: StreamProps;
  TASK: TaskProps;
  INTEGRATION: IntegrationProps;
  SEQUENCE: SequenceProps;
  FUNCTION: RoutineProps;
  PROCEDURE: RoutineProps;
  ALERT: AlertProps;
  TAG: TagProps;
  MASKING_POLICY: PolicyProps;
  ROW_ACCESS_POLICY: PolicyProps;
  NETWORK_RULE: NetworkRuleProps;
  NETWORK_POLICY: NetworkPolicyProps;
  SECRET: SecretProps;
  PASSWORD_POLICY: AccountPolicyProps;
  SESSION_POLICY: AccountPolicyProps;
  AUTHENTICATION_POLICY: AccountPolicyProps;
  CLASSIFICATION: ClassificationProps;
  DYNAMIC_TABLE: DynamicTableProps;
  MATERIALIZED_VIEW: MaterializedViewProps;
  /** Kinds that only privileges and listings know so far: none can be created. */
  EVENT_TABLE: LooseProps;
  EXTERNAL_TABLE: LooseProps;
  ICEBERG_TABLE: LooseProps;
  /** Account parameters and account-level settings: one object, id 0's settings. */
  ACCOUNT_SETTINGS: Parametrised & { resourceMonitorId: number | null };
}

export type ObjectKind = keyof PropsByKind;

export interface CatalogObject<K extends ObjectKind = ObjectKind> {
  id: number;
  kind: K;
  /** Container: ACCOUNT_ID, a database's id or a schema's id. */
  parent: number;
  name: string;
  /** Role (or database role) that owns it; null for what the system owns. */
  owner: number | null;
  comment: string | null;
  /** Milliseconds since the epoch. */
  createdOn: number;
  droppedOn: number | null;
  props: PropsByKind[K];
}

/** A relation whose rows are in a physical table of its own. */
export type StoredTable = CatalogObject<"TABLE"> | CatalogObject<"DYNAMIC_TABLE">;

/** A relation whose rows are stored and follow from its query. */
export type DerivedTable = CatalogObject<"DYNAMIC_TABLE"> | CatalogObject<"MATERIALIZED_VIEW">;

/** Kinds that share one namespace within their container (a table and a view cannot have one name). */
export const NAMESPACES: Partial<Record<ObjectKind, string>> = {
  TABLE: "RELATION",
  VIEW: "RELATION",
  DYNAMIC_TABLE: "RELATION",
  MATERIALIZED_VIEW: "RELATION",
  EVENT_TABLE: "RELATION",
  EXTERNAL_TABLE: "RELATION",
  ICEBERG_TABLE: "RELATION",
  STREAM: "RELATION",
};

export type Grantee = { kind: "ROLE" | "DATABASE_ROLE" | "USER"; id: number };

export interface Grant {
  id: number;
  /** Upper-case: SELECT, USAGE, OWNERSHIP is not here (it is the object's owner), USAGE on a role means membership. */
  privilege: string;
  on:
    | { scope: "OBJECT"; kind: ObjectKind | "ACCOUNT"; id: number }
    /** GRANT … ON FUTURE <kind>s IN DATABASE|SCHEMA. */
    | { scope: "FUTURE"; kind: ObjectKind; in: "DATABASE" | "SCHEMA"; id: number };
  grantee: Grantee;
  grantOption: boolean;
  /** Role that granted it; null for the system. */
  grantedBy: number | null;
  createdOn: number;
}
