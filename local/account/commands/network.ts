import { fullName, requirePrivilege, resolveObject } from "../access/index.ts";
import type { NetworkPolicyProps } from "../catalog/loose-props.ts";
import { ACCOUNT_ID } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow, dropCommand, showCommand } from "./family.ts";
import {
  changeCatalog,
  createObject,
  dropObject,
  EXECUTED,
  findExisting,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { listOf, objectNameOrText, oneOf, readKeys, readProperties, text } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { type ShowColumns, showOutcome } from "./show.ts";

const RULE_TABLE = {
  TYPE: oneOf("IPV4", "IPV6", "AWSVPCEID", "AZURELINKID", "GCPPSCID", "HOST_PORT", "PRIVATE_HOST_PORT"),
  MODE: oneOf("INGRESS", "INTERNAL_STAGE", "EGRESS", "POSTGRES_INGRESS", "POSTGRES_EGRESS"),
  VALUE_LIST: listOf(text),
  COMMENT: text,
};

/** Is it an IPv4 address, with or without a prefix length? */
export function isCidr(given: string): boolean {
  const [address = "", bits, ...more] = given.split("/");
  const octets = address.split(".");
  const number = (s: string, max: number) =>
    s !== "" && Number.isInteger(Number(s)) && Number(s) >= 0 && Number(s) <= max;
  return (
    more.length === 0 &&
    octets.length === 4 &&
    octets.every((o) => number(o, 255)) &&
    (bits === undefined || number(bits, 32))
  );
}

async function createRule(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  const values = readProperties(cursor, RULE_TABLE);
  cursor.expectEnd();
  for (const key of ["TYPE", "VALUE_LIST"] as const)
    if (values[key] === undefined) throw errors.compilation("002029", "42601", `Missing option(s): [${key}]`);
  checkValues(values.TYPE!, values.VALUE_LIST!);
  const { outcome } = await createObject(ctx, {
    kind: "NETWORK_RULE",
    head,
    name,
    build: () => ({
      props: { type: values.TYPE!, mode: values.MODE ?? "INGRESS", values: values.VALUE_LIST! },
      comment: values.COMMENT ?? null,
    }),
  });
  return outcome;
}

function checkValues(type: string, values: readonly string[]): void {
  if (type === "IPV4")
    for (const value of values) if (!isCidr(value)) throw errors.invalidValue(value, "VALUE_LIST");
}

async function alterRule(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const rule = findExisting(ctx, "NETWORK_RULE", parts, ifExists);
  if (!rule) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, rule);
  if (done) return done;
  let values = rule.props.values;
  let comment: string | null | undefined;
  if (cursor.accept("SET")) {
    const parenthesised = cursor.acceptSymbol("(");
    const given = readProperties(cursor, { VALUE_LIST: RULE_TABLE.VALUE_LIST, COMMENT: text });
    if (parenthesised) cursor.expectSymbol(")");
    if (Object.keys(given).length === 0) throw cursor.syntaxError();
    values = given.VALUE_LIST ?? values;
    comment = given.COMMENT;
    checkValues(rule.props.type, values);
  } else {
    cursor.expect("UNSET");
    const parenthesised = cursor.acceptSymbol("(");
    const keys = readKeys(cursor, ["VALUE_LIST", "COMMENT"]);
    if (parenthesised) cursor.expectSymbol(")");
    if (keys.includes("VALUE_LIST")) values = [];
    if (keys.includes("COMMENT")) comment = null;
  }
  cursor.expectEnd();
  requirePrivilege(ctx, "OWNERSHIP", rule);
  await changeCatalog(ctx, (change) => {
    const changed = updateProps(change, rule, { values });
    if (comment !== undefined) change.update(changed, { comment });
  });
  return statusOutcome(EXECUTED);
}

const RULE_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["type", "text"],
  ["mode", "text"],
  ["entries_in_valuelist", "number"],
  ["owner_role_type", "text"],
];

async function describeRule(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const rule = resolveObject(ctx, "NETWORK_RULE", cursor.name());
  cursor.expectEnd();
  return showOutcome(
    [...RULE_COLUMNS.slice(0, 8), ["value_list", "text"]],
    [
      {
        ...commonRow(ctx, rule),
        type: rule.props.type,
        mode: rule.props.mode,
        value_list: rule.props.values.join(","),
      },
    ],
    undefined,
    "name",
    "DESCRIBE",
  );
}

