import { errors, SnowflakeError } from "../errors.ts";

/** Errors that the running of statements itself makes. Wording and codes as Snowflake documents them. */
export const failures = {
  cancelled: () => new SnowflakeError("000604", "57014", "SQL execution canceled"),
  timeout: (seconds: number) =>
    new SnowflakeError(
      "000630",
      "57014",
      `Statement reached its statement or warehouse timeout of ${seconds} second(s) and was canceled.`,
    ),
  queuedTimeout: (seconds: number) =>
    new SnowflakeError(
      "000639",
      "57014",
      `Statement was aborted because it was queued for longer than ${seconds} second(s).`,
    ),
  empty: () => new SnowflakeError("000900", "42601", "SQL compilation error:\nEmpty SQL statement."),
  statementCount: (actual: number, desired: number) =>
    new SnowflakeError(
      "000008",
      "0A000",
      `Actual statement count ${actual} did not match the desired statement count ${desired}.`,
    ),
  noSuchQuery: (queryId: string) => new SnowflakeError("000709", "02000", `Statement ${queryId} not found`),
};

/**
 * Whatever was thrown, as an error of the account. A message that DuckDB or Node made is kept short; it never
 * carries a stack or a path of this machine.
 */
export function toSnowflakeError(thrown: unknown): SnowflakeError {
  if (thrown instanceof SnowflakeError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (message.includes("INTERRUPT Error")) return failures.cancelled();
  return errors.internal(message.split("\n")[0]!.slice(0, 500));
}
