import type { Account } from "../account.ts";
import { SnowflakeError } from "../errors.ts";
import type { Session } from "../session/session.ts";
import { authenticate } from "./authenticate.ts";
import { driverParameters } from "./driver-parameters.ts";
import { type HttpAnswer, type HttpRequest, snowflakeToken } from "./http.ts";
import { requireNetwork } from "./network-policy.ts";

const success = (data: unknown): HttpAnswer => ({ json: { data, message: null, code: null, success: true } });

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Names of the session's context, as answers carry them. */
export function contextNames(account: Account, session: Session) {
  const name = (id: number | null) => (id === null ? null : (account.services.catalog.get(id)?.name ?? null));
  return {
    databaseName: name(session.databaseId),
    schemaName: name(session.schemaId),
    warehouseName: name(session.warehouseId),
    roleName: name(session.roleId),
  };
}

/** POST /session/v1/login-request */
export async function login(account: Account, request: HttpRequest): Promise<HttpAnswer> {
  const data = ((await request.json())["data"] ?? {}) as Record<string, unknown>;
  const environment = (data["CLIENT_ENVIRONMENT"] ?? {}) as Record<string, unknown>;
  const client = {
    application: text(environment["APPLICATION"]) || text(data["CLIENT_APP_ID"]) || "Unknown",
    version: text(data["CLIENT_APP_VERSION"]),
    ip: request.ip,
    driver: text(data["CLIENT_APP_ID"]),
  };
  const loginName = text(data["LOGIN_NAME"]);
  const attempt = { userName: loginName.toUpperCase(), client, driver: client.driver };
  try {
    const { user, factor } = await authenticate(account.services, {
      loginName,
      authenticator: text(data["AUTHENTICATOR"]),
      password: typeof data["PASSWORD"] === "string" ? data["PASSWORD"] : null,
      token: typeof data["TOKEN"] === "string" ? data["TOKEN"] : null,
    });
    requireNetwork(account.services, user, request.ip);
    const { session, tokens } = await account.sessions.open({
      user,
      role: request.query.get("roleName"),
      warehouse: request.query.get("warehouse"),
      database: request.query.get("databaseName"),
      schema: request.query.get("schemaName"),
      parameters: (data["SESSION_PARAMETERS"] ?? {}) as Record<string, unknown>,
      client,
    });
    account.loginSeen({ ...attempt, userName: user.name, factor, error: null });
    const context = contextNames(account, session);
    return success({
      token: tokens.token,
      masterToken: tokens.masterToken,
      validityInSeconds: tokens.lifetimes.session,
      masterValidityInSeconds: tokens.lifetimes.master,
      displayUserName: user.props.displayName || user.name,
      serverVersion: account.serverVersion,
      firstLogin: false,
      remMeToken: null,
      remMeValidityInSeconds: 0,
      healthCheckInterval: 45,
      newClientForUpgrade: null,
      sessionId: Number(session.id),
      parameters: driverParameters(account.services, session),
      sessionInfo: context,
      idToken: null,
      idTokenValidityInSeconds: 0,
      responseData: null,
      mfaToken: null,
      mfaTokenValidityInSeconds: 0,
    });
  } catch (error) {
    if (error instanceof SnowflakeError) account.loginSeen({ ...attempt, factor: null, error });
    throw error;
  }
}

/** POST /session/token-request: RENEW with the master token. */
export async function renewToken(account: Account, request: HttpRequest): Promise<HttpAnswer> {
  const body = await request.json();
  if (body["requestType"] !== undefined && body["requestType"] !== "RENEW" && body["requestType"] !== "ISSUE")
    throw new SnowflakeError(
      "390400",
      "08001",
      `Request type '${text(body["requestType"])}' is not supported.`,
    );
  const { session, tokens } = account.sessions.renew(snowflakeToken(request.headers));
  return success({
    sessionToken: tokens.token,
    validityInSecondsST: tokens.lifetimes.session,
    masterToken: tokens.masterToken,
    validityInSecondsMT: tokens.lifetimes.master,
    sessionId: Number(session.id),
  });
}

/** POST /session?delete=true */
export async function endSession(account: Account, request: HttpRequest): Promise<HttpAnswer> {
  const session = account.sessions.authenticate(snowflakeToken(request.headers));
  if (request.query.get("delete") === "true") await account.sessions.end(session.id);
  return success(null);
}

export async function heartbeat(account: Account, request: HttpRequest): Promise<HttpAnswer> {
  const session = account.sessions.authenticate(snowflakeToken(request.headers));
  account.sessions.touch(session);
  return success(null);
}