const POLICY_TABLE = {
  ALLOWED_NETWORK_RULE_LIST: listOf(objectNameOrText, { bare: true }),
  BLOCKED_NETWORK_RULE_LIST: listOf(objectNameOrText, { bare: true }),
  ALLOWED_IP_LIST: listOf(text, { bare: true }),
  BLOCKED_IP_LIST: listOf(text, { bare: true }),
  COMMENT: text,
};
type PolicyValues = ReturnType<typeof readProperties<typeof POLICY_TABLE>>;

const ruleIds = (ctx: StatementContext, names: readonly string[][]): number[] =>
  names.map((name) => resolveObject(ctx, "NETWORK_RULE", name).id);

function applyPolicy(
  ctx: StatementContext,
  base: NetworkPolicyProps,
  values: PolicyValues,
): NetworkPolicyProps {
  const props = { ...base };
  if (values.ALLOWED_NETWORK_RULE_LIST) props.allowedRules = ruleIds(ctx, values.ALLOWED_NETWORK_RULE_LIST);
  if (values.BLOCKED_NETWORK_RULE_LIST) props.blockedRules = ruleIds(ctx, values.BLOCKED_NETWORK_RULE_LIST);
  for (const [key, list] of [
    ["ALLOWED_IP_LIST", values.ALLOWED_IP_LIST],
    ["BLOCKED_IP_LIST", values.BLOCKED_IP_LIST],
  ] as const)
    for (const ip of list ?? []) if (!isCidr(ip)) throw errors.invalidValue(ip, key);
  if (values.ALLOWED_IP_LIST) props.allowedIps = values.ALLOWED_IP_LIST;
  if (values.BLOCKED_IP_LIST) props.blockedIps = values.BLOCKED_IP_LIST;
  return props;
}

const EMPTY: NetworkPolicyProps = { allowedRules: [], blockedRules: [], allowedIps: [], blockedIps: [] };

async function createPolicy(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  const values = readProperties(cursor, POLICY_TABLE);
  cursor.expectEnd();
  const { outcome } = await createObject(ctx, {
    kind: "NETWORK_POLICY",
    head,
    name,
    build: () => ({ props: applyPolicy(ctx, EMPTY, values), comment: values.COMMENT ?? null }),
  });
  return outcome;
}

async function alterPolicy(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const policy = findExisting(ctx, "NETWORK_POLICY", parts, ifExists);
  if (!policy) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, policy);
  if (done) return done;
  let props = policy.props;
  let comment: string | null | undefined;
  if (cursor.accept("SET")) {
    const values = readProperties(cursor, POLICY_TABLE);
    if (Object.keys(values).length === 0) throw cursor.syntaxError();
    props = applyPolicy(ctx, props, values);
    comment = values.COMMENT;
  } else if (cursor.accept("UNSET")) {
    const keys = readKeys(cursor, Object.keys(POLICY_TABLE));
    props = {
      allowedRules: keys.includes("ALLOWED_NETWORK_RULE_LIST") ? [] : props.allowedRules,
      blockedRules: keys.includes("BLOCKED_NETWORK_RULE_LIST") ? [] : props.blockedRules,
      allowedIps: keys.includes("ALLOWED_IP_LIST") ? [] : props.allowedIps,
      blockedIps: keys.includes("BLOCKED_IP_LIST") ? [] : props.blockedIps,
    };
    if (keys.includes("COMMENT")) comment = null;
  } else {
    const how = cursor.acceptOneOf("ADD", "REMOVE");
    if (!how) throw cursor.syntaxError();
    const values = readProperties(cursor, {
      ALLOWED_NETWORK_RULE_LIST: POLICY_TABLE.ALLOWED_NETWORK_RULE_LIST,
      BLOCKED_NETWORK_RULE_LIST: POLICY_TABLE.BLOCKED_NETWORK_RULE_LIST,
    });
    const merge = (list: number[], names: string[][] | undefined) => {
      const ids = ruleIds(ctx, names ?? []);
      return how === "ADD" ? [...new Set([...list, ...ids])] : list.filter((id) => !ids.includes(id));
    };
    props = {
      ...props,
      allowedRules: merge(props.allowedRules, values.ALLOWED_NETWORK_RULE_LIST),
      blockedRules: merge(props.blockedRules, values.BLOCKED_NETWORK_RULE_LIST),
    };
  }
  cursor.expectEnd();
  requirePrivilege(ctx, "OWNERSHIP", policy);
  await changeCatalog(ctx, (change) => {
    const changed = updateProps(change, policy, props);
    if (comment !== undefined) change.update(changed, { comment });
  });
  return statusOutcome(EXECUTED);
}

