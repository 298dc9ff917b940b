/**
 * Errors as Snowflake's drivers receive them: numeric code, SQLSTATE, message. Every error that leaves the
 * account is one of these; a constructor per documented message keeps wording and code in one place.
 */
export class SnowflakeError extends Error {
  readonly code: string;
  readonly sqlState: string;
  /** 1-based line and 0-based column of the mistake in the statement, where known. */
  readonly line: number | undefined;
  readonly position: number | undefined;

  constructor(code: string, sqlState: string, message: string, at?: { line: number; position: number }) {
    super(message);
    this.name = "SnowflakeError";
    this.code = code;
    this.sqlState = sqlState;
    this.line = at?.line;
    this.position = at?.position;
  }
}

const compilation = (text: string) => `SQL compilation error:\n${text}`;

export const errors = {
  syntax: (line: number, position: number, unexpected: string) =>
    new SnowflakeError(
      "001003",
      "42000",
      compilation(`syntax error line ${line} at position ${position} unexpected '${unexpected}'.`),
      { line, position },
    ),
  invalidIdentifier: (name: string, line = 1, position = 0) =>
    new SnowflakeError(
      "000904",
      "42000",
      compilation(`error line ${line} at position ${position}\ninvalid identifier '${name}'`),
      { line, position },
    ),
  ambiguousColumn: (name: string) =>
    new SnowflakeError("002028", "42601", compilation(`ambiguous column name '${name}'`)),
  /** One message for both: it does not reveal whether the object exists. */
  doesNotExist: (kind: string, name: string) =>
    new SnowflakeError("002003", "02000", compilation(`${kind} '${name}' does not exist or not authorized.`)),
  doesNotExistOrCannotOperate: (kind: string, name: string) =>
    new SnowflakeError(
      "002043",
      "02000",
      compilation(`${kind} '${name}' does not exist, or operation cannot be performed.`),
    ),
  alreadyExists: (kind: string, name: string) =>
    new SnowflakeError("002002", "42710", compilation(`Object '${name}' already exists as ${kind}`)),
  objectExists: (name: string) =>
    new SnowflakeError("002002", "42710", compilation(`Object '${name}' already exists.`)),
  /** A compilation error with a documented wording of its own. */
  compilation: (code: string, sqlState: string, text: string) =>
    new SnowflakeError(code, sqlState, compilation(text)),
  accessControl: (text: string) =>
    new SnowflakeError("003001", "42501", `SQL access control error:\n${text}`),
  insufficientPrivileges: (kind: string, name: string) =>
    new SnowflakeError(
      "003001",
      "42501",
      `SQL access control error:\nInsufficient privileges to operate on ${kind} '${name}'`,
    ),
  noCurrentDatabase: () =>
    new SnowflakeError(
      "090105",
      "22000",
      "Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.",
    ),
  noCurrentSchema: () =>
    new SnowflakeError(
      "090106",
      "22000",
      "Cannot perform operation. This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name.",
    ),
  noActiveWarehouse: () =>
    new SnowflakeError(
      "000606",
      "57P03",
      "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.",
    ),
  warehouseOverQuota: (warehouse: string, monitor: string) =>
    new SnowflakeError(
      "090073",
      "22000",
      `Warehouse '${warehouse}' cannot be resumed because resource monitor '${monitor}' has exceeded its quota.`,
    ),
  warehouseSuspended: (warehouse: string) =>
    new SnowflakeError(
      "000607",
      "57P03",
      `The warehouse '${warehouse}' is suspended and AUTO_RESUME is off. Resume it before running this statement.`,
    ),
  /** Named in the message so that a reader knows what to avoid; docs/coverage.md lists it. */
  unsupported: (feature: string) =>
    new SnowflakeError("002040", "0A000", compilation(`Unsupported feature '${feature}'.`)),
  invalidValue: (value: string, what: string) =>
    new SnowflakeError("001008", "22023", compilation(`invalid value [${value}] for parameter '${what}'`)),
  notNumeric: (value: string) =>
    new SnowflakeError("100038", "22018", `Numeric value '${value}' is not recognized`),
  internal: (text: string) => new SnowflakeError("000603", "XX000", `SQL execution internal error: ${text}`),
};
