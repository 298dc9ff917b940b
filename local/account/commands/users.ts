import { createPublicKey } from "node:crypto";
import { newUser, printName, requirePrivilege, resolveObject } from "../access/index.ts";
import type { CatalogObject, UserProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { hashPassword } from "../session/passwords.ts";
import { alterHolder } from "./account-policies.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import {
  changeCatalog,
  createObject,
  dropObject,
  EXECUTED,
  findExisting,
  readCreateName,
  updateProps,
} from "./objects.ts";
import { overlayParameters, parameterTable, splitParameters, withoutParameters } from "./parameter-sets.ts";
import {
  flag,
  identifierOrText,
  integer,
  nullable,
  oneOf,
  readKeys,
  readProperties,
  text,
  textOrWord,
  unsupported,
  type ValueReader,
} from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";
import { userShowCommands } from "./user-shows.ts";

/** `db.schema` as stored parts printed again; a text is kept as it is. */
const namespace: ValueReader<string> = (cursor) =>
  cursor.seesString ? cursor.string() : printName(cursor.name());

const secondaryRoles: ValueReader<string[]> = (cursor, key) => {
  if (cursor.accept("NULL")) return [];
  const given = cursor.parenthesized(() => cursor.string().toUpperCase());
  for (const role of given) if (role !== "ALL") throw errors.invalidValue(role, key);
  return given;
};

/** Base64 of an RSA public key with or without line breaks and PEM frame; refused when it is none. */
const publicKey: ValueReader<string> = (cursor, key) => {
  const given = cursor.string();
  const body = given
    .split("\n")
    .filter((line) => !line.startsWith("-----"))
    .join("")
    .replaceAll("\r", "")
    .trim();
  try {
    const parsed = createPublicKey({ key: Buffer.from(body, "base64"), format: "der", type: "spki" });
    if (parsed.asymmetricKeyType !== "rsa") throw new Error("not RSA");
  } catch {
    throw errors.compilation(
      "002070",
      "22023",
      `New public key rejected by current policy. Reason: 'Invalid public key' for ${key}`,
    );
  }
  return body;
};

const OWN = {
  PASSWORD: nullable(text),
  LOGIN_NAME: textOrWord,
  DISPLAY_NAME: textOrWord,
  FIRST_NAME: nullable(text),
  MIDDLE_NAME: nullable(text),
  LAST_NAME: nullable(text),
  EMAIL: nullable(text),
  MUST_CHANGE_PASSWORD: flag,
  DISABLED: flag,
  DAYS_TO_EXPIRY: nullable(integer({ min: 0 })),
  MINS_TO_UNLOCK: nullable(integer({ min: 0 })),
  DEFAULT_WAREHOUSE: nullable(identifierOrText),
  DEFAULT_NAMESPACE: nullable(namespace),
  DEFAULT_ROLE: nullable(identifierOrText),
  DEFAULT_SECONDARY_ROLES: secondaryRoles,
  MINS_TO_BYPASS_MFA: nullable(integer({ min: 0 })),
  DISABLE_MFA: flag,
  RSA_PUBLIC_KEY: nullable(publicKey),
  RSA_PUBLIC_KEY_2: nullable(publicKey),
  RSA_PUBLIC_KEY_FP: unsupported("RSA_PUBLIC_KEY_FP"),
  RSA_PUBLIC_KEY_2_FP: unsupported("RSA_PUBLIC_KEY_2_FP"),
  TYPE: nullable(oneOf("PERSON", "SERVICE", "LEGACY_SERVICE")),
  COMMENT: nullable(text),
};
const PROPERTIES = { ...parameterTable("USER"), ...OWN, NETWORK_POLICY: identifierOrText };

/** Source: "Types of users": what a SERVICE user cannot have. */
const NOT_FOR_SERVICE = [
  "PASSWORD",
  "FIRST_NAME",
  "MIDDLE_NAME",
  "LAST_NAME",
  "MUST_CHANGE_PASSWORD",
  "MINS_TO_BYPASS_MFA",
  "DISABLE_MFA",
];

type Values = ReturnType<typeof readProperties<typeof OWN>> & { NETWORK_POLICY?: string };

