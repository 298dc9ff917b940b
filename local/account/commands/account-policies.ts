import { ownsObject, requirePrivilege, resolveObject } from "../access/index.ts";
import type { AccountPolicyProps } from "../catalog/loose-props.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow, showCommand } from "./family.ts";
import {
  changeCatalog,
  createObject,
  dropObject,
  EXECUTED,
  findExisting,
  latest,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { POLICY_COLUMNS } from "./policies.ts";
import {
  integer,
  listOf,
  oneOf,
  readKeys,
  readProperties,
  text,
  textOrWord,
  type ValueReader,
} from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { showOutcome } from "./show.ts";

/** Policies on the account and on users: kept and shown, not enforced. */
export const ACCOUNT_POLICIES = ["PASSWORD_POLICY", "SESSION_POLICY", "AUTHENTICATION_POLICY"] as const;
type Kind = (typeof ACCOUNT_POLICIES)[number];
type Policy = CatalogObject<Kind>;

interface Setting {
  reader: ValueReader<number | string | string[]>;
  byDefault: string;
  description: string;
}

const wordsOf = (kind: Kind): string => kind.replace("_", " ");
const list = (byDefault: string, description: string): Setting => ({
  reader: listOf(textOrWord),
  byDefault,
  description,
});
/** `( KEY = value … )`, kept as written. */
const asWritten = (description: string): Setting => ({
  reader: (cursor) => `(${cursor.balanced()})`,
  byDefault: "null",
  description,
});

/** Settings with their documented ranges and defaults. Source: "CREATE PASSWORD POLICY". */
const PASSWORD_RANGES: Record<string, { min: number; max: number; byDefault: number; description: string }> =
  {
    PASSWORD_MIN_LENGTH: { min: 8, max: 256, byDefault: 14, description: "Minimum length of new password." },
    PASSWORD_MAX_LENGTH: { min: 8, max: 256, byDefault: 256, description: "Maximum length of new password." },
    PASSWORD_MIN_UPPER_CASE_CHARS: {
      min: 0,
      max: 256,
      byDefault: 1,
      description: "Minimum number of uppercase characters in new password.",
    },
    PASSWORD_MIN_LOWER_CASE_CHARS: {
      min: 0,
      max: 256,
      byDefault: 1,
      description: "Minimum number of lowercase characters in new password.",
    },
    PASSWORD_MIN_NUMERIC_CHARS: {
      min: 0,
      max: 256,
      byDefault: 1,
      description: "Minimum number of numeric characters in new password.",
    },
    PASSWORD_MIN_SPECIAL_CHARS: {
      min: 0,
      max: 256,
      byDefault: 0,
      description: "Minimum number of special characters in new password.",
    },
    PASSWORD_MIN_AGE_DAYS: {
      min: 0,
      max: 999,
      byDefault: 0,
      description:
        "Period after a password is changed during which a password cannot be changed again, in days.",
    },
    PASSWORD_MAX_AGE_DAYS: {
      min: 0,
      max: 999,
      byDefault: 90,
      description: "Period after which password must be changed, in days.",
    },
    PASSWORD_MAX_RETRIES: {
      min: 1,
      max: 10,
      byDefault: 5,
      description:
        "Number of attempts users have to enter the correct password before their account is locked.",
    },
    PASSWORD_LOCKOUT_TIME_MINS: {
      min: 1,
      max: 999,
      byDefault: 15,
      description:
        "Period of time for which users will be locked after entering their password incorrectly many times (specified by MAX_RETRIES), in minutes.",
    },
    PASSWORD_HISTORY: {
      min: 0,
      max: 24,
      byDefault: 5,
      description: "Number of most recent passwords that may not be repeated by the user.",
    },
  };

const SETTINGS: Record<Kind, Record<string, Setting>> = {
  PASSWORD_POLICY: Object.fromEntries(
    Object.entries(PASSWORD_RANGES).map(([key, { min, max, byDefault, description }]) => [
      key,
      { reader: integer({ min, max }), byDefault: String(byDefault), description },
    ]),
  ),
  // Source: "CREATE SESSION POLICY".
  SESSION_POLICY: {
    SESSION_IDLE_TIMEOUT_MINS: {
      reader: integer({ min: 5 }),
      byDefault: "240",
      description: "Minutes in which a session can be idle before users must authenticate again.",
    },
    SESSION_UI_IDLE_TIMEOUT_MINS: {
      reader: integer({ min: 5 }),
      byDefault: "240",
      description: "The same for Snowflake's web interface.",
    },
    ALLOWED_SECONDARY_ROLES: list("[ALL]", "Roles that may be secondary roles of a session."),
    BLOCKED_SECONDARY_ROLES: list("[]", "Roles that may not be secondary roles of a session."),
  },
  // Source: "CREATE AUTHENTICATION POLICY".
  AUTHENTICATION_POLICY: {
    AUTHENTICATION_METHODS: list("[ALL]", "Authentication methods that are allowed."),
    MFA_AUTHENTICATION_METHODS: list("[PASSWORD]", "Authentication methods that ask for a second factor."),
    MFA_ENROLLMENT: {
      reader: oneOf("REQUIRED", "REQUIRED_PASSWORD_ONLY", "OPTIONAL"),
      byDefault: "REQUIRED_PASSWORD_ONLY",
      description: "Whether users must enroll in multi-factor authentication.",
    },
    MFA_POLICY: asWritten("Multi-factor authentication methods and when they are asked for."),
    CLIENT_TYPES: list("[ALL]", "Clients that may authenticate."),
    CLIENT_POLICY: asWritten("Versions of clients that may authenticate."),
    SECURITY_INTEGRATIONS: list("[ALL]", "Security integrations that may be used to authenticate."),
    PAT_POLICY: asWritten("Rules for programmatic access tokens."),
    WORKLOAD_IDENTITY_POLICY: asWritten("Rules for workload identity federation."),
  },
};

const tableOf = (kind: Kind) => ({
  ...Object.fromEntries(Object.entries(SETTINGS[kind]).map(([key, { reader }]) => [key, reader])),
  COMMENT: text,
});

type Values = AccountPolicyProps["values"];

async function create(ctx: StatementContext, cursor: Cursor, head: Head, kind: Kind): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  const { COMMENT: comment, ...values } = readProperties(cursor, tableOf(kind)) as Record<string, unknown>;
  cursor.expectEnd();
  const { outcome } = await createObject(ctx, {
    kind,
    head,
    name,
    orAlter: (existing, defined) => ({ ...existing, values: defined.values }),
    build: (_change, _target, replaced) => {
      if (replaced) checkUnused(ctx, replaced as Policy);
      return { props: { values: values as Values }, comment: (comment as string | undefined) ?? null };
    },
  });
  return outcome;
}

