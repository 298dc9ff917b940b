/**
 * The baseline: DuckDB alone doing the platform's work on the same files, by the statements that one would write for it
 * by hand. A process of its own, so that its memory and time can be told. Each step is one transaction and marks itself
 * as done, so that a killed run goes on where it was.
 */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

export interface RawBatch {
  batch: number;
  /** Files in their order and the number of the first. */
  files: string[];
  firstFile: number;
  /** What the CRM says of organisations now. */
  organizations: [string, string | null][];
}

export interface RawOptions {
  path: string;
  memoryLimit: string;
}

export type RawStage = "load" | "core" | "marts";
export type RawAnswer =
  | { ready: true }
  | { stages: Record<RawStage, number> }
  | { rows: string[][] }
  | { error: string };

const TABLES = `
  CREATE TABLE IF NOT EXISTS done (batch BIGINT, stage VARCHAR);
  CREATE TABLE IF NOT EXISTS raw (record JSON, metadata JSON, batch BIGINT);
  CREATE TABLE IF NOT EXISTS organization (organization_id VARCHAR, account_id VARCHAR);
  CREATE TABLE IF NOT EXISTS event (event_id VARCHAR, event_date DATE, organization_id VARCHAR, account_id VARCHAR,
    user_id VARCHAR, event_type VARCHAR, occurred_at TIMESTAMP, received_at TIMESTAMP, properties JSON,
    kafka_partition BIGINT, kafka_offset BIGINT, batch BIGINT);
  CREATE TABLE IF NOT EXISTS rejected (source VARCHAR, origin VARCHAR, reason VARCHAR, raw_text VARCHAR);
  CREATE TABLE IF NOT EXISTS daily_usage (day DATE, account_id VARCHAR, events BIGINT, active_users BIGINT);
  CREATE TABLE IF NOT EXISTS active_accounts (day DATE, accounts BIGINT);
  CREATE TABLE IF NOT EXISTS events_by_type (day DATE, event_type VARCHAR, events BIGINT);
  CREATE TABLE IF NOT EXISTS unique_data_points (day DATE, events BIGINT);
  CREATE TABLE IF NOT EXISTS errors_by_day (day DATE, error_code VARCHAR, errors BIGINT);
  CREATE TABLE IF NOT EXISTS events_without_account (day DATE, events BIGINT);
`;

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** All files by one scan, which was the quickest of the ways tried; a record's place grows from file to file. */
function load({ batch, files, firstFile }: RawBatch): string {
  const source = `read_csv([${files.map(text).join(", ")}], columns = {'line': 'VARCHAR'}, delim = '', quote = '', escape = '',
    header = false, auto_detect = false, strict_mode = false, nullstr = ['\u0001'], max_line_size = 16777216, filename = true)`;
  return `INSERT INTO raw SELECT coalesce(TRY_CAST(line AS JSON), to_json(line)),
      json_object('topic', filename, 'partition', 0, 'offset', ${1_000_000 * firstFile} + n), ${batch}
    FROM (SELECT line, filename, row_number() OVER () AS n FROM ${source})`;
}

const core = ({ batch }: RawBatch): string[] => [
  `INSERT INTO event
   SELECT a.*, ${batch} FROM (
     SELECT event_id, occurred_at::DATE AS event_date, e.organization_id, o.account_id, user_id, event_type, occurred_at,
       received_at, properties, kafka_partition, kafka_offset
     FROM (SELECT record->>'event_id' AS event_id, record->>'org_id' AS organization_id, record->>'user_id' AS user_id,
         record->>'event_type' AS event_type, TRY_CAST(record->>'occurred_at' AS TIMESTAMP) AS occurred_at,
         TRY_CAST(record->>'received_at' AS TIMESTAMP) AS received_at, record->'properties' AS properties,
         (metadata->>'partition')::BIGINT AS kafka_partition, (metadata->>'offset')::BIGINT AS kafka_offset
       FROM raw WHERE batch = ${batch}) e
     LEFT JOIN organization o ON o.organization_id = e.organization_id
     WHERE event_id <> '' AND occurred_at IS NOT NULL
     QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY kafka_partition, kafka_offset) = 1) a
   WHERE NOT EXISTS (SELECT 1 FROM event t WHERE t.event_id = a.event_id AND t.event_date = a.event_date)`,
  `UPDATE event SET account_id = o.account_id, batch = ${batch} FROM organization o
   WHERE event.organization_id = o.organization_id AND event.account_id IS DISTINCT FROM o.account_id`,
  `INSERT INTO rejected
   SELECT 'product_events', (metadata->>'topic') || '/' || (metadata->>'partition') || '/' || (metadata->>'offset'),
     CASE WHEN coalesce(record->>'event_id', '') = '' THEN 'missing_key' ELSE 'bad_timestamp' END, record::VARCHAR
   FROM raw WHERE batch = ${batch}
     AND (coalesce(record->>'event_id', '') = '' OR TRY_CAST(record->>'occurred_at' AS TIMESTAMP) IS NULL)`,
];

