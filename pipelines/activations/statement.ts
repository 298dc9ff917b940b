/**
 * The block of one activation's task. The ledger is the memory of what was sent; each step leaves it in a state from
 * which the next run goes on, so the task may be killed anywhere: a claimed batch is written again to the same key, and
 * the same record reaches the target again under the same external id.
 *
 * claimed  the payload is fixed, its file may or may not be there
 * sent     its file is in the outbound stage
 * confirmed  an export of the target showed the version
 * expired  none did in time: it is sent again, as it is then
 * failed   it expired as often as is allowed: it is sent again only when it changes
 */
import { constant, literal } from "../../infra/literal.ts";
import { type ObjectName, quoted, quotedObject } from "../../infra/names.ts";
import type { DataType } from "../sql/types.ts";
import type { Constant } from "./activation.ts";

export interface SentField {
  field: string;
  column: string;
  type: DataType["family"];
  whenNull?: Constant;
}

export interface StatementInput {
  key: string;
  ledger: ObjectName;
  model: ObjectName;
  returned: ObjectName;
  stage: ObjectName;
  /** Stored name of the model's column that identifies a row. */
  column: string;
  externalId: string;
  version: string;
  fields: readonly SentField[];
  optOut?: string;
  /** Absent: a record whose row is gone stays as it is. */
  cleared?: Readonly<Record<string, Constant>>;
  maxRows: number;
  resendAfterSeconds: number;
  attempts: number;
}

/** Amazon AppFlow reads files of up to 125 MB (Amazon AppFlow User Guide, Amazon S3). */
export const MAX_FILE_BYTES = 125_000_000;

const indent = (block: string): string => block.replaceAll(/^(?=.)/gm, "  ");

export function activationStatement(input: StatementInput): string {
  const ledger = quotedObject(input.ledger);
  const mine = `activation = ${literal(input.key)}`;
  const steps = [
    `UPDATE ${ledger} AS l SET status = 'confirmed', settled_at = CURRENT_TIMESTAMP()
FROM ${quotedObject(input.returned)} AS r
WHERE l.${mine} AND l.status IN ('sent', 'expired', 'failed')
  AND r.external_id = l.external_id AND r.version = l.version;`,
    `UPDATE ${ledger} SET status = CASE WHEN attempt >= ${input.attempts} THEN 'failed' ELSE 'expired' END, settled_at = CURRENT_TIMESTAMP()
WHERE ${mine} AND status = 'sent' AND sent_at < DATEADD(second, -${input.resendAfterSeconds}, CURRENT_TIMESTAMP());`,
    `LET unfinished NUMBER := (SELECT COUNT(*) FROM ${ledger} WHERE ${mine} AND status = 'claimed');`,
    `IF (unfinished = 0) THEN\n${indent(claim(input, ledger))}\nEND IF;`,
    `LET batches RESULTSET := (SELECT DISTINCT batch_id FROM ${ledger} WHERE ${mine} AND status = 'claimed' ORDER BY batch_id);`,
    `FOR batch IN batches DO\n${indent(unload(input, ledger, mine))}\nEND FOR;`,
  ];
  return `BEGIN\n${indent(steps.join("\n"))}\nEND`;
}

/** One statement fixes a batch: who is in it, with which payload. */
function claim(input: StatementInput, ledger: string): string {
  const key = quoted(input.column);
  const versionOf = (operation: string, values: readonly string[]): string =>
    `SHA2(TO_JSON(ARRAY_CONSTRUCT(${[literal(operation), ...values].join(", ")})), 256)`;
  const values = input.fields.map(sentValue);
  const present = [
    `SELECT ${key}::VARCHAR AS external_id, 'upsert' AS operation,`,
    // Not `version`: a model's own column of that name would win over the alias.
    `  ${versionOf("upsert", values)} AS payload_version,`,
    `  OBJECT_CONSTRUCT(${pairs(input, [[input.externalId, `${key}::VARCHAR`]], values)}, ${literal(input.version)}, payload_version) AS payload`,
    `FROM ${quotedObject(input.model)}`,
    ...(input.optOut === undefined ? [] : [`WHERE NOT COALESCE(${quoted(input.optOut)}, FALSE)`]),
  ].join("\n");
  const parts = [
    `present AS (\n${indent(present)}\n)`,
    `latest AS (\n${indent(`SELECT external_id, operation, version, status, attempt FROM ${ledger}\nWHERE activation = ${literal(input.key)}\nQUALIFY ROW_NUMBER() OVER (PARTITION BY external_id ORDER BY claimed_at DESC, batch_id DESC) = 1`)}\n)`,
    // What the target's users deleted is not made again from here.
    `deleted AS (\n${indent(`SELECT external_id FROM ${quotedObject(input.returned)} WHERE is_deleted`)}\n)`,
    `wanted AS (\n${indent([changed(), ...(input.cleared === undefined ? [] : [gone(input, input.cleared, versionOf)])].join("\nUNION ALL\n"))}\n)`,
  ];
  const batch = "TO_VARCHAR(CURRENT_TIMESTAMP(), 'YYYYMMDDHH24MISSFF3')";
  return [
    `LET batch_id VARCHAR := (SELECT ${batch} || '-' || SUBSTR(UUID_STRING(), 1, 8));`,
    `INSERT INTO ${ledger} (activation, external_id, operation, payload, version, attempt, batch_id, status, claimed_at)`,
    `WITH ${parts.join(", ")}`,
    `SELECT ${literal(input.key)}, external_id, operation, payload, version, attempt, :batch_id, 'claimed', CURRENT_TIMESTAMP()`,
    "FROM wanted",
    "WHERE external_id NOT IN (SELECT external_id FROM deleted)",
    // Withdrawals first, then what was never sent, then repetitions.
    `QUALIFY ROW_NUMBER() OVER (ORDER BY CASE operation WHEN 'clear' THEN 0 ELSE 1 END, attempt, external_id) <= ${input.maxRows};`,
  ].join("\n");
}

