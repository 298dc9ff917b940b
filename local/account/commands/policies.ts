import { requirePrivilege, resolveObject } from "../access/index.ts";
import type { Argument, PolicyProps } from "../catalog/loose-props.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { parseExpression } from "../sql/parse/index.ts";
import { printDataType } from "../types/data-type.ts";
import { parseDataType } from "../types/parse-data-type.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow, dropCommand, showCommand } from "./family.ts";
import {
  changeCatalog,
  createObject,
  definitionContext,
  dropObject,
  EXECUTED,
  findExisting,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { flag, integer, readKeys, readProperties, text } from "./properties.ts";
import { type CommandDef, command, type Head, notYet } from "./registry.ts";
import { type ShowColumns, showOutcome, timeValue } from "./show.ts";
import { readTypeText } from "./signature.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

type PolicyKind = "MASKING_POLICY" | "ROW_ACCESS_POLICY";

const readArgument = (cursor: Cursor): Argument => ({
  name: cursor.identifier(),
  type: parseDataType(readTypeText(cursor)),
});

/** Words that may follow a policy's body. */
const AFTER_BODY = ["COMMENT", "EXEMPT_OTHER_POLICIES", "TAG", "WITH"];

/** The body after `->`, up to COMMENT = … and its like at the end; must read as one expression. */
function readBody(cursor: Cursor): string {
  cursor.expectSymbol("->");
  const start = cursor.at;
  let depth = 0;
  let cases = 0;
  for (let token = cursor.peek(); token; token = cursor.peek()) {
    if (token.kind === "SYMBOL") depth += token.image === "(" ? 1 : token.image === ")" ? -1 : 0;
    if (token.kind === "WORD" && token.value === "CASE") cases++;
    if (token.kind === "WORD" && token.value === "END") cases--;
    const ends =
      depth === 0 &&
      cases === 0 &&
      cursor.at > start &&
      token.kind === "WORD" &&
      AFTER_BODY.includes(token.value) &&
      (token.value === "WITH" || cursor.seesSymbol("=", 1) || cursor.seesSymbol("(", 1));
    if (ends) break;
    cursor.at++;
  }
  const body = cursor.textSince(start);
  if (body === "") throw cursor.syntaxError();
  parseExpression(body);
  return body;
}

async function create(ctx: StatementContext, cursor: Cursor, head: Head, kind: PolicyKind): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  cursor.expect("AS");
  const args = cursor.parenthesized(() => readArgument(cursor));
  cursor.expect("RETURNS");
  const returnType = parseDataType(readTypeText(cursor));
  const body = readBody(cursor);
  const values = readProperties(cursor, {
    COMMENT: text,
    TAG: readTagValues,
    ...(kind === "MASKING_POLICY" ? { EXEMPT_OTHER_POLICIES: flag } : {}),
  });
  cursor.expectEnd();
  checkSignature(kind, args, returnType);
  const { outcome } = await createObject(ctx, {
    kind,
    head,
    name,
    build: () => ({
      props: {
        arguments: args,
        returnType,
        body,
        exemptOtherPolicies: values.EXEMPT_OTHER_POLICIES === true,
        context: definitionContext(ctx, kind, name.parts),
      },
      comment: (values.COMMENT as string | undefined) ?? null,
    }),
    after: (change, made) => setTags(ctx, change, made, (values.TAG as TagValue[] | undefined) ?? []),
    message: (printed) =>
      `${kind === "MASKING_POLICY" ? "Masking" : "Row access"} policy ${printed} successfully created.`,
  });
  return outcome;
}

/** A masking policy returns its first argument's type, a row access policy a Boolean. */
function checkSignature(
  kind: PolicyKind,
  args: readonly Argument[],
  returnType: PolicyProps["returnType"],
): void {
  if (args.length === 0) throw errors.compilation("002064", "42601", "A policy needs at least one argument.");
  if (kind === "ROW_ACCESS_POLICY" && returnType.kind !== "BOOLEAN")
    throw errors.compilation("002065", "42601", "A row access policy must return BOOLEAN.");
  if (kind === "MASKING_POLICY" && returnType.kind !== args[0]!.type.kind)
    throw errors.compilation(
      "003583",
      "42601",
      `Masking policy function argument and return type mismatch: ${printDataType(args[0]!.type)} and ${printDataType(returnType)}.`,
    );
}

