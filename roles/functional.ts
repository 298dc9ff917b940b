/**
 * The functional roles: what kinds of work there are, and which schemas each reads and writes. People and services
 * get functional roles; functional roles get access roles; access roles get privileges. Nothing is granted to users
 * or to PUBLIC.
 */
import { ACTIVATION_SCHEMA } from "../infra/names.ts";
import type { Schema } from "../infra/platform.ts";
import { PERSONAL_READ } from "./masking.ts";

export type Creation =
  | "CREATE ALERT"
  | "CREATE PIPE"
  | "CREATE SNOWFLAKE.ML.CLASSIFICATION"
  | "CREATE STREAM"
  | "CREATE TABLE"
  | "CREATE TASK";

export interface FunctionalRole {
  /** Logical name, lower-case; its parts are joined by `_`. */
  key: string;
  comment: string;
  reads: string[];
  writes: string[];
  /** Keys of warehouses that it may use. */
  warehouses: string[];
  /** Schemas in which it may create and then owns things. */
  creates: { privilege: Creation; schema: string }[];
  /** Of a role of a department's people. */
  department?: string;
  /** Keys of further roles that it holds. */
  holds?: string[];
  /** Privileges on the account. */
  account: ("EXECUTE ALERT" | "EXECUTE TASK" | "MONITOR USAGE")[];
  /** Notification integrations that it may use; none by default. */
  integrations?: readonly string[];
}

/** What the models and sources need, by logical schema (`core.customer`). */
export interface DataFlows {
  /** Schemas that pipes load. */
  loaded: string[];
  /** Where the stage and its file format are. */
  landing: string;
  /** Where tasks and streams are. */
  pipeline: string;
  /** Where tags and policies are. */
  governance: string;
  /** Schemas with tables or views that have a column with personal data. */
  personal: string[];
  /** Where tasks train classifications; nowhere by default. */
  classifiers?: string[];
  modelReads: string[];
  modelWrites: string[];
  modelWarehouses: string[];
  alerts?: AlertFlows;
}

/** What alerts need; absent where nobody is told. */
export interface AlertFlows {
  /** Where alerts and what they told are. */
  schema: string;
  warehouse: string;
  reads: string[];
  integrations: string[];
  /** Told of failed graphs, by tasks. */
  errorIntegrations: string[];
}

/** What the activations' tasks need beside the tables that they read. */
export interface ActivatorFlows {
  reads: string[];
  warehouse: string;
}

/** Owns the activations' tasks. What it may do to the ledger and the stage is granted on those alone. */
export const activatorRole = (flows: ActivatorFlows): FunctionalRole => ({
  key: "activator",
  comment:
    "Owns the tasks that send back: reads what is sent and what came back, writes the ledger and batches.",
  reads: flows.reads,
  writes: [],
  warehouses: [flows.warehouse],
  creates: [{ privilege: "CREATE TASK", schema: `ops.${ACTIVATION_SCHEMA}` }],
  account: ["EXECUTE TASK"],
});

export const BI_WAREHOUSE = "bi";
export const REPORTER = "reporter";
export const STEWARD = "steward";
/** Views of who did what on the account. */
const AUDIT_SCHEMA = "ops.audit";
/** The schema of MART that every department reads, each its own rows of it. */
export const SHARED_MART = "mart.shared";
/** Key of the BI tool's user and role. */
export const BI_TOOL = "bi_tool";
/** Key of the role of a department's people. */
export const analystKey = (department: string): string => `analyst_${department}`;

/** A managed loader: its own user, role, schema and warehouse, and nothing else. */
export interface LoaderRole {
  user: string;
  schema: string;
  warehouse: string;
  comment: string;
}

/** A role for each user; loaders of several schemas share it. */
export function loaderRoles(loaders: readonly LoaderRole[]): FunctionalRole[] {
  return [...new Set(loaders.map((loader) => loader.user))].map((user) => {
    const own = loaders.filter((loader) => loader.user === user);
    return {
      key: user,
      comment: own[0]!.comment,
      reads: [],
      writes: [],
      warehouses: [...new Set(own.map((loader) => loader.warehouse))],
      creates: own.map((loader) => ({ privilege: "CREATE TABLE", schema: loader.schema })),
      account: [],
    };
  });
}

