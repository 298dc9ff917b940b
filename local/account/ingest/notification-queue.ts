import { randomBytes } from "node:crypto";
import type { Message } from "@aws-sdk/client-sqs";
import type { AwsConnection } from "../files/aws.ts";
import type { ConnectionPool } from "../session/connections.ts";

/** Seconds until a message that was not deleted (the account was killed) is given out again. */
const VISIBILITY_SECONDS = 10;

/**
 * The account's one queue for pipes, as Snowflake has one per bucket and account. Made when the first auto-ingest pipe
 * needs it; its name is kept with the account.
 */
export class NotificationQueue {
  readonly #aws: AwsConnection;
  readonly #pool: ConnectionPool;
  #queue: Promise<{ url: string; arn: string }> | undefined;

  constructor(aws: AwsConnection, pool: ConnectionPool) {
    this.#aws = aws;
    this.#pool = pool;
  }

  /** True when an earlier run made it. */
  async exists(): Promise<boolean> {
    return (await this.#name(false)) !== null;
  }

  open(): Promise<{ url: string; arn: string }> {
    this.#queue ??= this.#open().catch((error: unknown) => {
      this.#queue = undefined;
      throw error;
    });
    return this.#queue;
  }

  async #open(): Promise<{ url: string; arn: string }> {
    const { CreateQueueCommand, GetQueueAttributesCommand, GetQueueUrlCommand } = await import(
      "@aws-sdk/client-sqs"
    );
    const client = await this.#aws.sqs();
    const name = (await this.#name(true))!;
    // Asked for first: creating a queue that exists with other attributes is an error.
    const { QueueUrl: url } = await client.send(new GetQueueUrlCommand({ QueueName: name })).catch(() =>
      client.send(
        new CreateQueueCommand({
          QueueName: name,
          Attributes: { VisibilityTimeout: String(VISIBILITY_SECONDS), MessageRetentionPeriod: "1209600" },
        }),
      ),
    );
    const { Attributes: attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }),
    );
    return { url: url!, arn: attributes!["QueueArn"]! };
  }

  /** `sf-snowpipe-<IAM user id>-<random>`, as Snowflake names it. */
  async #name(make: boolean): Promise<string | null> {
    return this.#pool.use(async (connection) => {
      const reader = await connection.runAndReadAll("SELECT value FROM sys.setting WHERE key = 'pipe_queue'");
      const known = reader.getRows()[0]?.[0];
      if (known !== undefined) return String(known);
      if (!make) return null;
      const id = randomBytes(8).toString("hex").toUpperCase();
      const name = `sf-snowpipe-AIDA${id}-${randomBytes(12).toString("base64url")}`;
      await connection.run(`INSERT INTO sys.setting VALUES ('pipe_queue', '${name}')`);
      return name;
    });
  }

  /** Waits up to `waitSeconds` for messages, ten at most. */
  async receive(waitSeconds: number): Promise<Message[]> {
    const { ReceiveMessageCommand } = await import("@aws-sdk/client-sqs");
    const { url } = await this.open();
    const client = await this.#aws.sqs();
    const answer = await client.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: waitSeconds }),
    );
    return answer.Messages ?? [];
  }

  async delete(messages: Message[]): Promise<void> {
    const { DeleteMessageBatchCommand } = await import("@aws-sdk/client-sqs");
    const { url } = await this.open();
    const client = await this.#aws.sqs();
    for (let at = 0; at < messages.length; at += 10)
      await client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: url,
          Entries: messages
            .slice(at, at + 10)
            .map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle! })),
        }),
      );
  }
}
