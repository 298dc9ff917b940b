import type { ServerResponse } from "node:http";
import type { CatalogObject } from "../catalog/model.ts";
import { SnowflakeError } from "../errors.ts";
import { authenticateJwt } from "../protocol/authenticate.ts";
import { type HttpRequest, sendJson } from "../protocol/http.ts";
import { requireNetwork } from "../protocol/network-policy.ts";
import type { Mount } from "../protocol/server.ts";
import type { Services } from "../session/context.ts";
import { toSnowflakeError } from "../session/failures.ts";
import type { Channel } from "./channels.ts";
import { type Streaming, StreamingError, tokenOf } from "./streaming.ts";

interface Route {
  method: string;
  pattern: RegExp;
  handle(request: HttpRequest, user: CatalogObject<"USER">, parts: Record<string, string>): Promise<unknown>;
}

const BASE =
  "/v2/streaming/(?:(?<data>data)/)?databases/(?<database>[^/]+)/schemas/(?<schema>[^/]+)/pipes/(?<pipe>[^/]+)";

const identifier = (text: string): string => text.toUpperCase();

const targetOf = (parts: Record<string, string>) => ({
  database: identifier(parts["database"]!),
  schema: identifier(parts["schema"]!),
  pipe: identifier(parts["pipe"]!),
});

const timestamp = (ms: number): string => new Date(ms).toISOString();

const describe = (target: ReturnType<typeof targetOf>, channel: Channel) => ({
  database_name: target.database,
  schema_name: target.schema,
  pipe_name: target.pipe,
  channel_name: channel.name,
  channel_status_code: "SUCCESS",
  last_committed_offset_token: channel.offsetToken,
  created_on_ms: channel.createdOn,
  rows_inserted: channel.rowsInserted,
  rows_parsed: channel.rowsInserted + channel.rowsFailed,
  rows_errors: channel.rowsFailed,
  rows_error_count: channel.rowsFailed,
  last_refreshed_on: timestamp(channel.committedOn),
});

/**
 * Snowpipe Streaming's REST endpoints. Source: "Snowpipe Streaming API REST endpoints". The role is given by `role`
 * in the body or the query, else it is the user's default role.
 */
export function streamingMount(services: Services, streaming: Streaming, host: () => string): Mount {
  const roleOf = (request: HttpRequest, body: Record<string, unknown>) =>
    typeof body["role"] === "string" ? body["role"] : request.query.get("role");
  const routes: Route[] = [
    {
      method: "GET",
      pattern: /^\/v2\/streaming\/hostname$/,
      handle: async () => ({ hostname: host() }),
    },
    {
      method: "PUT",
      pattern: new RegExp(`^${BASE}/channels/(?<channel>[^/]+)$`),
      async handle(request, user, parts) {
        const body = await request.json();
        const offset = typeof body["offset_token"] === "string" ? body["offset_token"] : null;
        const target = targetOf(parts);
        const name = identifier(parts["channel"]!);
        const channel = await streaming.open(user, roleOf(request, body), target, name, offset);
        return {
          next_continuation_token: tokenOf(channel),
          channel_status: { ...describe(target, channel), channel_name: parts["channel"] },
        };
      },
    },
    {
      method: "POST",
      pattern: new RegExp(`^${BASE}/channels/(?<channel>[^/]+)/rows$`),
      async handle(request, user, parts) {
        const tokens = {
          continuation: request.query.get("continuationToken"),
          offset: request.query.get("offsetToken"),
        };
        const channel = await streaming.append(
          user,
          request.query.get("role"),
          targetOf(parts),
          identifier(parts["channel"]!),
          tokens,
          request.pieces(),
        );
        return { next_continuation_token: tokenOf(channel) };
      },
    },
    {
      method: "POST",
      pattern: new RegExp(`^${BASE}:bulk-channel-status$`),
      async handle(request, user, parts) {
        const body = await request.json();
        const names = Array.isArray(body["channel_names"]) ? body["channel_names"].map(String) : [];
        const target = targetOf(parts);
        const found = streaming.status(user, roleOf(request, body), target, names.map(identifier));
        const byName = new Map(found.map((channel) => [channel.name, channel]));
        const statuses: Record<string, unknown> = {};
        for (const name of names) {
          const channel = byName.get(identifier(name));
          if (channel) statuses[name] = { ...describe(target, channel), channel_name: name };
        }
        return { channel_statuses: statuses };
      },
    },
    {
      method: "DELETE",
      pattern: new RegExp(`^${BASE}/channels/(?<channel>[^/]+)$`),
      async handle(request, user, parts) {
        await streaming.drop(user, request.query.get("role"), targetOf(parts), identifier(parts["channel"]!));
        return {};
      },
    },
  ];

  return {
    prefix: "/v2/streaming/",
    async handle(request, response) {
      try {
        const user = bearer(services, request);
        for (const route of routes) {
          const found = route.method === request.method ? route.pattern.exec(request.path) : null;
          if (!found) continue;
          const parts = Object.fromEntries(
            Object.entries(found.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value ?? "")]),
          );
          return await send(request, response, 200, await route.handle(request, user, parts));
        }
        throw new StreamingError(404, "390404", `No such resource: ${request.method} ${request.path}`);
      } catch (thrown) {
        const error = toSnowflakeError(thrown);
        const status =
          error instanceof StreamingError ? error.status : error.code.startsWith("39") ? 401 : 400;
        await send(request, response, status, {
          status_code: status,
          code: error.code,
          message: error.message,
        });
      }
    },
  };
}

const send = (request: HttpRequest, response: ServerResponse, status: number, body: unknown) =>
  sendJson(request.raw, response, status, JSON.stringify(body));

/** `Authorization: Bearer <key-pair JWT>`. */
function bearer(services: Services, request: HttpRequest): CatalogObject<"USER"> {
  const [scheme, token] = (request.headers["authorization"] ?? "").split(" ");
  const type = request.headers["x-snowflake-authorization-token-type"] ?? "KEYPAIR_JWT";
  if (scheme !== "Bearer" || !token || type !== "KEYPAIR_JWT")
    throw new SnowflakeError("390144", "08001", "JWT token is invalid.");
  const user = authenticateJwt(services, token, null);
  if (user.props.disabled) throw new SnowflakeError("390101", "08001", "User access disabled.");
  requireNetwork(services, user, request.ip);
  return user;
}
