/**
 * What an alert asks and what it does. It notes each finding in the ledger for each channel of its owner, once within
 * the window, due at once or after quiet hours; then it sends what is due, one message a channel, and marks it sent. A
 * kill between sending and marking sends that message once more: nothing is lost, and a copy is told by its lines.
 */
import { literal } from "../../infra/literal.ts";
import { type ObjectName, quotedObject } from "../../infra/names.ts";
import type { AlertChannel } from "../../infra/platform.ts";
import { indent } from "../sql/print.ts";

export interface QuietHours {
  from: number;
  to: number;
  timeZone: string;
}

export interface AlertTexts {
  name: string;
  title: string;
  owner: string;
  severity: string;
  /** Seconds. */
  again: number;
  /** SELECT of key, message and, perhaps, owner; physical names. */
  findings: string;
  hasOwner: boolean;
  channels: readonly AlertChannel[];
  /** Owner whose channels take what is meant for an owner without any. */
  fallback: string;
  mailIntegration: string | undefined;
  ledger: ObjectName;
  quiet?: QuietHours;
}

/** Lines of one message; further ones are counted. */
const LINES = 20;

/** Findings by key, each once. */
function noticed({ findings, hasOwner, owner }: AlertTexts): string {
  return `SELECT finding.key::VARCHAR AS key, MAX(finding.message::VARCHAR) AS message, ${hasOwner ? `COALESCE(MAX(finding.owner), ${literal(owner)})` : literal(owner)} AS owner
FROM (
${indent(findings)}
) AS finding
GROUP BY finding.key`;
}

const within = (alias: string, again: number): string =>
  `${alias}.noticed_at > DATEADD('second', -${again}, SYSDATE())`;

/** The rows that make the alert act: something new, or something noted that is due. */
export function conditionText(alert: AlertTexts): string {
  const ledger = quotedObject(alert.ledger);
  return `SELECT noticed.key
FROM (
${indent(noticed(alert))}
) AS noticed
LEFT JOIN ${ledger} AS told ON told.alert = ${literal(alert.name)} AND told.key = noticed.key AND ${within("told", alert.again)}
WHERE told.key IS NULL
UNION ALL
SELECT due.key
FROM ${ledger} AS due
WHERE ${dueOf(alert, "due")}`;
}

const dueOf = ({ name }: Pick<AlertTexts, "name">, alias: string): string =>
  `${alias}.alert = ${literal(name)} AND ${alias}.sent_at IS NULL AND ${alias}.due_at <= SYSDATE()`;

/** When something noticed now may be told, UTC. */
export function dueAt(severity: string, quiet: QuietHours | undefined): string {
  if (quiet === undefined || severity === "critical") return "SYSDATE()";
  const { from, to, timeZone } = quiet;
  const local = `CONVERT_TIMEZONE(${literal(timeZone)}, CURRENT_TIMESTAMP())::TIMESTAMP_NTZ`;
  const overnight = from > to;
  const hour = `HOUR(${local})`;
  const inside = `${hour} >= ${from} ${overnight ? "OR" : "AND"} ${hour} < ${to}`;
  // Overnight, the evening's end is the next day's morning: seen from midnight as if the day began at \`from\`.
  const day = overnight ? `DATEADD('hour', ${24 - from}, ${local})` : local;
  const end = `DATEADD('hour', ${to}, DATE_TRUNC('day', ${day}))`;
  return `CASE WHEN ${inside} THEN CONVERT_TIMEZONE(${literal(timeZone)}, 'UTC', ${end}) ELSE SYSDATE() END`;
}

