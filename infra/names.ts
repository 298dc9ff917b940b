/**
 * Every physical name is composed here and nowhere else. Identifiers are stored upper-case, as Snowflake does with
 * unquoted ones, and written quoted (`"RAW"."SALESFORCE"."ACCOUNT"`), so that no reserved word can surprise.
 */

/** The four databases, by what happens to data on its way. */
export const DATABASES = ["raw", "core", "mart", "ops"] as const;
export type DatabaseKey = (typeof DATABASES)[number];

/** Schemas that the platform itself needs; the others follow from sources and models. */
export const LANDING_SCHEMA = "landing";
export const PIPELINE_SCHEMA = "pipeline";
export const GOVERNANCE_SCHEMA = "governance";
/** Alerts, what they told, and the secrets of their webhooks. */
export const ALERT_SCHEMA_NAME = "alert";
export const ACTIVATION_SCHEMA = "activation";

/** A schema-level object's name in three parts, physical. */
export interface ObjectName {
  database: string;
  schema: string;
  name: string;
}

/** A schema's name in two parts, physical. */
export interface SchemaName {
  database: string;
  schema: string;
}

/** A name as models write it: `core.customer.account`, lower-case, without the stack's prefix. */
export interface LogicalName {
  database: DatabaseKey;
  schema: string;
  name: string;
}

export const printLogical = (name: LogicalName): string => `${name.database}.${name.schema}.${name.name}`;

/** `"A"."B"`; doubles embedded quotes. */
export const quoted = (...parts: string[]): string =>
  parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");

export const quotedObject = (name: ObjectName): string => quoted(name.database, name.schema, name.name);
export const quotedSchema = (name: SchemaName): string => quoted(name.database, name.schema);

/**
 * Composes the names of one stack. `prefix` is the stack's, or empty; `governed` that of the stack whose tags and policies
 * hold for it, its own by default.
 */
export class Names {
  readonly prefix: string;
  readonly stack: string;
  private readonly governed: string;

  constructor(stack: string, prefix: string, governed = prefix) {
    this.stack = stack;
    this.prefix = prefix;
    this.governed = governed;
  }

  private account(...parts: string[]): string {
    return prefixed(this.prefix, parts);
  }

  database(key: DatabaseKey): string {
    return this.account(key);
  }

  schema(database: DatabaseKey, schema: string): SchemaName {
    return { database: this.database(database), schema: schema.toUpperCase() };
  }

  object(name: LogicalName): ObjectName {
    return { ...this.schema(name.database, name.schema), name: name.name.toUpperCase() };
  }

  /** A stream lives beside the tasks; its one consumer comes first in its name. */
  stream(consumer: LogicalName, source: LogicalName): ObjectName {
    return this.pipeline(`${flat(consumer)}__${flat(source)}`);
  }

  task(model: LogicalName): ObjectName {
    return this.pipeline(flat(model));
  }

  rootTask(freshness: string): ObjectName {
    return this.pipeline(`start_${freshness}`);
  }

  /** The task that deletes raw rows which their source no longer keeps. */
  retentionTask(): ObjectName {
    return this.pipeline("retain");
  }

  /** The task that runs a model's checks, and the stream of the rows that they have yet to see. */
  checkTask(model: LogicalName): ObjectName {
    return this.pipeline(`check_${flat(model)}`);
  }

  checkStream(model: LogicalName): ObjectName {
    return this.pipeline(`check__${flat(model)}`);
  }

  /** The task that looks after the platform itself. */
  watchTask(): ObjectName {
    return this.pipeline("watch");
  }

  alert(name: string): ObjectName {
    return { ...this.schema("ops", ALERT_SCHEMA_NAME), name: name.toUpperCase() };
  }

  /** A notification integration, e.g. FIRN_ALERT_MAIL. */
  notification(...parts: string[]): string {
    return this.account("alert", ...parts);
  }

  /** The task that runs the checks which look at whole tables. */
  scheduledChecks(): ObjectName {
    return this.pipeline("check_schedule");
  }

  private pipeline(name: string): ObjectName {
    return { ...this.schema("ops", PIPELINE_SCHEMA), name: name.toUpperCase() };
  }

  /** The tag that marks personal data. */
  personalTag(): ObjectName {
    return this.governance("personal");
  }

  /** The masking policy of a data type. */
  mask(type: string): ObjectName {
    return this.governance(`mask_${type}`);
  }

  rowsByDepartment(): ObjectName {
    return this.governance("rows_by_department");
  }

  /** Addresses of a service user. */
  networkRule(user: string): ObjectName {
    return this.governance(`${user}_addresses`);
  }

  networkPolicy(user: string): string {
    return this.account(user);
  }

  /** The role that the masking policies let see. */
  clearTextRole(): string {
    return prefixed(this.governed, ["personal_read"]);
  }

  private governance(name: string): ObjectName {
    return {
      database: prefixed(this.governed, ["ops"]),
      schema: GOVERNANCE_SCHEMA.toUpperCase(),
      name: name.toUpperCase(),
    };
  }

  warehouse(key: string): string {
    return this.account(key);
  }

  monitor(key: string): string {
    return this.account(key);
  }

  /** A functional role, e.g. TRANSFORMER or ANALYST_SALES. */
  role(...parts: string[]): string {
    return this.account(...parts);
  }

  accessRole(database: DatabaseKey, schema: string, level: "read" | "write"): string {
    return this.account(database, schema, level);
  }

  user(key: string): string {
    return this.account(key);
  }

  storageIntegration(): string {
    return this.account("landing");
  }

  bucket(suffix: string): string {
    return `firn-${this.stack}-landing${suffix}`;
  }

  storageRole(): string {
    return `firn-${this.stack}-snowflake-landing`;
  }

  outboundIntegration(): string {
    return this.account("outbound");
  }

  outboundBucket(suffix: string): string {
    return `firn-${this.stack}-outbound${suffix}`;
  }

  outboundRole(): string {
    return `firn-${this.stack}-snowflake-outbound`;
  }

  /** AppFlow allows letters, digits and a few signs, of which `-` and `_` are among. */
  flow(...parts: string[]): string {
    return `firn-${this.stack}-${parts.join("-")}`;
  }

  topic(...parts: string[]): string {
    return parts.join(".");
  }

  workerConfiguration(): string {
    return `firn-${this.stack}-connect`;
  }

  /** IAM allows 64 characters. */
  connectRole(connector: string): string {
    return `${connector}-connect`.slice(-64);
  }

  connector(topic: string): string {
    return `firn-${this.stack}-${topic.replaceAll(".", "-")}`;
  }
}

const prefixed = (prefix: string, parts: readonly string[]): string =>
  [prefix, ...parts]
    .filter((part) => part !== "")
    .join("_")
    .toUpperCase();

const flat = (name: LogicalName): string => `${name.database}_${name.schema}_${name.name}`;

/** Amazon Resource Names are composed, not looked up, where a cycle would arise otherwise. */
export const iamRoleArn = (accountId: string, role: string): string =>
  `arn:aws:iam::${accountId}:role/${role}`;
export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
