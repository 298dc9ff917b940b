import { Agent, request } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { LOOPBACK } from "../../supervisor/ports.ts";
import type { KeyPairToken } from "./jwt.ts";

const compress = promisify(gzip);

/** Where a channel's rows go: the default pipe of a table is `<TABLE>-STREAMING`. */
export interface ChannelAddress {
  database: string;
  schema: string;
  pipe: string;
  channel: string;
}

export interface OpenedChannel {
  continuationToken: string;
  /** The offset token of the last committed append, null for a new channel. */
  offsetToken: string | null;
}

/** An answer of the account that is not success. */
export class StreamingApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What a request may weigh, in bytes. Source: "Snowpipe Streaming REST API endpoints". */
export const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** Snowpipe Streaming's REST endpoints (high-performance architecture), over kept-alive connections. */
export class StreamingClient {
  private readonly base: URL;
  private readonly token: KeyPairToken;
  private readonly role: string | undefined;
  private readonly agent: Agent;
  private readonly compressed: boolean;

  constructor(url: string, token: KeyPairToken, role: string | undefined) {
    this.base = new URL(/^https?:\/\//.test(url) ? url : `https://${url}`);
    this.token = token;
    this.role = role;
    const options = { keepAlive: true, maxSockets: 16 };
    this.agent = this.base.protocol === "https:" ? new SecureAgent(options) : new Agent(options);
    // On the loopback address the bytes cost less than their compression.
    this.compressed = this.base.hostname !== LOOPBACK;
  }

  /** Opens a channel, or reopens it, so that tokens of an earlier writer no longer count. */
  async open(address: ChannelAddress): Promise<OpenedChannel> {
    const body = JSON.stringify(this.role ? { role: this.role } : {});
    const answer = await this.send("PUT", channelPath("", address), Buffer.from(body), "application/json");
    return {
      continuationToken: textOf(answer, "next_continuation_token") ?? "",
      offsetToken: textOf(objectOf(answer, "channel_status"), "last_committed_offset_token") ?? null,
    };
  }

  /** Appends rows (NDJSON) and commits them with the offset token; yields the next continuation token. */
  async append(
    address: ChannelAddress,
    continuationToken: string,
    offsetToken: string,
    rows: Buffer,
  ): Promise<string> {
    const query = new URLSearchParams({
      continuationToken,
      offsetToken,
      ...(this.role ? { role: this.role } : {}),
    });
    const path = `${channelPath("data/", address)}/rows?${query}`;
    const body = this.compressed ? await compress(rows, { level: 1 }) : rows;
    const answer = await this.send("POST", path, body, "application/x-ndjson", this.compressed);
    return textOf(answer, "next_continuation_token") ?? "";
  }

  /** The last committed offset tokens of the channels that exist, by name. */
  async status(
    address: Omit<ChannelAddress, "channel">,
    channels: string[],
  ): Promise<Record<string, string | null>> {
    const body = { channel_names: channels, ...(this.role ? { role: this.role } : {}) };
    const path = `${pipePath("", address)}:bulk-channel-status`;
    const answer = await this.send("POST", path, Buffer.from(JSON.stringify(body)), "application/json");
    const statuses = objectOf(answer, "channel_statuses");
    return Object.fromEntries(
      Object.keys(statuses).map((name) => [
        name,
        textOf(objectOf(statuses, name), "last_committed_offset_token") ?? null,
      ]),
    );
  }

  close(): void {
    this.agent.destroy();
  }

  private send(
    method: string,
    path: string,
    body: Buffer,
    contentType: string,
    compressed = false,
  ): Promise<Record<string, unknown>> {
    const start = this.base.protocol === "https:" ? secureRequest : request;
    return new Promise((resolve, reject) => {
      const outgoing = start(
        new URL(path, this.base),
        {
          method,
          agent: this.agent,
          timeout: 120_000,
          headers: {
            Authorization: `Bearer ${this.token.at(Date.now())}`,
            "X-Snowflake-Authorization-Token-Type": "KEYPAIR_JWT",
            Accept: "application/json",
            "Content-Type": contentType,
            "Content-Length": body.length,
            ...(compressed ? { "Content-Encoding": "gzip" } : {}),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("error", reject);
          response.once("end", () => {
            const status = response.statusCode ?? 0;
            const answer = parse(Buffer.concat(chunks).toString("utf8"));
            if (status >= 200 && status < 300) return resolve(answer);
            if (status === 401) this.token.renew();
            const message = textOf(answer, "message") ?? `HTTP ${status}`;
            reject(new StreamingApiError(status, textOf(answer, "code") ?? "", message));
          });
        },
      );
      outgoing.once("timeout", () => outgoing.destroy(new Error("the account did not answer in time")));
      outgoing.once("error", reject);
      outgoing.end(body);
    });
  }
}

function pipePath(kind: "" | "data/", { database, schema, pipe }: Omit<ChannelAddress, "channel">): string {
  const [d, s, p] = [database, schema, pipe].map(encodeURIComponent);
  return `/v2/streaming/${kind}databases/${d}/schemas/${s}/pipes/${p}`;
}

function channelPath(kind: "" | "data/", address: ChannelAddress): string {
  return `${pipePath(kind, address)}/channels/${encodeURIComponent(address.channel)}`;
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOf(value: Record<string, unknown>, name: string): string | undefined {
  const member = value[name];
  return typeof member === "string" || typeof member === "number" ? String(member) : undefined;
}

function objectOf(value: Record<string, unknown>, name: string): Record<string, unknown> {
  const member = value[name];
  return typeof member === "object" && member !== null ? (member as Record<string, unknown>) : {};
}
