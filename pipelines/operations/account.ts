/**
 * What an operation needs of a Snowflake account: statements in one session. The command line's client is one; so is a
 * driver in a test.
 */
export interface Account {
  query(sql: string): Promise<{ columns: string[]; rows: unknown[][] }>;
}

/** The rows as objects, keys in lower case. */
export async function records(account: Account, sql: string): Promise<Record<string, unknown>[]> {
  const { columns, rows } = await account.query(sql);
  const keys = columns.map((name) => name.toLowerCase());
  return rows.map((row) => Object.fromEntries(row.map((value, index) => [keys[index]!, value])));
}

/** Number of a value that a driver may give as text. */
export const numberOf = (value: unknown): number =>
  value === null || value === undefined ? 0 : Number(value);

/** What an operation tells while it works. */
export type Report = (event: { detail: string; done?: number; total?: number }) => void;

export interface Running {
  report: Report;
  signal?: AbortSignal;
}
