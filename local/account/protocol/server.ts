import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import type { Account } from "../account.ts";
import { SnowflakeError } from "../errors.ts";
import { toSnowflakeError } from "../session/failures.ts";
import { StartError } from "../start-error.ts";
import { errorBody, type HttpAnswer, type HttpRequest, sendJson, toRequest } from "./http.ts";
import { QueryRoutes } from "./query-routes.ts";
import { endSession, heartbeat, login, renewToken } from "./session-routes.ts";
import { StageStore } from "./stage-store.ts";

export interface Listening {
  host: string;
  port: number;
  close(): Promise<void>;
}

type Handler = (request: HttpRequest) => Promise<HttpAnswer | string>;

/** Further endpoints (streaming ingest): tried for paths with their prefix. */
export interface Mount {
  prefix: string;
  handle(request: HttpRequest, response: ServerResponse): Promise<void>;
}

/**
 * Snowflake's driver protocol on a loopback port. Failures are HTTP 200 with `success: false`: drivers repeat a
 * request that got 5xx for minutes.
 */
export async function listen(
  account: Account,
  options: { port: number; patienceMs?: number; mounts?: Mount[] },
): Promise<Listening> {
  const store = new StageStore();
  const mounts = [store.mount, ...(options.mounts ?? [])];
  const queries = new QueryRoutes(account, store, options.patienceMs);
  const done: Handler = async () => ({ json: { data: null, message: null, code: null, success: true } });
  const fixed: Record<string, Handler> = {
    "POST /session/v1/login-request": (request) => login(account, request),
    "POST /session/token-request": (request) => renewToken(account, request),
    "POST /session": (request) => endSession(account, request),
    "POST /session/heartbeat": (request) => heartbeat(account, request),
    "GET /session/heartbeat": (request) => heartbeat(account, request),
    "POST /queries/v1/query-request": (request) => queries.query(request),
    "POST /queries/v1/abort-request": (request) => queries.abort(request),
    "POST /telemetry/send": done,
    "POST /telemetry/send/sessionless": done,
    "GET /healthcheck": async () => ({ json: { success: true } }),
  };
  const byPattern: [RegExp, (request: HttpRequest, part: string) => Promise<HttpAnswer | string>][] = [
    [/^\/queries\/([0-9a-f-]{36})\/result$/, (request, id) => queries.result(request, id)],
    [/^\/monitoring\/queries\/([0-9a-f-]{36})$/, (request, id) => queries.monitor(request, id)],
    [/^\/firn\/chunks\/([0-9a-f]+)$/, async (_, name) => queries.chunk(name)],
  ];

  const route = (request: HttpRequest): Handler | undefined => {
    const exact = fixed[`${request.method} ${request.path}`];
    if (exact) return exact;
    const aborted = /^\/queries\/([0-9a-f-]{36})\/abort-request$/.exec(request.path);
    if (aborted && request.method === "POST") return (r) => queries.abortQuery(r, aborted[1]!);
    if (request.method !== "GET") return undefined;
    for (const [pattern, handler] of byPattern) {
      const found = pattern.exec(request.path);
      if (found) return (r) => handler(r, found[1]!);
    }
    return undefined;
  };

  const server = createServer((raw: IncomingMessage, response: ServerResponse) => {
    void serve(raw, response);
  });
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;

  async function serve(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const request = toRequest(raw);
      const mount = mounts.find(({ prefix }) => request.path.startsWith(prefix));
      if (mount) return await mount.handle(request, response);
      const handler = route(request);
      if (!handler) {
        const error = new SnowflakeError(
          "390404",
          "08001",
          `No such resource: ${request.method} ${request.path}`,
        );
        return await sendJson(raw, response, 404, JSON.stringify(errorBody(error)));
      }
      const answer = await handler(request);
      if (typeof answer === "string") return await sendJson(raw, response, 200, answer);
      if ("json" in answer)
        return await sendJson(raw, response, answer.status ?? 200, JSON.stringify(answer.json));
      response.writeHead(200, answer.headers);
      await pipeline(answer.stream, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else await sendJson(raw, response, 200, JSON.stringify(errorBody(toSnowflakeError(error))));
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portTaken(error, options.port) ?? error));
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { host: "127.0.0.1", port, close: () => closeServer(server) };
}

const portTaken = (error: NodeJS.ErrnoException, port: number): StartError | undefined =>
  error.code === "EADDRINUSE"
    ? new StartError(
        `Port ${port} of 127.0.0.1 is taken by another program.`,
        "Give another one, or none: a free one is found.",
      )
    : undefined;

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
