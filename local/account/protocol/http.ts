import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gunzip, gunzipSync, gzip } from "node:zlib";
import { SnowflakeError } from "../errors.ts";

const expand = promisify(gunzip);
const compress = promisify(gzip);

/** Largest request body in bytes, before and after gzip: Snowflake takes statements up to 1 MB, binds much more. */
const BODY_LIMIT = 256e6;

export interface HttpRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  ip: string;
  raw: IncomingMessage;
  /** Body as parsed JSON; an empty object when there is none. Error 000400 when it is no JSON. */
  json(): Promise<Record<string, unknown>>;
  body(): Promise<Buffer>;
  /** The body as it comes, for those that do not need it at once. */
  pieces(): AsyncIterable<Buffer>;
}

export type HttpAnswer =
  | { json: unknown; status?: number }
  | { stream: NodeJS.ReadableStream; headers: Record<string, string> };

export function toRequest(raw: IncomingMessage): HttpRequest {
  const url = new URL(`http://local${raw.url ?? "/"}`);
  let text: Promise<Buffer> | undefined;
  const body = () => {
    text ??= readBody(raw);
    return text;
  };
  return {
    method: raw.method ?? "GET",
    // The Python connector of 5.x asks for /monitoring/queries//{id}.
    path: url.pathname.replace(/\/{2,}/g, "/"),
    query: url.searchParams,
    headers: raw.headers,
    ip: raw.socket.remoteAddress ?? "127.0.0.1",
    raw,
    body,
    pieces: () => readPieces(raw, body),
    async json() {
      const content = await body();
      if (content.length === 0) return {};
      try {
        const parsed: unknown = JSON.parse(content.toString());
        if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed))
          return parsed as Record<string, unknown>;
      } catch {
        // Answered below, without the text: it may hold a password.
      }
      throw new SnowflakeError(
        "390400",
        "08001",
        "Bad request; operation not supported: the body is no JSON object.",
      );
    },
  };
}

async function* received(raw: IncomingMessage): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const part of raw as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_LIMIT) throw new SnowflakeError("390413", "08001", "The request is too large.");
    yield part;
  }
}

async function* readPieces(raw: IncomingMessage, body: () => Promise<Buffer>): AsyncGenerator<Buffer> {
  if (raw.headers["content-encoding"] === "gzip") yield await body();
  else yield* received(raw);
}

async function readBody(raw: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of received(raw)) parts.push(part);
  const body = Buffer.concat(parts);
  if (raw.headers["content-encoding"] !== "gzip" || body.length === 0) return body;
  try {
    // A statement's few hundred bytes are expanded sooner than another thread takes them.
    if (body.length <= 4096) return gunzipSync(body, { maxOutputLength: BODY_LIMIT });
    return await expand(body, { maxOutputLength: BODY_LIMIT });
  } catch {
    throw new SnowflakeError("390400", "08001", "Bad request: the body is not gzip as its header says.");
  }
}

/** On the loopback address a byte costs less to send than to compress; a megabyte costs memory on its way. */
const WORTH_COMPRESSING = 1 << 20;

/** JSON, gzipped for clients that take it when that is worth the time. */
export async function sendJson(
  raw: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
): Promise<void> {
  const headers: Record<string, string | number> = { "content-type": "application/json" };
  let body: Buffer | string = text;
  if (text.length > WORTH_COMPRESSING && /\bgzip\b/.test(raw.headers["accept-encoding"] ?? "")) {
    body = await compress(Buffer.from(text), { level: 1 });
    headers["content-encoding"] = "gzip";
  }
  headers["content-length"] = Buffer.byteLength(body);
  response.writeHead(status, headers);
  response.end(body);
}

/** Token of `Authorization: Snowflake Token="…"`, or null. */
export function snowflakeToken(headers: IncomingMessage["headers"]): string | null {
  const value = headers["authorization"] ?? "";
  const start = value.indexOf('Token="');
  if (!value.startsWith("Snowflake ") || start < 0) return null;
  const end = value.indexOf('"', start + 7);
  return end < 0 ? null : value.slice(start + 7, end);
}

/** The error form that drivers read: HTTP 200 with success false. */
export function errorBody(error: SnowflakeError, queryId: string | null = null): Record<string, unknown> {
  return {
    data: {
      internalError: false,
      unredactedFromSecureObject: false,
      errorCode: error.code,
      age: 0,
      sqlState: error.sqlState,
      queryId,
      line: error.line ?? -1,
      pos: error.position ?? -1,
      type: error.message.startsWith("SQL compilation error") ? "COMPILATION" : "EXECUTION",
    },
    code: error.code,
    message: error.message,
    success: false,
    headers: null,
  };
}
