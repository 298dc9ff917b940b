import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import type { HttpRequest } from "./http.ts";
import type { Mount } from "./server.ts";

const PREFIX = "/firn/files";
const BUCKET = "stage";
const LIFETIME_MS = 3_600_000;
/** Tokens that are remembered at once. */
const KEPT = 10_000;

interface Grant {
  /** Path of a file on disk by its name in the bucket. */
  resolve(name: string): string;
  access: "READ" | "WRITE";
  expires: number;
}

/** Where a driver finds a stage: `endPoint`, `location` and the token of the answer to PUT and GET. */
export interface StoreAccess {
  endPoint: string;
  location: string;
  token: string;
}

/**
 * Stages over HTTP, as a bucket of Google's storage that one token opens, for drivers that move files to cloud storage
 * only. Each PUT and GET gets a token of its own; it is the secret.
 */
export class StageStore {
  readonly #grants = new Map<string, Grant>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  grant(url: string, access: Grant["access"], resolve: Grant["resolve"]): StoreAccess {
    const token = randomBytes(24).toString("hex");
    this.#grants.set(token, { resolve, access, expires: this.#now() + LIFETIME_MS });
    if (this.#grants.size > KEPT) this.#grants.delete(this.#grants.keys().next().value!);
    return { endPoint: `${url}${PREFIX}`, location: `${BUCKET}/`, token };
  }

  get mount(): Mount {
    return { prefix: `${PREFIX}/`, handle: (request, response) => this.#handle(request, response) };
  }

  async #handle(request: HttpRequest, response: ServerResponse): Promise<void> {
    const bearer = /^Bearer (\S+)$/.exec(request.headers["authorization"] ?? "")?.[1];
    const grant = bearer === undefined ? undefined : this.#grants.get(bearer);
    if (!grant || this.#now() >= grant.expires) return refuse(request, response, 401);
    const bucket = `${PREFIX}/${BUCKET}/`;
    const isWrite = request.method === "PUT";
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (!request.path.startsWith(bucket) || !(isWrite || isRead)) return refuse(request, response, 404);
    // To put a file is to ask first whether it is there.
    if (grant.access === "READ" ? isWrite : request.method === "GET") return refuse(request, response, 403);
    const path = grant.resolve(decodeURIComponent(request.path.slice(bucket.length)));
    if (isWrite) await receive(request, response, path);
    else await send(request, response, path);
  }
}

async function send(request: HttpRequest, response: ServerResponse, path: string): Promise<void> {
  const size = await sizeOf(path);
  if (size === null) return refuse(request, response, 404);
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": size });
  if (request.method === "HEAD") response.end();
  else await pipeline(createReadStream(path), response);
}

/** A file is there whole or not at all. `x-goog-if-generation-match: 0` is "unless it is there". */
async function receive(request: HttpRequest, response: ServerResponse, path: string): Promise<void> {
  if (request.headers["x-goog-if-generation-match"] === "0" && (await sizeOf(path)) !== null)
    return refuse(request, response, 412);
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${randomBytes(6).toString("hex")}.part`;
  try {
    await pipeline(request.raw, createWriteStream(part));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  response.writeHead(200, { "content-length": 0 });
  response.end();
}

const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    (facts) => (facts.isFile() ? facts.size : null),
    () => null,
  );

function refuse(request: HttpRequest, response: ServerResponse, status: number): void {
  request.raw.resume();
  response.writeHead(status, { "content-length": 0 });
  response.end();
}
