import { ACCOUNT_ID, type CatalogObject } from "../catalog/model.ts";
import { SnowflakeError } from "../errors.ts";
import type { Services } from "../session/context.ts";
import { verifyPassword } from "../session/passwords.ts";
import { parseJwt, verifyJwt } from "./key-pair.ts";

export const loginErrors = {
  password: () => new SnowflakeError("390100", "08001", "Incorrect username or password was specified."),
  jwt: () => new SnowflakeError("390144", "08001", "JWT token is invalid."),
  disabled: () =>
    new SnowflakeError("390101", "08001", "User access disabled. Contact your local system administrator."),
  authenticator: (name: string) =>
    new SnowflakeError(
      "390190",
      "08001",
      `The authenticator '${name}' is not supported by this account: use a password or a key pair (SNOWFLAKE_JWT).`,
    ),
};

export interface Credentials {
  loginName: string;
  authenticator: string;
  password: string | null;
  token: string | null;
}

export interface Authenticated {
  user: CatalogObject<"USER">;
  factor: "PASSWORD" | "RSA_KEYPAIR";
}

/** Users log in by LOGIN_NAME, not case-sensitive. */
function findUser(services: Services, loginName: string): CatalogObject<"USER"> | undefined {
  const wanted = loginName.toUpperCase();
  const byName = services.catalog.find("USER", ACCOUNT_ID, wanted);
  if (byName && (byName.props.loginName || byName.name).toUpperCase() === wanted) return byName;
  return services.catalog
    .listAll("USER")
    .find((user) => (user.props.loginName || user.name).toUpperCase() === wanted);
}

/**
 * Checks who it is. The answer to a wrong password, an unknown user and a user without a password is the same, in
 * the same time; likewise for tokens. Errors: 390100, 390144, 390101, 390190.
 */
export async function authenticate(services: Services, given: Credentials): Promise<Authenticated> {
  const authenticator = given.authenticator.toUpperCase() || "SNOWFLAKE";
  if (authenticator === "SNOWFLAKE_JWT" || authenticator === "KEYPAIR_JWT") {
    const user = authenticateJwt(services, given.token, given.loginName || null);
    if (user.props.disabled) throw loginErrors.disabled();
    return { user, factor: "RSA_KEYPAIR" };
  }
  if (authenticator !== "SNOWFLAKE" && authenticator !== "USERNAME_PASSWORD_MFA")
    throw loginErrors.authenticator(given.authenticator);
  const user = findUser(services, given.loginName);
  const passwordAllowed = user !== undefined && user.props.type !== "SERVICE";
  const right = await verifyPassword(given.password ?? "", passwordAllowed ? user.props.passwordHash : null);
  if (!right || !user) throw loginErrors.password();
  if (user.props.disabled) throw loginErrors.disabled();
  return { user, factor: "PASSWORD" };
}

/** The user of a key-pair token that is signed, in time, and for this account. */
export function authenticateJwt(
  services: Services,
  token: string | null,
  loginName: string | null,
): CatalogObject<"USER"> {
  const jwt = token === null ? null : parseJwt(token);
  if (!jwt || !accountNames(services).has(jwt.account)) throw loginErrors.jwt();
  if (loginName !== null && loginName.toUpperCase() !== jwt.user) throw loginErrors.jwt();
  const user = findUser(services, jwt.user);
  if (!user || !verifyJwt(jwt, user.props, Date.now())) throw loginErrors.jwt();
  return user;
}

/** Account identifiers that a token may carry. */
function accountNames(services: Services): Set<string> {
  const { organization, name, locator } = services.identity;
  return new Set(
    [locator, name, `${organization}-${name}`, `${organization}_${name}`].map((n) => n.toUpperCase()),
  );
}
