/**
 * Views of SNOWFLAKE.ACCOUNT_USAGE as what models may read: the columns that reports of the audit use. They tell of a
 * year, up to three hours late. Sources: Snowflake documentation, the page of each view.
 */
import type { Edition } from "../../infra/config/schema.ts";
import type { Relation } from "../sql/relation.ts";

const TEXT = "VARCHAR(16777216)";
const TIME = "TIMESTAMP_LTZ(9)";

/** Stands for what the standard edition does not have; what reads it is left out there. */
const ENTERPRISE = "snowflake.enterprise";

const VIEWS: Record<string, { columns: Record<string, string>; needs?: string[] }> = {
  ACCESS_HISTORY: {
    columns: {
      QUERY_ID: TEXT,
      QUERY_START_TIME: TIME,
      USER_NAME: TEXT,
      DIRECT_OBJECTS_ACCESSED: "ARRAY",
      BASE_OBJECTS_ACCESSED: "ARRAY",
    },
    needs: [ENTERPRISE],
  },
  LOGIN_HISTORY: {
    columns: {
      EVENT_TIMESTAMP: TIME,
      USER_NAME: TEXT,
      CLIENT_IP: TEXT,
      REPORTED_CLIENT_TYPE: TEXT,
      FIRST_AUTHENTICATION_FACTOR: TEXT,
      IS_SUCCESS: TEXT,
      ERROR_MESSAGE: TEXT,
    },
  },
  QUERY_HISTORY: {
    columns: {
      QUERY_ID: TEXT,
      QUERY_TEXT: TEXT,
      QUERY_TYPE: TEXT,
      USER_NAME: TEXT,
      ROLE_NAME: TEXT,
      WAREHOUSE_NAME: TEXT,
      EXECUTION_STATUS: TEXT,
      START_TIME: TIME,
    },
  },
  TAG_REFERENCES: {
    columns: {
      TAG_SCHEMA: TEXT,
      TAG_NAME: TEXT,
      OBJECT_DATABASE: TEXT,
      OBJECT_SCHEMA: TEXT,
      OBJECT_NAME: TEXT,
      DOMAIN: TEXT,
      COLUMN_NAME: TEXT,
    },
    needs: [ENTERPRISE],
  },
};

export const ACCOUNT_USAGE: readonly Relation[] = Object.entries(VIEWS).map(([name, { columns, needs }]) => ({
  logical: `snowflake.account_usage.${name.toLowerCase()}`,
  object: { database: "SNOWFLAKE", schema: "ACCOUNT_USAGE", name },
  columns: new Map(
    Object.entries(columns).map(([column, type]) => [column, { name: column, type, nullable: true }]),
  ),
  insertOnly: false,
  key: [],
  ...(needs === undefined ? {} : { needs }),
}));

/** Schemas, as models would write them, that an edition does not have. */
export const absentIn = (edition: Edition): string[] => (edition === "standard" ? [ENTERPRISE] : []);

/** Whether a view can be made by the account role alone: no other role sees what it reads. */
export const readsAccountUsage = (reads: readonly string[]): boolean =>
  reads.some((logical) => logical.startsWith("snowflake.account_usage."));
