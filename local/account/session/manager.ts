import { createHash, randomBytes } from "node:crypto";
import { mayUseRole, publicRole } from "../access/roles.ts";
import { ACCOUNT_ID, type CatalogObject } from "../catalog/model.ts";
import { SnowflakeError } from "../errors.ts";
import type { Storage } from "../storage/storage.ts";
import type { Transaction } from "../storage/transaction.ts";
import type { Services } from "./context.ts";
import { PARAMETERS, type ParameterValue } from "./parameters.ts";
import type { Session } from "./session.ts";

/** Seconds. Snowflake: a session token lives an hour, its master token four, renewed by use. */
export interface TokenLifetimes {
  session: number;
  master: number;
}

export interface LoginRequest {
  user: CatalogObject<"USER">;
  role: string | null;
  warehouse: string | null;
  database: string | null;
  schema: string | null;
  parameters: Record<string, unknown>;
  client: Session["client"];
}

export interface Tokens {
  token: string;
  masterToken: string;
  lifetimes: TokenLifetimes;
}

/** Id that stands for the user SYSTEM, who owns no catalogue entry. */
export const SYSTEM_USER = 0;

interface Live {
  session: Session;
  tokenHash: string;
  masterHash: string;
  tokenExpires: number;
  masterExpires: number;
}

const hash = (token: string) => createHash("sha256").update(token).digest("base64");
const newToken = () => `ver:1-hint:0-ETMsDgAAA${randomBytes(48).toString("base64")}`;

const sessionErrors = {
  invalid: () => new SnowflakeError("390104", "08001", "Session token not found or invalid."),
  gone: () =>
    new SnowflakeError(
      "390111",
      "08001",
      "Session no longer exists.  New login required to access the service.",
    ),
  expired: () =>
    new SnowflakeError(
      "390112",
      "08001",
      "Authentication token has expired.  The user must authenticate again.",
    ),
  masterExpired: () =>
    new SnowflakeError(
      "390114",
      "08001",
      "Authentication token has expired.  The user must authenticate again.",
    ),
  role: (name: string) =>
    new SnowflakeError(
      "390189",
      "08001",
      `Role '${name}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`,
    ),
  object: () =>
    new SnowflakeError(
      "390201",
      "08001",
      "The requested database, schema or warehouse does not exist or not authorized.",
    ),
};

/** Upper-cases an unquoted identifier, unquotes a quoted one. */
export function identifier(text: string): string {
  return text.startsWith('"') && text.endsWith('"') && text.length >= 2
    ? text.slice(1, -1).replaceAll('""', '"')
    : text.toUpperCase();
}

/** Log-ins, tokens and ends of sessions. Tokens live by wall-clock time whatever clock drives the account. */
export class SessionManager {
  readonly #services: Services;
  readonly #storage: Storage;
  readonly #lifetimes: TokenLifetimes;
  readonly #wallClock: () => number;
  readonly #byId = new Map<string, Live>();
  readonly #byToken = new Map<string, Live>();
  readonly #onEnd: ((session: Session) => Promise<void> | void)[] = [];
  #lastId = 0;

  constructor(
    services: Services,
    storage: Storage,
    options: { lifetimes?: TokenLifetimes; wallClock?: () => number } = {},
  ) {
    this.#services = services;
    this.#storage = storage;
    this.#lifetimes = options.lifetimes ?? { session: 3600, master: 4 * 3600 };
    this.#wallClock = options.wallClock ?? Date.now;
  }

  /** Called when a session ends, before its connection closes (temporary tables, running statements). */
  onEnd(callback: (session: Session) => Promise<void> | void): void {
    this.#onEnd.push(callback);
  }