async function alter(ctx: StatementContext, cursor: Cursor, kind: Kind): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const policy = findExisting(ctx, kind, parts, ifExists);
  if (!policy) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, policy as CatalogObject);
  if (done) return done;
  const table = tableOf(kind);
  let comment: string | null | undefined;
  let values: Values;
  if (cursor.accept("SET")) {
    const given = readProperties(cursor, table) as Record<string, unknown>;
    comment = given["COMMENT"] as string | undefined;
    const { COMMENT: _, ...rest } = given;
    values = { ...policy.props.values, ...(rest as Values) };
  } else {
    cursor.expect("UNSET");
    const keys = readKeys(cursor, Object.keys(table));
    if (keys.includes("COMMENT")) comment = null;
    values = Object.fromEntries(Object.entries(policy.props.values).filter(([key]) => !keys.includes(key)));
  }
  cursor.expectEnd();
  requirePrivilege(ctx, "OWNERSHIP", policy as CatalogObject);
  await changeCatalog(ctx, (change) => {
    const changed = updateProps(change, policy, { values });
    if (comment !== undefined) change.update(changed, { comment });
  });
  return statusOutcome(EXECUTED);
}

const printed = (value: number | string | string[]): string =>
  Array.isArray(value) ? `[${value.join(", ")}]` : String(value);

async function describe(ctx: StatementContext, cursor: Cursor, kind: Kind): Promise<Outcome> {
  const policy = resolveObject(ctx, kind, cursor.name());
  cursor.expectEnd();
  const title = wordsOf(kind).toLowerCase();
  const own = (property: string, value: unknown, what: string) => ({
    property,
    value: String(value ?? "null"),
    default: "null",
    description: `${what} of ${title}.`,
  });
  const rows = [
    own("NAME", policy.name, "Name"),
    own("OWNER", commonRow(ctx, policy as CatalogObject)["owner"], "Owner"),
    own("COMMENT", policy.comment, "Comment"),
    ...Object.entries(SETTINGS[kind]).map(([property, { byDefault, description }]) => {
      const value = policy.props.values[property];
      return {
        property,
        value: value === undefined ? byDefault : printed(value),
        default: byDefault,
        description,
      };
    }),
  ];
  return showOutcome(
    (["property", "value", "default", "description"] as const).map((name) => [name, "text"] as const),
    rows,
    undefined,
    "property",
    "DESCRIBE",
  );
}

/** Users that the policy is set on and that are still there. */
const usersOf = (ctx: StatementContext, policy: Policy): CatalogObject<"USER">[] =>
  (policy.props.onUsers ?? []).flatMap((id) => {
    const user = ctx.services.catalog.getAs("USER", id);
    return user && user.droppedOn === null ? [user] : [];
  });

