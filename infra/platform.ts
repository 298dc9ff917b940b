/**
 * The platform as plain, serialisable, fully named data: what `compile` yields, what `declare` turns into resources,
 * and what cost, review and policy read. `key` is an entry's logical name within its kind; it is stable across stacks
 * and becomes the resource's name in Pulumi's state. Durations are seconds unless a name says otherwise.
 */
import type { CloneOf } from "./config/clone.ts";
import type { Edition, StackConfig } from "./config/schema.ts";
import type { Governance, Grant, Role, RoleGrant, ServiceUser } from "./platform/access.ts";
import type { Alert, NotificationIntegration } from "./platform/alerts.ts";
import type { Adopted, Database, Monitor, Schema, Warehouse } from "./platform/compute.ts";
import type { Acl, Connect, Connector, Topic } from "./platform/kafka.ts";
import type { ActivationPlan, Flow, Landing, Outbound } from "./platform/landing.ts";
import type { Check, Kpi, Metric, Model, SourcePlan } from "./platform/models.ts";
import type {
  FileFormat,
  Pause,
  Pipe,
  Stage,
  StorageIntegration,
  Stream,
  Table,
  Task,
  View,
} from "./platform/storage.ts";

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
  /** Where files land; absent where nothing comes in. */
  landing?: Landing;
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
  /** Of a developer's stack: the one whose tables it has clones of. */
  clone?: CloneOf;
  /** What was on the account before and has been taken over, beside warehouses, monitors and roles; absent where nothing was. */
  adopted?: Adopted;
}

export type { LogicalName, ObjectName, SchemaName } from "./names.ts";
export type * from "./platform/access.ts";
export type * from "./platform/alerts.ts";
export type * from "./platform/compute.ts";
export type * from "./platform/kafka.ts";
export type * from "./platform/landing.ts";
export type * from "./platform/models.ts";
export type * from "./platform/storage.ts";