  /** Opens a session for an authenticated user. Errors: 390189 (role), 390201 (default objects, if validated). */
  async open(request: LoginRequest): Promise<{ session: Session; tokens: Tokens }> {
    const session = await this.#create(request);
    const now = this.#wallClock();
    const tokens = { token: newToken(), masterToken: newToken(), lifetimes: this.#lifetimes };
    const live: Live = {
      session,
      tokenHash: hash(tokens.token),
      masterHash: hash(tokens.masterToken),
      tokenExpires: now + this.#lifetimes.session * 1000,
      masterExpires: now + this.#lifetimes.master * 1000,
    };
    this.#byId.set(session.id, live);
    this.#byToken.set(live.tokenHash, live);
    this.#byToken.set(live.masterHash, live);
    return { session, tokens };
  }

  /** A session of the account itself (tasks, pipes), as the user SYSTEM with one role. End it with `closeInternal`. */
  async openInternal(
    given: Pick<Session, "roleId" | "warehouseId" | "databaseId" | "schemaId"> & {
      parameters?: Record<string, ParameterValue>;
      managed?: boolean;
      beforeCommit?: Session["beforeCommit"];
    },
  ): Promise<Session> {
    return this.#make({
      userId: SYSTEM_USER,
      secondaryRoles: "NONE",
      client: { application: "SYSTEM", version: "", ip: "" },
      ...given,
      parameters: new Map(Object.entries(given.parameters ?? {})),
    });
  }

  async closeInternal(session: Session): Promise<void> {
    await this.#release(session);
  }

  /** The session of a session token. Errors: 390104, 390111, 390112. */
  authenticate(token: string | null): Session {
    const live = token === null ? undefined : this.#byToken.get(hash(token));
    if (!live) throw token === null ? sessionErrors.invalid() : sessionErrors.gone();
    if (live.tokenHash !== hash(token!)) throw sessionErrors.invalid();
    const now = this.#wallClock();
    if (now >= live.masterExpires) {
      void this.end(live.session.id);
      throw sessionErrors.gone();
    }
    if (now >= live.tokenExpires) throw sessionErrors.expired();
    return live.session;
  }

  /** New tokens for a master token; the old ones stop working. Errors: 390104, 390114. */
  renew(masterToken: string | null): { session: Session; tokens: Tokens } {
    const live = masterToken === null ? undefined : this.#byToken.get(hash(masterToken));
    if (!live || live.masterHash !== hash(masterToken!)) throw sessionErrors.invalid();
    const now = this.#wallClock();
    if (now >= live.masterExpires) {
      void this.end(live.session.id);
      throw sessionErrors.masterExpired();
    }
    const tokens = { token: newToken(), masterToken: newToken(), lifetimes: this.#lifetimes };
    this.#byToken.delete(live.tokenHash);
    this.#byToken.delete(live.masterHash);
    live.tokenHash = hash(tokens.token);
    live.masterHash = hash(tokens.masterToken);
    live.tokenExpires = now + this.#lifetimes.session * 1000;
    live.masterExpires = now + this.#lifetimes.master * 1000;
    this.#byToken.set(live.tokenHash, live);
    this.#byToken.set(live.masterHash, live);
    return { session: live.session, tokens };
  }

  /** Heartbeat: both tokens live on. */
  touch(session: Session): void {
    const live = this.#byId.get(session.id);
    if (!live) return;
    const now = this.#wallClock();
    live.tokenExpires = now + this.#lifetimes.session * 1000;
    live.masterExpires = now + this.#lifetimes.master * 1000;
  }

  get(id: string): Session | undefined {
    return this.#byId.get(id)?.session;
  }

  list(): Session[] {
    return [...this.#byId.values()].map((live) => live.session);
  }

  async end(id: string): Promise<void> {
    const live = this.#byId.get(id);
    if (!live) return;
    this.#byId.delete(id);
    this.#byToken.delete(live.tokenHash);
    this.#byToken.delete(live.masterHash);
    await this.#release(live.session);
  }

  /** Ends sessions that nobody renewed. */
  async sweep(): Promise<void> {
    const now = this.#wallClock();
    for (const live of [...this.#byId.values()])
      if (now >= live.masterExpires) await this.end(live.session.id);
  }

  async closeAll(): Promise<void> {
    for (const id of [...this.#byId.keys()]) await this.end(id);
  }

  async #release(session: Session): Promise<void> {
    for (const callback of this.#onEnd) await callback(session);
    const open = session.transaction;
    session.transaction = null;
    await open?.rollback();
    session.connection.closeSync();
  }

  async #create(request: LoginRequest): Promise<Session> {
    const { catalog } = this.#services;
    const { user } = request;
    const roleId = this.#role(user, request.role);
    const parameters = new Map<string, ParameterValue>();
    for (const [name, value] of Object.entries(request.parameters)) {
      const definition = PARAMETERS.get(name.toUpperCase());
      if (
        definition &&
        (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      )
        parameters.set(definition.name, coerce(definition.type, value));
    }
    const [defaultDatabase, defaultSchema] = splitNamespace(user.props.defaultNamespace);
    const named = (given: string | null, otherwise: string | null | undefined) =>
      given ? identifier(given) : (otherwise ?? null);
    const databaseName = named(request.database, request.database ? null : defaultDatabase);
    const schemaName = named(request.schema, request.database ? "PUBLIC" : (defaultSchema ?? "PUBLIC"));
    const warehouseName = named(request.warehouse, user.props.defaultWarehouse?.toUpperCase());
    const database = databaseName ? catalog.find("DATABASE", ACCOUNT_ID, databaseName) : undefined;
    const schema = database && schemaName ? catalog.find("SCHEMA", database.id, schemaName) : undefined;
    const warehouse = warehouseName ? catalog.find("WAREHOUSE", ACCOUNT_ID, warehouseName) : undefined;
    if (
      parameters.get("CLIENT_VALIDATE_DEFAULT_PARAMETERS") === true &&
      ((request.database && !database) || (request.schema && !schema) || (request.warehouse && !warehouse))
    )
      throw sessionErrors.object();
    return this.#make({
      userId: user.id,
      roleId,
      secondaryRoles: user.props.defaultSecondaryRoles.includes("ALL") ? "ALL" : "NONE",
      warehouseId: warehouse?.id ?? null,
      databaseId: database?.id ?? null,
      schemaId: schema?.id ?? null,
      parameters,
      client: request.client,
    });
  }

  async #make(
    given: Pick<
      Session,
      | "userId"
      | "roleId"
      | "secondaryRoles"
      | "warehouseId"
      | "databaseId"
      | "schemaId"
      | "parameters"
      | "client"
      | "managed"
      | "beforeCommit"
    >,
  ): Promise<Session> {
    this.#lastId = Math.max(Date.now() * 4, this.#lastId + 4);
    // An accessor, so that a session derived for another role (Object.create) shares the transaction.
    let transaction: Transaction | null = null;
    return {
      ...given,
      id: String(this.#lastId),
      variables: new Map(),
      connection: await this.#storage.connect(),
      get transaction() {
        return transaction;
      },
      set transaction(next) {
        transaction = next;
      },
      lastQueryId: null,
      createdOn: this.#services.clock.now(),
    };
  }

  #role(user: CatalogObject<"USER">, wanted: string | null): number | null {
    const { catalog } = this.#services;
    if (wanted) {
      const name = identifier(wanted);
      const role = catalog.find("ROLE", ACCOUNT_ID, name);
      if (!role || !mayUseRole(catalog, user.id, role.id)) throw sessionErrors.role(name);
      return role.id;
    }
    const fallback = user.props.defaultRole
      ? catalog.find("ROLE", ACCOUNT_ID, user.props.defaultRole.toUpperCase())
      : undefined;
    if (fallback && mayUseRole(catalog, user.id, fallback.id)) return fallback.id;
    return publicRole(catalog)?.id ?? null;
  }
}

function splitNamespace(namespace: string | null): [string | null, string | null] {
  const [database, schema] = (namespace ?? "").split(".");
  return [database ? identifier(database) : null, schema ? identifier(schema) : null];
}

export function coerce(type: "STRING" | "NUMBER" | "BOOLEAN", value: ParameterValue): ParameterValue {
  if (type === "BOOLEAN") return typeof value === "string" ? value.toLowerCase() === "true" : Boolean(value);
  if (type === "NUMBER") return Number(value);
  return String(value);
}
