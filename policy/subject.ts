/**
 * What the rules judge: facts about declared things, the same whether they come from Platform (`firn review`) or from
 * the engine's resources (`--policy-pack policy`). `undefined` is a fact that its origin does not tell; a rule then
 * does not judge it. `null` is a setting that nobody set.
 */
export interface WarehouseFacts {
  kind: "warehouse";
  key: string;
  name: string;
  size: string | null;
  /** Seconds; 0 never suspends. */
  autoSuspend: number | null;
  statementTimeout: number | null;
  maxClusters: number;
  monitor: string | null | undefined;
}

export interface MonitorFacts {
  kind: "monitor";
  key: string;
  name: string;
  quota: number | null;
  suspends: boolean;
  account: boolean | undefined;
}

export interface TaskFacts {
  kind: "task";
  key: string;
  name: string;
  serverless: boolean;
  maximumSize: string | null;
  /** Seconds. */
  timeout: number | null;
}

export interface GrantFacts {
  kind: "grant";
  key: string;
  name: string;
  to: { role: string } | { user: string };
  privileges: string[];
  on: string;
}

export interface RoleGrantFacts {
  kind: "role grant";
  key: string;
  name: string;
  role: string;
  to: { role: string } | { user: string };
  /** Whether the role holds privileges itself, rather than being a kind of work; undefined where that is not told. */
  access: boolean | undefined;
}

export interface UserFacts {
  kind: "user";
  key: string;
  name: string;
  service: boolean;
  password: boolean;
  keyPair: boolean;
  networkPolicy: string | null | undefined;
}

export interface AutomationFacts {
  kind: "automation";
  key: string;
  name: string;
  role: string;
}

export interface ColumnFacts {
  kind: "column";
  key: string;
  name: string;
  personal: string | undefined;
  masked: boolean;
}

export interface BucketFacts {
  kind: "bucket";
  key: string;
  name: string;
  publicAccessBlocked: boolean | undefined;
  encrypted: boolean | undefined;
  tlsOnly: boolean | undefined;
  versioned: boolean | undefined;
}

export interface IamStatement {
  effect: string;
  actions: string[];
  resources: string[];
  principals: string[];
  conditional: boolean;
}

export interface IamFacts {
  kind: "iam";
  key: string;
  name: string;
  statements: IamStatement[];
}

export interface AclFacts {
  kind: "acl";
  key: string;
  name: string;
  principal: string;
  operation: string;
  resource: string;
  allow: boolean;
}

export interface StatefulFacts {
  kind: "stateful";
  key: string;
  name: string;
  type: string;
  protect: boolean;
}

export interface ReplacementFacts {
  kind: "replacement";
  key: string;
  name: string;
  type: string;
  forcedBy: string[];
}

export type Subject =
  | WarehouseFacts
  | MonitorFacts
  | TaskFacts
  | GrantFacts
  | RoleGrantFacts
  | UserFacts
  | AutomationFacts
  | ColumnFacts
  | BucketFacts
  | IamFacts
  | AclFacts
  | StatefulFacts
  | ReplacementFacts;

export type SubjectKind = Subject["kind"];
export type SubjectOf<K extends SubjectKind> = Extract<Subject, { kind: K }>;