/**
 * Rows that are new, or other than what was sent last. One whose last send is neither confirmed nor expired waits for
 * that: two versions of a record are never on their way together, so none can overtake the other.
 */
const changed = (): string =>
  [
    "SELECT p.external_id, p.operation, p.payload_version AS version, p.payload,",
    "  CASE WHEN l.status = 'expired' AND l.version = p.payload_version THEN l.attempt + 1 ELSE 1 END AS attempt",
    "FROM present AS p LEFT JOIN latest AS l ON l.external_id = p.external_id",
    "WHERE l.external_id IS NULL",
    "  OR l.status = 'expired'",
    "  OR (l.status IN ('confirmed', 'failed') AND l.version <> p.payload_version)",
  ].join("\n");

/** Records that were sent and whose row is gone, or has opted out. */
function gone(
  input: StatementInput,
  cleared: Readonly<Record<string, Constant>>,
  versionOf: (operation: string, values: readonly string[]) => string,
): string {
  const values = Object.values(cleared).map(constant);
  const constants = Object.entries(cleared).flatMap(([field, value]) => [literal(field), constant(value)]);
  const version = versionOf("clear", values);
  return [
    `SELECT l.external_id, 'clear' AS operation, ${version} AS version,`,
    `  OBJECT_CONSTRUCT(${[literal(input.externalId), "l.external_id", ...constants, literal(input.version), version].join(", ")}) AS payload,`,
    "  CASE WHEN l.operation = 'clear' THEN l.attempt + 1 ELSE 1 END AS attempt",
    "FROM latest AS l LEFT JOIN present AS p ON p.external_id = l.external_id",
    "WHERE p.external_id IS NULL",
    "  AND ((l.operation = 'upsert' AND l.status IN ('confirmed', 'expired', 'failed'))",
    "    OR (l.operation = 'clear' AND l.status = 'expired'))",
  ].join("\n");
}

function unload(input: StatementInput, ledger: string, mine: string): string {
  const copy = [
    `COPY INTO @${quotedObject(input.stage)}/${input.key}/`,
    `.json FROM (SELECT payload FROM ${ledger} WHERE ${mine} AND status = 'claimed' AND batch_id = '`,
    `' ORDER BY external_id) FILE_FORMAT = (TYPE = JSON COMPRESSION = NONE) SINGLE = TRUE OVERWRITE = TRUE MAX_FILE_SIZE = ${MAX_FILE_BYTES}`,
  ].map(literal);
  return [
    "LET id VARCHAR := batch.batch_id;",
    `LET copy VARCHAR := ${copy[0]} || id || ${copy[1]} || id || ${copy[2]};`,
    "EXECUTE IMMEDIATE copy;",
    `UPDATE ${ledger} SET status = 'sent', sent_at = CURRENT_TIMESTAMP() WHERE ${mine} AND status = 'claimed' AND batch_id = :id;`,
  ].join("\n");
}

function pairs(
  input: StatementInput,
  first: readonly (readonly [string, string])[],
  values: readonly string[],
): string {
  const fields = input.fields.map((field, index) => [field.field, values[index]!] as const);
  return [...first, ...fields].map(([field, value]) => `${literal(field)}, ${value}`).join(", ");
}

/** A column as JSON holds it: numbers and booleans as such, dates and times in ISO 8601. */
function sentValue(field: SentField): string {
  const column = quoted(field.column);
  const value =
    field.type === "DATE"
      ? `TO_VARCHAR(${column}, 'YYYY-MM-DD')`
      : field.type === "TIMESTAMP_NTZ"
        ? `TO_VARCHAR(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"')`
        : column;
  return field.whenNull === undefined ? value : `COALESCE(${value}, ${constant(field.whenNull)})`;
}