export function functionalRoles(schemas: readonly Schema[], flows: DataFlows): FunctionalRole[] {
  const inDatabase = (database: string) =>
    schemas.filter((schema) => schema.databaseKey === database).map((schema) => schema.logical);
  const marts = inDatabase("mart");
  const none = { reads: [], writes: [], warehouses: [], creates: [], account: [] };
  return [
    {
      ...none,
      key: "loader",
      comment: "Owns the pipes that load files into RAW.",
      reads: [flows.landing],
      writes: flows.loaded,
      creates: flows.loaded.map((schema) => ({ privilege: "CREATE PIPE", schema })),
    },
    {
      ...none,
      key: "transformer",
      comment: "Owns the tasks and streams: reads what models read, writes what models write.",
      reads: flows.modelReads,
      writes: [...flows.modelWrites, ...(flows.alerts === undefined ? [] : [flows.alerts.schema])],
      warehouses: [
        ...new Set([
          ...flows.modelWarehouses,
          ...(flows.alerts === undefined ? [] : [flows.alerts.warehouse]),
        ]),
      ],
      creates: [
        { privilege: "CREATE STREAM", schema: flows.pipeline },
        { privilege: "CREATE TASK", schema: flows.pipeline },
        ...(flows.classifiers ?? []).map(
          (schema) => ({ privilege: "CREATE SNOWFLAKE.ML.CLASSIFICATION", schema }) as const,
        ),
      ],
      // What a warehouse has used this month is compared with its budget.
      account: flows.alerts === undefined ? ["EXECUTE TASK"] : ["EXECUTE TASK", "MONITOR USAGE"],
      integrations: flows.alerts?.errorIntegrations ?? [],
      // What it writes would be masked for good, and an increment would differ from a full refresh.
      holds: [PERSONAL_READ],
    },
    ...(flows.alerts === undefined ? [] : [alerterRole(flows.alerts)]),
    {
      ...none,
      key: REPORTER,
      comment: "Reads every mart: dashboards for the whole company.",
      reads: marts,
      warehouses: [BI_WAREHOUSE],
    },
    ...marts
      .filter((schema) => schema !== SHARED_MART)
      .map((schema) => {
        const department = schema.split(".")[1]!;
        return {
          ...none,
          key: analystKey(department),
          department,
          comment: `People of ${department}: read their department's mart.`,
          reads: [schema, ...marts.filter((one) => one === SHARED_MART)],
          warehouses: [BI_WAREHOUSE],
        };
      }),
    {
      ...none,
      key: "pii_reader",
      comment: "The privacy office: sees personal data in clear text, wherever it is kept.",
      reads: flows.personal,
      warehouses: [BI_WAREHOUSE],
      holds: [PERSONAL_READ],
    },
    {
      ...none,
      key: STEWARD,
      comment: "Looks after data quality: reads rejected records and where they came from.",
      reads: [
        ...inDatabase("ops").filter(
          (schema) => ![flows.pipeline, flows.governance, AUDIT_SCHEMA].includes(schema),
        ),
        ...inDatabase("raw").filter((schema) => schema !== flows.landing),
      ],
      warehouses: [BI_WAREHOUSE],
    },
    ...inDatabase("ops")
      .filter((schema) => schema === AUDIT_SCHEMA)
      .map((schema) => ({
        ...none,
        key: "auditor",
        comment: "Audits: reads who read personal data, who changed access, who logged in or failed to.",
        reads: [schema],
        warehouses: [BI_WAREHOUSE],
      })),
  ];
}

const alerterRole = (flows: AlertFlows): FunctionalRole => ({
  key: "alerter",
  comment:
    "Owns the alerts: reads what they ask about, notes what they told, sends through their integrations.",
  reads: flows.reads.filter((schema) => schema !== flows.schema),
  writes: [flows.schema],
  warehouses: [flows.warehouse],
  creates: [{ privilege: "CREATE ALERT", schema: flows.schema }],
  account: ["EXECUTE ALERT"],
  integrations: flows.integrations,
});
