import type { ClassifierModel } from "../ml/model.ts";
import type { DataType } from "../types/data-type.ts";
import type { Parameters } from "./model.ts";

/** Properties of policies, routines, rules and other small objects. */
export interface NameContext {
  /** Database and schema that unqualified names in a body mean. */
  databaseId: number | null;
  schemaId: number | null;
}

export interface Argument {
  name: string;
  type: DataType;
  /** SQL text of DEFAULT, for routines. */
  defaultSql?: string;
  /** OUT: the caller gets its last value. */
  output?: true;
}

/** Masking and row access policies: a body over arguments. */
export interface PolicyProps {
  arguments: Argument[];
  returnType: DataType;
  body: string;
  exemptOtherPolicies: boolean;
  context: NameContext;
}

/** Password, session and authentication policies. */
export interface AccountPolicyProps {
  /** What was set, by upper-case name (PASSWORD_MIN_LENGTH, …). */
  values: Record<string, number | string | string[]>;
  /** What it is set on. */
  onAccount?: boolean;
  onUsers?: number[];
}

export interface SequenceProps {
  start: string;
  increment: string;
  ordered: boolean;
}

/** Functions and procedures. The object's name in the catalogue is the signature, `NAME(NUMBER, VARCHAR)`. */
export interface RoutineProps {
  /** Name without the arguments. */
  routine: string;
  arguments: Argument[];
  /** Null for a table function. */
  returns: DataType | null;
  returnsTable: Argument[] | null;
  returnsNullable: boolean;
  language: "SQL" | "JAVASCRIPT" | "PYTHON" | "JAVA" | "SCALA";
  body: string;
  volatility: "VOLATILE" | "IMMUTABLE" | null;
  /** RETURNS NULL ON NULL INPUT, STRICT. */
  strict: boolean;
  secure: boolean;
  memoizable: boolean;
  /** Procedures only. */
  executeAs: "OWNER" | "CALLER" | null;
  parameters: Parameters;
  context: NameContext;
}

export interface AlertProps {
  /** Null is serverless. */
  warehouseId: number | null;
  schedule: string | null;
  /** The query inside IF (EXISTS (…)). */
  condition: string;
  action: string;
  state: "started" | "suspended";
  context: NameContext;
}

/** A tag set on an object or on one of its columns. */
export interface TagAssignment {
  objectId: number;
  column: string | null;
  value: string;
}

export interface TagProps {
  allowedValues: string[] | null;
  propagate: string | null;
  maskingPolicies: number[];
  assignments: TagAssignment[];
}

export interface NetworkRuleProps {
  type: string;
  mode: string;
  values: string[];
}

export interface NetworkPolicyProps {
  allowedRules: number[];
  blockedRules: number[];
  allowedIps: string[];
  blockedIps: string[];
}

/** What a secret is; its values are not kept, since nothing here can use them. */
export interface SecretProps {
  type: "PASSWORD" | "GENERIC_STRING" | "OAUTH2" | "SYMMETRIC_KEY";
  username: string | null;
  oauthScopes: string[] | null;
  integration: string | null;
  refreshTokenExpiry: string | null;
}

/** An instance of SNOWFLAKE.ML.CLASSIFICATION. */
export interface ClassificationProps {
  model: ClassifierModel;
}