export function actionText(alert: AlertTexts): string {
  const ledger = quotedObject(alert.ledger);
  const channels = alert.channels
    .map((channel) => `SELECT ${[channel.owner, channel.kind, channel.address].map(literal).join(", ")}`)
    .join("\nUNION ALL\n");
  const due = dueOf(alert, "due");
  return `DECLARE
  not_sent EXCEPTION (-20010, 'Some messages were not sent; the next run tries again. NOTIFICATION_HISTORY tells why.');
BEGIN
  MERGE INTO ${ledger} AS told
  USING (
    WITH channel (owner, kind, address) AS (
${indent(channels, "      ")}
    ), noticed AS (
${indent(noticed(alert), "      ")}
    )
    SELECT noticed.key, noticed.message, noticed.owner, channel.kind, channel.address
    FROM noticed
    JOIN channel ON channel.owner = CASE
      WHEN noticed.owner IN (SELECT known.owner FROM channel AS known) THEN noticed.owner
      ELSE ${literal(alert.fallback)}
    END
  ) AS finding
  ON told.alert = ${literal(alert.name)} AND told.key = finding.key AND told.channel = finding.kind
    AND told.address = finding.address AND ${within("told", alert.again)}
  WHEN NOT MATCHED THEN INSERT (alert, key, owner, channel, address, severity, message, noticed_at, due_at)
    VALUES (${literal(alert.name)}, finding.key, finding.owner, finding.kind, finding.address, ${literal(alert.severity)}, finding.message, SYSDATE(), ${dueAt(alert.severity, alert.quiet)});
  LET failed NUMBER := 0;
  LET channels RESULTSET := (SELECT DISTINCT due.channel, due.address FROM ${ledger} AS due WHERE ${due});
  FOR one IN channels DO
    LET to_kind VARCHAR := one.channel;
    LET to_address VARCHAR := one.address;
    BEGIN
      LET this_batch VARCHAR := UUID_STRING();
      UPDATE ${ledger} AS due SET batch = :this_batch WHERE ${due} AND due.channel = :to_kind AND due.address = :to_address;
      LET subject VARCHAR := (SELECT ${literal(`[${alert.severity}] ${alert.title}`)} || IFF(COUNT(*) > 1, ' (' || COUNT(*) || ')', '') FROM ${ledger} WHERE batch = :this_batch);
      LET body VARCHAR := (
        SELECT LISTAGG(line.message, '\\n') WITHIN GROUP (ORDER BY line.number)
          || IFF(MAX(line.lines) > ${LINES}, '\\nand ' || (MAX(line.lines) - ${LINES}) || ' more', '')
        FROM (
          SELECT message, ROW_NUMBER() OVER (ORDER BY noticed_at, key) AS number, COUNT(*) OVER () AS lines
          FROM ${ledger} WHERE batch = :this_batch
        ) AS line
        WHERE line.number <= ${LINES}
      );
${indent(sendText(alert), "      ")}
      UPDATE ${ledger} SET sent_at = SYSDATE() WHERE batch = :this_batch;
    EXCEPTION
      WHEN OTHER THEN
        failed := failed + 1;
    END;
  END FOR;
  IF (failed > 0) THEN
    RAISE not_sent;
  END IF;
END`;
}

/** A webhook's body template has the message inside a JSON string, so it is put there escaped. */
function sendText({ channels, mailIntegration }: AlertTexts): string {
  const mail =
    mailIntegration === undefined
      ? undefined
      : `CALL SYSTEM$SEND_EMAIL(${literal(mailIntegration)}, :to_address, :subject, :body);`;
  const webhook = `LET escaped VARCHAR := (SELECT TO_JSON(TO_VARIANT(:subject || '\\n' || :body)));
LET payload VARCHAR := (SELECT TO_JSON(OBJECT_CONSTRUCT('text/plain', SUBSTR(:escaped, 2, LENGTH(:escaped) - 2))));
LET target VARCHAR := (SELECT TO_JSON(OBJECT_CONSTRUCT(:to_address, OBJECT_CONSTRUCT())));
CALL SYSTEM$SEND_SNOWFLAKE_NOTIFICATION(:payload, :target);`;
  const hooks = channels.some((channel) => channel.kind === "webhook");
  if (mail === undefined) return webhook;
  if (!hooks) return mail;
  return `IF (to_kind = 'mail') THEN
  ${mail}
ELSE
${indent(webhook)}
END IF;`;
}
