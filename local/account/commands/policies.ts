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
import { showCommand } from "./family.ts";
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
import { flag, readProperties, text } from "./properties.ts";
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

export const POLICY_COLUMNS: ShowColumns = [
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
    POLICY_COLUMNS,
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
  notYet("CREATE", "AGGREGATION POLICY", "CREATE AGGREGATION POLICY"),
  notYet("CREATE", "PROJECTION POLICY", "CREATE PROJECTION POLICY"),
];