function checkUnused(ctx: StatementContext, policy: Policy): void {
  if (policy.props.onAccount || usersOf(ctx, policy).length > 0)
    throw errors.compilation(
      "003541",
      "42601",
      `Policy ${policy.name} cannot be dropped/replaced as it is associated with one or more entities.`,
    );
}

/** What the policies are set on: null is the account. */
export function accountPolicyHolders(
  ctx: StatementContext,
): { policy: CatalogObject; holder: CatalogObject<"USER"> | null }[] {
  return ACCOUNT_POLICIES.flatMap((kind) =>
    ctx.services.catalog
      .listAll(kind)
      .flatMap((policy) => [
        ...(policy.props.onAccount ? [{ policy: policy as CatalogObject, holder: null }] : []),
        ...usersOf(ctx, policy as Policy).map((holder) => ({ policy: policy as CatalogObject, holder })),
      ]),
  );
}

/**
 * `SET <kind> POLICY name [FORCE]` and `UNSET <kind> POLICY` of ALTER ACCOUNT (holder null) and ALTER USER, whose rights
 * on the holder are checked; null for another clause. Source: "ALTER ACCOUNT", "ALTER USER".
 */
export async function alterHolder(
  ctx: StatementContext,
  cursor: Cursor,
  holder: CatalogObject<"USER"> | null,
): Promise<Outcome | null> {
  const verb = cursor.sees("SET") ? "SET" : "UNSET";
  const kind = ACCOUNT_POLICIES.find((one) => cursor.sees(verb, ...wordsOf(one).split(" ")));
  if (!kind) return null;
  cursor.acceptPhrase(`${verb} ${wordsOf(kind)}`);
  if (holder && !ownsObject(ctx, holder)) requirePrivilege(ctx, "OWNERSHIP", holder);
  const holds = (policy: Policy) =>
    holder ? (policy.props.onUsers ?? []).includes(holder.id) : policy.props.onAccount === true;
  const before = ctx.services.catalog.listAll(kind).find((one) => holds(one as Policy)) as Policy | undefined;
  const policy = verb === "SET" ? (resolveObject(ctx, kind, cursor.name()) as Policy) : null;
  const force = policy !== null && cursor.accept("FORCE");
  cursor.expectEnd();
  if (policy) requirePrivilege(ctx, "APPLY", policy as CatalogObject);
  if (policy && before && before.id !== policy.id && !force)
    throw errors.compilation(
      "003550",
      "23001",
      `Object ${holder?.name ?? ctx.services.identity.name} already has a ${kind}. Only one ${kind} is allowed at a time.`,
    );
  await changeCatalog(ctx, (change) => {
    const put = (one: Policy, on: boolean) => {
      const now = latest(change, one);
      const others = (now.props.onUsers ?? []).filter((id) => id !== holder?.id);
      updateProps(
        change,
        one,
        holder ? { onUsers: on ? [...others, holder.id] : others } : { onAccount: on },
      );
    };
    if (before) put(before, false);
    if (policy) put(policy, true);
  });
  return statusOutcome(EXECUTED);
}

/** `ON { ACCOUNT | USER name }` of SHOW. */
function readHolder(ctx: StatementContext, cursor: Cursor): ((policy: Policy) => boolean) | null {
  if (!cursor.accept("ON")) return null;
  if (cursor.accept("ACCOUNT")) return (policy) => policy.props.onAccount === true;
  cursor.expect("USER");
  const user = resolveObject(ctx, "USER", cursor.name());
  return (policy) => (policy.props.onUsers ?? []).includes(user.id);
}

const test = "tests/local/account/commands/account-policies.test.ts";
const commandsOf = (kind: Kind): CommandDef[] => {
  const words = wordsOf(kind);
  const plural = words.replace("POLICY", "POLICIES");
  return [
    command("CREATE", words, (ctx, cursor, head) => create(ctx, cursor, head, kind), {
      source: `CREATE ${words}`,
      test,
      status: "approximate",
      note: "Kept and shown, set on the account and on users; not enforced.",
    }),
    command("ALTER", words, (ctx, cursor) => alter(ctx, cursor, kind), { source: `ALTER ${words}`, test }),
    command(
      "DROP",
      words,
      (ctx, cursor) =>
        dropObject(ctx, cursor, { kind, check: (policy) => checkUnused(ctx, policy as Policy) }),
      { source: `DROP ${words}`, test },
    ),
    command("DESCRIBE", words, (ctx, cursor) => describe(ctx, cursor, kind), {
      source: `DESCRIBE ${words}`,
      test,
    }),
    showCommand(kind, POLICY_COLUMNS, () => ({ kind, options: "" }), {
      source: `SHOW ${plural}`,
      test,
      clause: (ctx, cursor) => readHolder(ctx, cursor) as ((policy: CatalogObject<Kind>) => boolean) | null,
    }),
  ];
};

export const accountPolicyCommands: CommandDef[] = ACCOUNT_POLICIES.flatMap(commandsOf);
