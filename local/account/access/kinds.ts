import type { ObjectKind } from "../catalog/model.ts";

/** Where objects of a kind live, and how messages and SHOW call the kind. */
export interface KindFacts {
  scope: "ACCOUNT" | "DATABASE" | "SCHEMA";
  /** Words of the kind in statements: `RESOURCE MONITOR`. */
  words: string;
  plural: string;
  /** granted_on in SHOW GRANTS. */
  grantedOn: string;
}

const fact = (
  scope: KindFacts["scope"],
  words: string,
  plural = `${words}S`,
  grantedOn = words.replaceAll(" ", "_"),
): KindFacts => ({ scope, words, plural, grantedOn });

export const KINDS: Record<ObjectKind, KindFacts> = {
  DATABASE: fact("ACCOUNT", "DATABASE"),
  WAREHOUSE: fact("ACCOUNT", "WAREHOUSE"),
  RESOURCE_MONITOR: fact("ACCOUNT", "RESOURCE MONITOR"),
  ROLE: fact("ACCOUNT", "ROLE"),
  USER: fact("ACCOUNT", "USER"),
  INTEGRATION: fact("ACCOUNT", "INTEGRATION"),
  NETWORK_POLICY: fact("ACCOUNT", "NETWORK POLICY", "NETWORK POLICIES"),
  ACCOUNT_SETTINGS: fact("ACCOUNT", "ACCOUNT"),
  SCHEMA: fact("DATABASE", "SCHEMA"),
  DATABASE_ROLE: fact("DATABASE", "DATABASE ROLE"),
  TABLE: fact("SCHEMA", "TABLE"),
  VIEW: fact("SCHEMA", "VIEW"),
  MATERIALIZED_VIEW: fact("SCHEMA", "MATERIALIZED VIEW"),
  DYNAMIC_TABLE: fact("SCHEMA", "DYNAMIC TABLE"),
  EVENT_TABLE: fact("SCHEMA", "EVENT TABLE"),
  EXTERNAL_TABLE: fact("SCHEMA", "EXTERNAL TABLE"),
  ICEBERG_TABLE: fact("SCHEMA", "ICEBERG TABLE"),
  STREAM: fact("SCHEMA", "STREAM"),
  TASK: fact("SCHEMA", "TASK"),
  PIPE: fact("SCHEMA", "PIPE"),
  STAGE: fact("SCHEMA", "STAGE"),
  FILE_FORMAT: fact("SCHEMA", "FILE FORMAT"),
  SEQUENCE: fact("SCHEMA", "SEQUENCE"),
  FUNCTION: fact("SCHEMA", "FUNCTION"),
  PROCEDURE: fact("SCHEMA", "PROCEDURE"),
  ALERT: fact("SCHEMA", "ALERT"),
  TAG: fact("SCHEMA", "TAG"),
  MASKING_POLICY: fact("SCHEMA", "MASKING POLICY", "MASKING POLICIES"),
  ROW_ACCESS_POLICY: fact("SCHEMA", "ROW ACCESS POLICY", "ROW ACCESS POLICIES"),
  PASSWORD_POLICY: fact("SCHEMA", "PASSWORD POLICY", "PASSWORD POLICIES"),
  SESSION_POLICY: fact("SCHEMA", "SESSION POLICY", "SESSION POLICIES"),
  AUTHENTICATION_POLICY: fact("SCHEMA", "AUTHENTICATION POLICY", "AUTHENTICATION POLICIES"),
  NETWORK_RULE: fact("SCHEMA", "NETWORK RULE"),
  SECRET: fact("SCHEMA", "SECRET"),
  CLASSIFICATION: fact("SCHEMA", "SNOWFLAKE.ML.CLASSIFICATION", "SNOWFLAKE.ML.CLASSIFICATION"),
};

/** As messages name the kind: `Resource monitor`. */
export function kindTitle(kind: ObjectKind): string {
  const words = KINDS[kind].words.toLowerCase();
  return words[0]!.toUpperCase() + words.slice(1);
}