async function applyProperties(ctx: StatementContext, base: UserProps, values: Values): Promise<UserProps> {
  const { parameters, own } = splitParameters("USER", values as Record<string, unknown>);
  const given = own as Values;
  const props: UserProps = { ...base, parameters: overlayParameters(base.parameters, parameters) };
  const type = given.TYPE ?? props.type;
  if (type === "SERVICE" || (type === "LEGACY_SERVICE" && given.MINS_TO_BYPASS_MFA !== undefined))
    for (const key of NOT_FOR_SERVICE)
      if (Object.hasOwn(given, key) && (type === "SERVICE" || key === "MINS_TO_BYPASS_MFA"))
        throw errors.compilation("003682", "42601", `Cannot set ${key} on users with TYPE=${type}.`);
  if (given.PASSWORD !== undefined)
    props.passwordHash = given.PASSWORD === null ? null : await hashPassword(given.PASSWORD);
  if (given.LOGIN_NAME !== undefined) props.loginName = given.LOGIN_NAME.toUpperCase();
  if (given.DISPLAY_NAME !== undefined) props.displayName = given.DISPLAY_NAME;
  if (given.FIRST_NAME !== undefined) props.firstName = given.FIRST_NAME;
  if (given.MIDDLE_NAME !== undefined) props.middleName = given.MIDDLE_NAME;
  if (given.LAST_NAME !== undefined) props.lastName = given.LAST_NAME;
  if (given.EMAIL !== undefined) props.email = given.EMAIL;
  if (given.MUST_CHANGE_PASSWORD !== undefined) props.mustChangePassword = given.MUST_CHANGE_PASSWORD;
  if (given.DISABLED !== undefined) props.disabled = given.DISABLED;
  if (given.DAYS_TO_EXPIRY !== undefined) props.daysToExpiry = given.DAYS_TO_EXPIRY;
  if (given.MINS_TO_UNLOCK !== undefined) props.minsToUnlock = given.MINS_TO_UNLOCK;
  if (given.DEFAULT_WAREHOUSE !== undefined) props.defaultWarehouse = given.DEFAULT_WAREHOUSE;
  if (given.DEFAULT_NAMESPACE !== undefined) props.defaultNamespace = given.DEFAULT_NAMESPACE;
  if (given.DEFAULT_ROLE !== undefined) props.defaultRole = given.DEFAULT_ROLE;
  if (given.DEFAULT_SECONDARY_ROLES !== undefined)
    props.defaultSecondaryRoles = given.DEFAULT_SECONDARY_ROLES;
  if (given.MINS_TO_BYPASS_MFA !== undefined) props.minsToBypassMfa = given.MINS_TO_BYPASS_MFA;
  if (given.RSA_PUBLIC_KEY !== undefined) props.rsaPublicKey = given.RSA_PUBLIC_KEY;
  if (given.RSA_PUBLIC_KEY_2 !== undefined) props.rsaPublicKey2 = given.RSA_PUBLIC_KEY_2;
  if (given.TYPE !== undefined) props.type = given.TYPE;
  const policy = (parameters as Record<string, unknown>)["NETWORK_POLICY"];
  if (typeof policy === "string" && policy !== "") {
    const found = resolveObject(ctx, "NETWORK_POLICY", [policy]);
    props.networkPolicyId = found.id;
    props.parameters["NETWORK_POLICY"] = found.name;
  }
  return props;
}

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  const values = readProperties(cursor, { ...PROPERTIES, TAG: readTagValues });
  cursor.accept("WITH");
  const more = readProperties(cursor, { TAG: readTagValues });
  cursor.expectEnd();
  const { TAG: tags = more.TAG, ...properties } = values;
  const stored = name.parts[0] ?? "";
  const login = String(properties.LOGIN_NAME ?? stored).toUpperCase();
  for (const other of ctx.services.catalog.listAll("USER"))
    if (other.props.loginName === login && other.name !== stored) throw errors.objectExists(login);
  const { outcome } = await createObject(ctx, {
    kind: "USER",
    head,
    name,
    build: async () => ({
      props: await applyProperties(ctx, newUser(stored), properties as Values),
      comment: (properties.COMMENT as string | undefined) ?? null,
    }),
    after: (change, user) => setTags(ctx, change, user, (tags as TagValue[] | undefined) ?? []),
  });
  return outcome;
}

/** A user may change some of its own properties. Source: "ALTER USER", usage notes. */
const SELF = [
  "DEFAULT_WAREHOUSE",
  "DEFAULT_NAMESPACE",
  "DEFAULT_ROLE",
  "DEFAULT_SECONDARY_ROLES",
  "FIRST_NAME",
  "LAST_NAME",
  "MIDDLE_NAME",
  "EMAIL",
  "DISPLAY_NAME",
  "PASSWORD",
];