async function alter(ctx: StatementContext, cursor: Cursor, kind: PolicyKind): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const policy = findExisting(ctx, kind, parts, ifExists);
  if (!policy) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, policy);
  if (done) return done;
  cursor.expect("SET", "BODY");
  const body = readBody(cursor);
  cursor.expectEnd();
  requirePrivilege(ctx, "OWNERSHIP", policy);
  await changeCatalog(ctx, (change) => void updateProps(change, policy, { body }));
  return statusOutcome(EXECUTED);
}

/** A policy in use cannot be dropped. Source: "DROP MASKING POLICY". */
function checkUnused(ctx: StatementContext, policy: CatalogObject): void {
  const { catalog } = ctx.services;
  const relations = [...catalog.listAll("TABLE"), ...catalog.listAll("VIEW")];
  const used =
    relations.some(
      ({ props }) =>
        props.rowAccessPolicy?.policyId === policy.id ||
        props.columns.some((c) => c.maskingPolicyId === policy.id),
    ) || catalog.listAll("TAG").some((tag) => tag.props.maskingPolicies.includes(policy.id));
  if (used)
    throw errors.compilation(
      "003541",
      "42601",
      `Policy ${policy.name} cannot be dropped/replaced as it is associated with one or more entities.`,
    );
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["kind", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["owner_role_type", "text"],
  ["options", "text"],
];

const signature = (args: readonly Argument[]): string =>
  `(${args.map((a) => `${a.name} ${printDataType(a.type).split("(")[0]}`).join(", ")})`;

async function describe(ctx: StatementContext, cursor: Cursor, kind: PolicyKind): Promise<Outcome> {
  const policy = resolveObject(ctx, kind, cursor.name());
  cursor.expectEnd();
  return showOutcome(
    [
      ["name", "text"],
      ["signature", "text"],
      ["return_type", "text"],
      ["body", "text"],
    ],
    [
      {
        name: policy.name,
        signature: signature(policy.props.arguments),
        return_type: printDataType(policy.props.returnType),
        body: policy.props.body,
      },
    ],
    undefined,
    "name",
    "DESCRIBE",
  );
}

/** Settings of a password policy with their documented ranges and defaults. Source: "CREATE PASSWORD POLICY". */
const PASSWORD: Record<string, { min: number; max: number; byDefault: number; description: string }> = {
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
const PASSWORD_TABLE = {
  ...Object.fromEntries(Object.entries(PASSWORD).map(([key, { min, max }]) => [key, integer({ min, max })])),
  COMMENT: text,
};

async function createPasswordPolicy(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  const { COMMENT: comment, ...values } = readProperties(cursor, PASSWORD_TABLE) as Record<string, unknown>;
  cursor.expectEnd();
  const { outcome } = await createObject(ctx, {
    kind: "PASSWORD_POLICY",
    head,
    name,
    build: () => ({
      props: { values: values as Record<string, number> },
      comment: (comment as string | undefined) ?? null,
    }),
  });
  return outcome;
}

async function alterPasswordPolicy(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const policy = findExisting(ctx, "PASSWORD_POLICY", parts, ifExists);
  if (!policy) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, policy);
  if (done) return done;
  let comment: string | null | undefined;
  let values: Record<string, number>;
  if (cursor.accept("SET")) {
    const given = readProperties(cursor, PASSWORD_TABLE) as Record<string, unknown>;
    comment = given["COMMENT"] as string | undefined;
    const { COMMENT: _, ...rest } = given;
    values = { ...policy.props.values, ...(rest as Record<string, number>) };
  } else {
    cursor.expect("UNSET");
    const keys = readKeys(cursor, Object.keys(PASSWORD_TABLE));
    if (keys.includes("COMMENT")) comment = null;
    values = Object.fromEntries(Object.entries(policy.props.values).filter(([key]) => !keys.includes(key)));
  }
  cursor.expectEnd();
  requirePrivilege(ctx, "OWNERSHIP", policy);
  await changeCatalog(ctx, (change) => {
    const changed = updateProps(change, policy, { values });
    if (comment !== undefined) change.update(changed, { comment });
  });
  return statusOutcome(EXECUTED);
}

async function describePasswordPolicy(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const policy = resolveObject(ctx, "PASSWORD_POLICY", cursor.name());
  cursor.expectEnd();
  const common = commonRow(ctx, policy);
  const rows = [
    { property: "NAME", value: policy.name, default: "null", description: "Name of password policy." },
    { property: "OWNER", value: common["owner"], default: "null", description: "Owner of password policy." },
    {
      property: "COMMENT",
      value: policy.comment ?? "null",
      default: "null",
      description: "Comment of password policy.",
    },
    ...Object.entries(PASSWORD).map(([property, facts]) => ({
      property,
      value: String(policy.props.values[property] ?? facts.byDefault),
      default: String(facts.byDefault),
      description: facts.description,
    })),
  ];
  return showOutcome(
    [
      ["property", "text"],
      ["value", "text"],
      ["default", "text"],
      ["description", "text"],
    ],
    rows,
    undefined,
    "property",
    "DESCRIBE",
  );
}

const test = "tests/local/account/commands/governance.test.ts";
const policyCommands = (kind: PolicyKind, words: string): CommandDef[] => [
  command("CREATE", words, (ctx, cursor, head) => create(ctx, cursor, head, kind), {
    source: `CREATE ${words}`,
    test,
  }),
  command("ALTER", words, (ctx, cursor) => alter(ctx, cursor, kind), { source: `ALTER ${words}`, test }),
  command(
    "DROP",
    words,
    (ctx, cursor) => dropObject(ctx, cursor, { kind, check: (policy) => checkUnused(ctx, policy) }),
    { source: `DROP ${words}`, test },
  ),
  command("DESCRIBE", words, (ctx, cursor) => describe(ctx, cursor, kind), {
    source: `DESCRIBE ${words}`,
    test,
  }),
  showCommand(
    kind,
    COLUMNS,
    (_ctx, policy) => ({
      kind,
      options:
        kind === "MASKING_POLICY"
          ? JSON.stringify({ EXEMPT_OTHER_POLICIES: policy.props.exemptOtherPolicies })
          : "",
      created_on: timeValue(policy.createdOn),
    }),
    { source: `SHOW ${words.replace("POLICY", "POLICIES")}`, test },
  ),
];

export const allPolicyCommands: CommandDef[] = [
  ...policyCommands("MASKING_POLICY", "MASKING POLICY"),
  ...policyCommands("ROW_ACCESS_POLICY", "ROW ACCESS POLICY"),
  command("CREATE", "PASSWORD POLICY", createPasswordPolicy, {
    source: "CREATE PASSWORD POLICY",
    test,
    status: "approximate",
    note: "Kept and shown; not enforced at log-in.",
  }),
  command("ALTER", "PASSWORD POLICY", alterPasswordPolicy, { source: "ALTER PASSWORD POLICY", test }),
  dropCommand("PASSWORD_POLICY", { source: "DROP PASSWORD POLICY", test }),
  command("DESCRIBE", "PASSWORD POLICY", describePasswordPolicy, {
    source: "DESCRIBE PASSWORD POLICY",
    test,
  }),
  showCommand("PASSWORD_POLICY", COLUMNS, () => ({ kind: "PASSWORD_POLICY", options: "" }), {
    source: "SHOW PASSWORD POLICIES",
    test,
  }),
  notYet("CREATE", "SESSION POLICY", "CREATE SESSION POLICY"),
  notYet("CREATE", "AUTHENTICATION POLICY", "CREATE AUTHENTICATION POLICY"),
  notYet("CREATE", "AGGREGATION POLICY", "CREATE AGGREGATION POLICY"),
  notYet("CREATE", "PROJECTION POLICY", "CREATE PROJECTION POLICY"),
];
