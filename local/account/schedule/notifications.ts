import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { requirePrivilege } from "../access/index.ts";
import { ACCOUNT_ID, type CatalogObject } from "../catalog/model.ts";
import { errors, SnowflakeError } from "../errors.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { StatementContext } from "../session/context.ts";
import { quoteText } from "../storage/duck-text.ts";

/** A message that left the account (or would have). */
export interface Notification {
  on: number;
  integration: string;
  kind: "EMAIL" | "WEBHOOK" | "QUEUE";
  recipients: string[];
  subject: string | null;
  body: string;
  status: "SUCCESS" | "FAILED";
  errorMessage: string | null;
}

const TABLE = "CREATE TABLE IF NOT EXISTS sys.notification (sent_on BIGINT NOT NULL, body VARCHAR NOT NULL)";
const WEBHOOK_TIMEOUT_MS = 10_000;

/**
 * SYSTEM$SEND_EMAIL and SYSTEM$SEND_SNOWFLAKE_NOTIFICATION. Mail goes to the outbox, a file of JSON lines beside the
 * data, instead of to anybody; a webhook is called when it is on this machine, and goes to the outbox otherwise.
 */
export class Notifications {
  readonly #pool: ConnectionPool;
  readonly #outbox: string | null;
  #sent: Notification[] = [];

  constructor(pool: ConnectionPool, folder: string | null) {
    this.#pool = pool;
    this.#outbox = folder === null ? null : join(folder, "outbox.jsonl");
  }

  async start(): Promise<void> {
    await this.#pool.use(async (connection) => {
      await connection.run(TABLE);
      const reader = await connection.runAndReadAll(
        "SELECT body FROM (SELECT * FROM sys.notification ORDER BY sent_on DESC LIMIT 10000) ORDER BY sent_on",
      );
      this.#sent = reader.getRows().map(([body]) => JSON.parse(String(body)) as Notification);
    });
  }

  sent(): readonly Notification[] {
    return this.#sent;
  }

  async email(
    context: StatementContext,
    name: string,
    to: string[],
    subject: string,
    body: string,
  ): Promise<void> {
    const integration = usable(context, name, "EMAIL");
    const allowed = list(integration.props.properties["ALLOWED_RECIPIENTS"]);
    for (const recipient of to)
      if (allowed.length > 0 && !allowed.some((one) => one.toLowerCase() === recipient.toLowerCase()))
        throw new SnowflakeError(
          "394209",
          "22023",
          `Email recipients in the given list at indexes [${to.indexOf(recipient) + 1}] are not allowed. Either these email addresses are not yet validated or do not belong to any user in the current account.`,
        );
    await this.#keep(context, integration, "EMAIL", to, subject, body);
  }

  async webhook(context: StatementContext, name: string, body: string): Promise<void> {
    const integration = usable(context, name, "WEBHOOK");
    const { properties } = integration.props;
    const url = new URL(String(properties["WEBHOOK_URL"] ?? ""));
    const template = String(properties["WEBHOOK_BODY_TEMPLATE"] ?? "SNOWFLAKE_WEBHOOK_MESSAGE");
    const text = template.replaceAll("SNOWFLAKE_WEBHOOK_MESSAGE", body);
    let failure: string | null = null;
    if (["127.0.0.1", "localhost", "[::1]"].includes(url.hostname))
      try {
        const answer = await fetch(url, {
          method: "POST",
          body: text,
          headers: { "content-type": "application/json", ...headers(properties["WEBHOOK_HEADERS"]) },
          signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
        });
        if (!answer.ok) failure = `HTTP ${answer.status}`;
      } catch (error) {
        failure = (error as Error).name;
      }
    await this.#keep(context, integration, "WEBHOOK", [url.origin], null, text, failure);
  }

  async #keep(
    context: StatementContext,
    integration: CatalogObject<"INTEGRATION">,
    kind: Notification["kind"],
    recipients: string[],
    subject: string | null,
    body: string,
    errorMessage: string | null = null,
  ): Promise<void> {
    const notification: Notification = {
      on: context.services.clock.now(),
      integration: integration.name,
      kind,
      recipients,
      subject,
      body,
      status: errorMessage === null ? "SUCCESS" : "FAILED",
      errorMessage,
    };
    this.#sent.push(notification);
    if (this.#sent.length > 11_000) this.#sent.splice(0, 1000);
    const text = JSON.stringify(notification);
    await this.#pool.use(async (connection) => {
      await connection.run(`INSERT INTO sys.notification VALUES (${notification.on}, ${quoteText(text)})`);
    });
    if (this.#outbox) await appendFile(this.#outbox, `${text}\n`, { mode: 0o600 });
  }
}

function usable(
  context: StatementContext,
  name: string,
  kind: Notification["kind"],
): CatalogObject<"INTEGRATION"> {
  const stored = name.startsWith('"') ? name.slice(1, -1) : name.toUpperCase();
  const integration = context.services.catalog.find("INTEGRATION", ACCOUNT_ID, stored);
  if (!integration) throw errors.doesNotExist("Integration", stored);
  requirePrivilege(context, "USAGE", integration);
  if (!integration.props.enabled || !String(integration.props.integrationType).toUpperCase().includes(kind))
    throw new SnowflakeError(
      "394208",
      "22023",
      `Integration '${stored}' is disabled or is no notification integration of type ${kind}.`,
    );
  return integration;
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** `name=value` pairs, as the integration keeps them. */
function headers(value: unknown): Record<string, string> {
  return Object.fromEntries(
    list(value)
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)])
      .filter(([name]) => name !== ""),
  );
}