async function describePolicy(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const policy = resolveObject(ctx, "NETWORK_POLICY", cursor.name());
  cursor.expectEnd();
  const { props } = policy;
  const rules = (ids: readonly number[]) =>
    JSON.stringify(
      ids.flatMap((id) => {
        const rule = ctx.services.catalog.get(id);
        return rule ? [{ fullyQualifiedRuleName: fullName(ctx, rule) }] : [];
      }),
    );
  const rows = [
    {
      name: "ALLOWED_NETWORK_RULE_LIST",
      value: rules(props.allowedRules),
      kept: props.allowedRules.length > 0,
    },
    {
      name: "BLOCKED_NETWORK_RULE_LIST",
      value: rules(props.blockedRules),
      kept: props.blockedRules.length > 0,
    },
    { name: "ALLOWED_IP_LIST", value: props.allowedIps.join(","), kept: props.allowedIps.length > 0 },
    { name: "BLOCKED_IP_LIST", value: props.blockedIps.join(","), kept: props.blockedIps.length > 0 },
  ].filter((row) => row.kept);
  return showOutcome(
    [
      ["name", "text"],
      ["value", "text"],
    ],
    rows.map(({ name, value }) => ({ name, value })),
    undefined,
    "name",
    "DESCRIBE",
  );
}

const test = "tests/local/account/commands/governance.test.ts";
export const networkCommands: CommandDef[] = [
  command("CREATE", "NETWORK RULE", createRule, { source: "CREATE NETWORK RULE", test }),
  command("ALTER", "NETWORK RULE", alterRule, { source: "ALTER NETWORK RULE", test }),
  dropCommand("NETWORK_RULE", { source: "DROP NETWORK RULE", test }),
  command("DESCRIBE", "NETWORK RULE", describeRule, { source: "DESCRIBE NETWORK RULE", test }),
  showCommand(
    "NETWORK_RULE",
    RULE_COLUMNS,
    (_ctx, rule) => ({
      type: rule.props.type,
      mode: rule.props.mode,
      entries_in_valuelist: rule.props.values.length,
    }),
    { source: "SHOW NETWORK RULES", test },
  ),
  command("CREATE", "NETWORK POLICY", createPolicy, { source: "CREATE NETWORK POLICY", test }),
  command("ALTER", "NETWORK POLICY", alterPolicy, { source: "ALTER NETWORK POLICY", test }),
  command(
    "DROP",
    "NETWORK POLICY",
    (ctx, cursor) =>
      dropObject(ctx, cursor, {
        kind: "NETWORK_POLICY",
        check: (policy) => {
          const { catalog } = ctx.services;
          const used =
            catalog.listAll("ACCOUNT_SETTINGS")[0]?.props.parameters["NETWORK_POLICY"] === policy.name ||
            catalog.list("USER", ACCOUNT_ID).some((user) => user.props.networkPolicyId === policy.id);
          if (used)
            throw errors.compilation(
              "003551",
              "42601",
              `Cannot perform Drop operation on network policy ${policy.name}. The policy is attached to ACCOUNT or USER. Unset the network policy from the entities and try the operation again.`,
            );
        },
      }),
    { source: "DROP NETWORK POLICY", test },
  ),
  command("DESCRIBE", "NETWORK POLICY", describePolicy, { source: "DESCRIBE NETWORK POLICY", test }),
  showCommand(
    "NETWORK_POLICY",
    [
      ["created_on", "time"],
      ["name", "text"],
      ["comment", "text"],
      ["entries_in_allowed_ip_list", "number"],
      ["entries_in_blocked_ip_list", "number"],
      ["entries_in_allowed_network_rules", "number"],
      ["entries_in_blocked_network_rules", "number"],
    ],
    (_ctx, { props }) => ({
      entries_in_allowed_ip_list: props.allowedIps.length,
      entries_in_blocked_ip_list: props.blockedIps.length,
      entries_in_allowed_network_rules: props.allowedRules.length,
      entries_in_blocked_network_rules: props.blockedRules.length,
    }),
    { source: "SHOW NETWORK POLICIES", test },
  ),
];
