import { createHash } from "node:crypto";
import { canManageGrants, hasPrivilege, ownsObject, resolveObject } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import type { Cursor } from "./cursor.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { readShowOptions, type ShowColumns, type ShowRow, showOutcome, timeValue } from "./show.ts";

/** SHOW USERS and DESCRIBE USER. */
const COLUMNS: ShowColumns = [
  ["name", "text"],
  ["created_on", "time"],
  ["login_name", "text"],
  ["display_name", "text"],
  ["first_name", "text"],
  ["last_name", "text"],
  ["email", "text"],
  ["mins_to_unlock", "text"],
  ["days_to_expiry", "text"],
  ["comment", "text"],
  ["disabled", "text"],
  ["must_change_password", "text"],
  ["snowflake_lock", "text"],
  ["default_warehouse", "text"],
  ["default_namespace", "text"],
  ["default_role", "text"],
  ["default_secondary_roles", "text"],
  ["ext_authn_duo", "text"],
  ["ext_authn_uid", "text"],
  ["mins_to_bypass_mfa", "text"],
  ["owner", "text"],
  ["last_success_login", "time"],
  ["expires_at_time", "time"],
  ["locked_until_time", "time"],
  ["has_password", "text"],
  ["has_rsa_public_key", "text"],
  ["type", "text"],
  ["has_mfa", "text"],
  ["has_pat", "text"],
  ["has_workload_identity", "text"],
];
const TERSE: ShowColumns = [
  ["name", "text"],
  ["created_on", "time"],
  ["display_name", "text"],
  ["first_name", "text"],
  ["last_name", "text"],
  ["email", "text"],
  ["org_identity", "text"],
  ["comment", "text"],
  ["has_password", "text"],
  ["has_rsa_public_key", "text"],
];

const secondaryText = (roles: readonly string[]) => `[${roles.map((role) => `"${role}"`).join(",")}]`;

/** Details of a user are for those who own it, may monitor it or manage grants; others see the name alone. */
const seesDetails = (ctx: StatementContext, user: CatalogObject<"USER">): boolean =>
  user.id === ctx.session.userId ||
  ownsObject(ctx, user) ||
  hasPrivilege(ctx, "MONITOR", user) ||
  canManageGrants(ctx);

async function show(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const options = readShowOptions(cursor, head.terse);
  cursor.expectEnd();
  const rows: ShowRow[] = ctx.services.catalog
    .list("USER", 0)
    .filter((user) => seesDetails(ctx, user))
    .map((user) => {
      const { props } = user;
      return {
        name: user.name,
        created_on: timeValue(user.createdOn),
        login_name: props.loginName,
        display_name: props.displayName,
        first_name: props.firstName ?? "",
        last_name: props.lastName ?? "",
        email: props.email ?? "",
        mins_to_unlock: props.minsToUnlock === null ? "" : String(props.minsToUnlock),
        days_to_expiry: props.daysToExpiry === null ? "" : String(props.daysToExpiry),
        comment: user.comment ?? "",
        disabled: String(props.disabled),
        must_change_password: String(props.mustChangePassword),
        snowflake_lock: "false",
        default_warehouse: props.defaultWarehouse ?? "",
        default_namespace: props.defaultNamespace ?? "",
        default_role: props.defaultRole ?? "",
        default_secondary_roles: secondaryText(props.defaultSecondaryRoles),
        ext_authn_duo: "false",
        ext_authn_uid: "",
        mins_to_bypass_mfa: props.minsToBypassMfa === null ? "" : String(props.minsToBypassMfa),
        owner: ctx.services.catalog.get(user.owner ?? -1)?.name ?? "",
        last_success_login: timeValue(props.lastSuccessLogin),
        expires_at_time:
          props.daysToExpiry === null ? null : timeValue(user.createdOn + props.daysToExpiry * 86_400_000),
        locked_until_time: null,
        has_password: String(props.passwordHash !== null),
        has_rsa_public_key: String(props.rsaPublicKey !== null || props.rsaPublicKey2 !== null),
        type: props.type ?? "",
        has_mfa: "false",
        has_pat: "false",
        has_workload_identity: "false",
        org_identity: "",
      };
    });
  return showOutcome(head.terse ? TERSE : COLUMNS, rows, options);
}

/** `SHA256:…` of the key, as a client computes it for key-pair log-in. */
const fingerprint = (key: string | null): string | null =>
  key === null ? null : `SHA256:${createHash("sha256").update(Buffer.from(key, "base64")).digest("base64")}`;

const DESCRIBE: ShowColumns = [
  ["property", "text"],
  ["value", "text"],
  ["default", "text"],
  ["description", "text"],
];