function requireUser(ctx: StatementContext, user: CatalogObject<"USER">, keys: readonly string[]): void {
  const { parameters } = splitParameters("USER", Object.fromEntries(keys.map((key) => [key, true])));
  const self = user.id === ctx.session.userId && keys.every((key) => SELF.includes(key) || key in parameters);
  if (!self) requirePrivilege(ctx, "OWNERSHIP", user);
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const ifExists = cursor.accept("IF", "EXISTS");
  const own = cursor.sees("SET") || cursor.sees("UNSET");
  const user = own
    ? ctx.services.catalog.getAs("USER", ctx.session.userId)
    : findExisting(ctx, "USER", cursor.name(), ifExists);
  if (!user) return statusOutcome(EXECUTED);
  if (cursor.accept("ABORT", "ALL", "QUERIES")) {
    cursor.expectEnd();
    requirePrivilege(ctx, "OWNERSHIP", user);
    return statusOutcome(EXECUTED);
  }
  if (cursor.sees("RESET", "PASSWORD")) throw errors.unsupported("ALTER USER … RESET PASSWORD");
  const done = (await alterHolder(ctx, cursor, user)) ?? (await alterCommon(ctx, cursor, user));
  if (done) return done;
  if (cursor.accept("SET")) {
    const values = readProperties(cursor, PROPERTIES);
    cursor.expectEnd();
    if (Object.keys(values).length === 0) throw cursor.syntaxError();
    requireUser(ctx, user, Object.keys(values));
    const props = await applyProperties(ctx, user.props, values as Values);
    await changeCatalog(ctx, (change) => {
      const changed = updateProps(change, user, props);
      if (values.COMMENT !== undefined) change.update(changed, { comment: values.COMMENT as string });
    });
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("UNSET")) {
    const keys = readKeys(cursor, Object.keys(PROPERTIES));
    cursor.expectEnd();
    requireUser(ctx, user, keys);
    await changeCatalog(ctx, (change) => {
      const changed = updateProps(change, user, unset(user, keys));
      if (keys.includes("COMMENT")) change.update(changed, { comment: null });
    });
    return statusOutcome(EXECUTED);
  }
  throw cursor.syntaxError();
}

const FIELDS: Record<string, keyof UserProps> = {
  PASSWORD: "passwordHash",
  LOGIN_NAME: "loginName",
  DISPLAY_NAME: "displayName",
  FIRST_NAME: "firstName",
  MIDDLE_NAME: "middleName",
  LAST_NAME: "lastName",
  EMAIL: "email",
  MUST_CHANGE_PASSWORD: "mustChangePassword",
  DISABLED: "disabled",
  DAYS_TO_EXPIRY: "daysToExpiry",
  MINS_TO_UNLOCK: "minsToUnlock",
  DEFAULT_WAREHOUSE: "defaultWarehouse",
  DEFAULT_NAMESPACE: "defaultNamespace",
  DEFAULT_ROLE: "defaultRole",
  DEFAULT_SECONDARY_ROLES: "defaultSecondaryRoles",
  MINS_TO_BYPASS_MFA: "minsToBypassMfa",
  RSA_PUBLIC_KEY: "rsaPublicKey",
  RSA_PUBLIC_KEY_2: "rsaPublicKey2",
  TYPE: "type",
  NETWORK_POLICY: "networkPolicyId",
};

function unset(user: CatalogObject<"USER">, keys: readonly string[]): UserProps {
  const blank = newUser(user.name);
  const next: Record<string, unknown> = {
    ...user.props,
    parameters: withoutParameters(user.props.parameters, keys),
  };
  for (const key of keys) {
    const field = FIELDS[key];
    if (field) next[field] = blank[field];
  }
  return next as unknown as UserProps;
}

const test = "tests/local/account/commands/users.test.ts";
export const userCommands: CommandDef[] = [
  command("CREATE", "USER", create, { source: "CREATE USER", test }),
  command("ALTER", "USER", alter, {
    source: "ALTER USER",
    test,
    note: "No RESET PASSWORD or delegated authorization.",
  }),
  command(
    "DROP",
    "USER",
    (ctx, cursor) =>
      dropObject(ctx, cursor, {
        kind: "USER",
        check: (user) => {
          if (user.id === ctx.session.userId)
            throw errors.compilation("003097", "42601", "Cannot drop the current user.");
        },
      }),
    { source: "DROP USER", test },
  ),
  ...userShowCommands,
];
