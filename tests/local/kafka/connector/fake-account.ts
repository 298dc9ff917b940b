import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

interface FakeChannel {
  sequencer: number;
  next: number;
  offsetToken: string | null;
}

export type Row = Record<string, unknown>;

/** What the next appends meet, each once: an answer, or rows that are committed and an answer that never arrives. */
export type Fault = { status: number; message: string } | "lost-answer";

/** Snowpipe Streaming's endpoints in memory, for one user with a key pair. Keeps rows of tables, or counts them only. */
export class FakeAccount {
  readonly account = "FIRN-LOCAL";
  readonly user = "KAFKA_LOADER";
  readonly privateKey: string;
  readonly tables = new Map<string, Row[]>();
  readonly counts = new Map<string, number>();
  readonly faults: Fault[] = [];
  /** With false, rows are counted and not kept. */
  keepRows = true;
  requests = 0;
  private readonly channels = new Map<string, FakeChannel>();
  private readonly publicKey;
  private readonly server: Server;

  constructor() {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    this.privateKey = pair.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
    this.publicKey = createPublicKey(pair.publicKey.export({ type: "spki", format: "pem" }));
    this.server = createServer((request, response) => {
      void this.answer(request).then(
        ([status, body]) => {
          if (status === 0) return request.socket.destroy();
          response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
        },
        (error: unknown) => response.writeHead(500).end(JSON.stringify({ message: String(error) })),
      );
    });
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  rows(table: string): Row[] {
    return this.tables.get(table) ?? [];
  }

  offsetToken(channel: string): string | null | undefined {
    return this.channels.get(channel)?.offsetToken;
  }

  private async answer(request: IncomingMessage): Promise<[number, unknown]> {
    this.requests += 1;
    if (!this.isAuthentic(request)) return [401, { code: "390144", message: "JWT token is invalid." }];
    const url = new URL(request.url ?? "/", "http://fake");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
    const open =
      /^\/v2\/streaming\/databases\/(\w+)\/schemas\/(\w+)\/pipes\/(\w+)-STREAMING\/channels\/([^/]+)$/.exec(
        url.pathname,
      );
    if (open && request.method === "PUT") return this.open(decodeURIComponent(open[4]!));
    const rows =
      /^\/v2\/streaming\/data\/databases\/(\w+)\/schemas\/(\w+)\/pipes\/(\w+)-STREAMING\/channels\/([^/]+)\/rows$/.exec(
        url.pathname,
      );
    if (rows && request.method === "POST") {
      return this.append(rows[3]!, decodeURIComponent(rows[4]!), url.searchParams, body);
    }
    if (url.pathname.endsWith(":bulk-channel-status")) {
      const names = (JSON.parse(body.toString()) as { channel_names: string[] }).channel_names;
      const statuses = names
        .filter((name) => this.channels.has(name))
        .map((name) => [name, { last_committed_offset_token: this.channels.get(name)!.offsetToken }]);
      return [200, { channel_statuses: Object.fromEntries(statuses) }];
    }
    return [404, { code: "390404", message: `no such resource: ${request.method} ${url.pathname}` }];
  }

  private open(name: string): [number, unknown] {
    const known = this.channels.get(name);
    const channel = {
      sequencer: (known?.sequencer ?? -1) + 1,
      next: 0,
      offsetToken: known?.offsetToken ?? null,
    };
    this.channels.set(name, channel);
    return [
      200,
      {
        next_continuation_token: `${channel.sequencer}_0`,
        channel_status: { channel_name: name, last_committed_offset_token: channel.offsetToken },
      },
    ];
  }

  private append(table: string, name: string, query: URLSearchParams, body: Buffer): [number, unknown] {
    const fault = this.faults.shift();
    if (fault && fault !== "lost-answer") return [fault.status, { code: "FAULT", message: fault.message }];
    const channel = this.channels.get(name);
    if (!channel) return [404, { code: "ERR_CHANNEL", message: "no such channel" }];
    if (query.get("continuationToken") !== `${channel.sequencer}_${channel.next}`) {
      return [409, { code: "STALE_CONTINUATION_TOKEN_SEQUENCER", message: "stale" }];
    }
    channel.next += 1;
    channel.offsetToken = query.get("offsetToken");
    if (this.keepRows) {
      const rows = body
        .toString()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Row);
      this.tables.set(table, [...this.rows(table), ...rows]);
    }
    let lines = 0;
    for (let at = body.indexOf(10); at >= 0; at = body.indexOf(10, at + 1)) lines += 1;
    this.counts.set(table, (this.counts.get(table) ?? 0) + lines);
    if (fault === "lost-answer") return [0, {}];
    return [200, { next_continuation_token: `${channel.sequencer}_${channel.next}` }];
  }

  private isAuthentic(request: IncomingMessage): boolean {
    if (request.headers["x-snowflake-authorization-token-type"] !== "KEYPAIR_JWT") return false;
    const [head = "", payload = "", signature = ""] = (request.headers.authorization ?? "")
      .replace("Bearer ", "")
      .split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString() || "{}") as { sub?: string };
    return (
      claims.sub === `${this.account}.${this.user}` &&
      verify(
        "RSA-SHA256",
        Buffer.from(`${head}.${payload}`),
        this.publicKey,
        Buffer.from(signature, "base64url"),
      )
    );
  }
}