async function describe(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const user = resolveObject(ctx, "USER", cursor.name());
  cursor.expectEnd();
  if (!seesDetails(ctx, user)) throw errors.doesNotExist("User", user.name);
  const { props } = user;
  const rows: [property: string, value: unknown, byDefault: string, description: string][] = [
    ["NAME", user.name, "null", "Name"],
    ["COMMENT", user.comment, "null", "user comment associated to an object in the dictionary"],
    ["DISPLAY_NAME", props.displayName, "null", "Display name of the associated object"],
    ["TYPE", props.type, "null", "Type of the user: PERSON, SERVICE, LEGACY_SERVICE"],
    ["LOGIN_NAME", props.loginName, "null", "Login name of the user"],
    ["FIRST_NAME", props.firstName, "null", "First name of the user"],
    ["MIDDLE_NAME", props.middleName, "null", "Middle name of the user"],
    ["LAST_NAME", props.lastName, "null", "Last name of the user"],
    ["EMAIL", props.email, "null", "Email address of the user"],
    ["PASSWORD", props.passwordHash === null ? null : "********", "null", "Password of the user"],
    ["MUST_CHANGE_PASSWORD", props.mustChangePassword, "false", "User must change the password"],
    ["DISABLED", props.disabled, "false", "Whether the user is disabled"],
    ["SNOWFLAKE_LOCK", false, "false", "Whether the user, account or organization is locked by Snowflake"],
    ["SNOWFLAKE_SUPPORT", false, "false", "Snowflake Support is allowed to use the user or account"],
    [
      "DAYS_TO_EXPIRY",
      props.daysToExpiry,
      "null",
      "User record will be treated as expired after specified number of days",
    ],
    [
      "MINS_TO_UNLOCK",
      props.minsToUnlock,
      "null",
      "Temporary lock on the user will be removed after specified number of minutes",
    ],
    ["DEFAULT_WAREHOUSE", props.defaultWarehouse, "null", "Default warehouse for this user"],
    ["DEFAULT_NAMESPACE", props.defaultNamespace, "null", "Default database namespace prefix for this user"],
    ["DEFAULT_ROLE", props.defaultRole, "null", "Primary principal of user session will be set to this role"],
    [
      "DEFAULT_SECONDARY_ROLES",
      secondaryText(props.defaultSecondaryRoles),
      '["ALL"]',
      "The secondary roles will be set to all roles provided here",
    ],
    ["EXT_AUTHN_DUO", false, "false", "Whether Duo Security is enabled as second factor authentication"],
    ["EXT_AUTHN_UID", null, "null", "External authentication ID of the user"],
    ["HAS_MFA", false, "false", "Whether the user is enrolled in MFA"],
    [
      "MINS_TO_BYPASS_MFA",
      props.minsToBypassMfa,
      "null",
      "Temporary bypass MFA for the user for a specified number of minutes",
    ],
    [
      "MINS_TO_BYPASS_NETWORK_POLICY",
      null,
      "null",
      "Temporary bypass network policy on the user for a specified number of minutes",
    ],
    ["RSA_PUBLIC_KEY", props.rsaPublicKey, "null", "RSA public key of the user"],
    ["RSA_PUBLIC_KEY_FP", fingerprint(props.rsaPublicKey), "null", "Fingerprint of user's RSA public key."],
    [
      "RSA_PUBLIC_KEY_LAST_SET_TIME",
      null,
      "null",
      "The timestamp at which the user's RSA public key was last set.",
    ],
    ["RSA_PUBLIC_KEY_2", props.rsaPublicKey2, "null", "Second RSA public key of the user"],
    [
      "RSA_PUBLIC_KEY_2_FP",
      fingerprint(props.rsaPublicKey2),
      "null",
      "Fingerprint of user's second RSA public key.",
    ],
    [
      "RSA_PUBLIC_KEY_2_LAST_SET_TIME",
      null,
      "null",
      "The timestamp at which the user's second RSA public key was last set.",
    ],
    [
      "PASSWORD_LAST_SET_TIME",
      null,
      "null",
      "The timestamp on which the last non-null password was set for the user.",
    ],
    ["CUSTOM_LANDING_PAGE_URL", null, "null", "Snowflake Support is allowed to use the user or account"],
    [
      "CUSTOM_LANDING_PAGE_URL_FLUSH_NEXT_UI_LOAD",
      false,
      "false",
      "Whether or not to flush the custom landing page URL on the next UI load",
    ],
  ];
  return showOutcome(
    DESCRIBE,
    rows.map(([property, value, byDefault, description]) => ({
      property,
      value: value === null ? "null" : String(value),
      default: byDefault,
      description,
    })),
    undefined,
    "property",
    "DESCRIBE",
  );
}

const test = "tests/local/account/commands/users.test.ts";
export const userShowCommands: CommandDef[] = [
  command("SHOW", "USERS", show, { source: "SHOW USERS", test }),
  command("DESCRIBE", "USER", describe, { source: "DESCRIBE USER", test }),
];
