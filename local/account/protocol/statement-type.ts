import type { StatementKind } from "../session/outcome.ts";

/** statementTypeId on the wire. Source: snowflake-jdbc, SFStatementType; gosnowflake and snowflake-sdk agree. */
export const STATEMENT_TYPE: Record<StatementKind, number> = {
  SELECT: 0x1000,
  INSERT: 0x3100,
  UPDATE: 0x3200,
  DELETE: 0x3300,
  MERGE: 0x3400,
  MULTI_TABLE_INSERT: 0x3500,
  COPY: 0x3600,
  UNLOAD: 0x3700,
  ALTER_SESSION: 0x4100,
  SET: 0x4100,
  USE: 0x4300,
  SHOW: 0x4400,
  DESCRIBE: 0x4500,
  TRANSACTION: 0x5000,
  DDL: 0x6000,
  GRANT: 0x6000,
  // What drivers do not know yields rows; of 0x4000 to 0x4fff JDBC thinks that it does not, and a CALL does.
  CALL: 0,
  OTHER: 0x4000,
};

export const MULTI_STATEMENT_TYPE = 0xa000;