/** Each mart anew for the keys that the batch touched. */
function marts({ batch }: RawBatch): string[] {
  const changed = (table: string, keys: readonly string[], where: string) =>
    `SELECT DISTINCT ${keys.join(", ")} FROM ${table} WHERE ${where}`;
  const renew = (mart: string, key: string, touched: string, select: string) => [
    `DELETE FROM ${mart} WHERE (${key}) IN (${touched})`,
    `INSERT INTO ${mart} ${select.replace("TOUCHED", `(${touched})`)}`,
  ];
  const code = "coalesce(properties->>'error_code', '(none)')";
  const days = changed("event", ["event_date"], `batch = ${batch}`);
  return [
    ...renew(
      "daily_usage",
      "day, account_id",
      changed("event", ["event_date", "account_id"], `batch = ${batch} AND account_id IS NOT NULL`),
      `SELECT event_date, account_id, count(*), count(DISTINCT user_id) FROM event
       WHERE (event_date, account_id) IN TOUCHED GROUP BY event_date, account_id`,
    ),
    ...renew(
      "active_accounts",
      "day",
      days,
      "SELECT day, count(*) FROM daily_usage WHERE day IN TOUCHED GROUP BY day",
    ),
    ...renew(
      "events_by_type",
      "day, event_type",
      changed("event", ["event_date", "coalesce(event_type, '(none)')"], `batch = ${batch}`),
      `SELECT event_date, coalesce(event_type, '(none)'), count(*) FROM event
       WHERE (event_date, coalesce(event_type, '(none)')) IN TOUCHED GROUP BY ALL`,
    ),
    ...renew(
      "unique_data_points",
      "day",
      days,
      "SELECT day, sum(events) FROM events_by_type WHERE day IN TOUCHED GROUP BY day",
    ),
    ...renew(
      "errors_by_day",
      "day, error_code",
      changed("event", ["event_date", code], `batch = ${batch} AND event_type = 'error'`),
      `SELECT event_date, ${code}, count(*) FROM event
       WHERE event_type = 'error' AND (event_date, ${code}) IN TOUCHED GROUP BY ALL`,
    ),
    ...renew(
      "events_without_account",
      "day",
      days,
      "SELECT event_date, count(*) FROM event WHERE account_id IS NULL AND event_date IN TOUCHED GROUP BY event_date",
    ),
  ];
}

const ANSWERS: Record<string, string> = {
  unique_data_points_per_day: "SELECT day, events FROM unique_data_points",
  active_accounts_per_day: "SELECT day, accounts FROM active_accounts",
  daily_account_usage: "SELECT day, account_id, events, active_users FROM daily_usage",
  events_by_type: "SELECT event_type, sum(events) FROM events_by_type GROUP BY event_type",
  events_without_account_per_day: "SELECT day, events FROM events_without_account",
  rejected_records: "SELECT source, reason, count(*) FROM rejected GROUP BY ALL",
};

async function step(
  connection: DuckDBConnection,
  batch: number,
  stage: RawStage,
  statements: string[],
): Promise<number> {
  const known = await connection.runAndReadAll(
    `SELECT 1 FROM done WHERE batch = ${batch} AND stage = '${stage}'`,
  );
  const start = performance.now();
  if (known.currentRowCount === 0) {
    await connection.run("BEGIN");
    for (const statement of statements) await connection.run(statement);
    await connection.run(`INSERT INTO done VALUES (${batch}, '${stage}')`);
    await connection.run("COMMIT");
  }
  return (performance.now() - start) / 1000;
}

async function run(connection: DuckDBConnection, batch: RawBatch): Promise<Record<RawStage, number>> {
  await connection.run("CREATE OR REPLACE TABLE organization (organization_id VARCHAR, account_id VARCHAR)");
  for (let at = 0; at < batch.organizations.length; at += 1000) {
    const rows = batch.organizations
      .slice(at, at + 1000)
      .map(
        ([organization, account]) => `(${text(organization)}, ${account === null ? "NULL" : text(account)})`,
      );
    await connection.run(`INSERT INTO organization VALUES ${rows.join(", ")}`);
  }
  return {
    load: await step(connection, batch.batch, "load", [load(batch)]),
    core: await step(connection, batch.batch, "core", core(batch)),
    marts: await step(connection, batch.batch, "marts", marts(batch)),
  };
}

if (import.meta.main) {
  const { path, memoryLimit } = JSON.parse(process.argv[2]!) as RawOptions;
  const instance = await DuckDBInstance.create(path, { memory_limit: memoryLimit });
  const connection = await instance.connect();
  await connection.run(TABLES);
  const answer = (message: RawAnswer) => process.send!(message);
  process.on("message", async (message: { batch?: RawBatch; kpi?: string; close?: true }) => {
    try {
      if (message.batch) answer({ stages: await run(connection, message.batch) });
      else if (message.kpi) {
        const reader = await connection.runAndReadAll(
          `SELECT COLUMNS(*)::VARCHAR FROM (${ANSWERS[message.kpi]!})`,
        );
        answer({ rows: reader.getRows() as string[][] });
      } else {
        connection.closeSync();
        instance.closeSync();
        process.exit(0);
      }
    } catch (error) {
      answer({ error: (error as Error).message });
    }
  });
  answer({ ready: true });
}
