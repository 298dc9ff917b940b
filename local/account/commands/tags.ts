import { printIdentifier, requirePrivilege, resolveObject } from "../access/index.ts";
import type { TagProps } from "../catalog/loose-props.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { dropCommand, showCommand } from "./family.ts";
import {
  changeCatalog,
  createObject,
  EXECUTED,
  findDropped,
  findExisting,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { readProperties, text, textOrWord } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import type { ShowColumns } from "./show.ts";

/** `ALLOWED_VALUES 'a', 'b'`, with or without `=`. */
function readAllowedValues(cursor: Cursor): string[] | undefined {
  if (!cursor.accept("ALLOWED_VALUES")) return undefined;
  cursor.acceptSymbol("=");
  const parenthesised = cursor.acceptSymbol("(");
  const values = cursor.commaSeparated(() => cursor.string());
  if (parenthesised) cursor.expectSymbol(")");
  if (values.length > 300)
    throw errors.compilation("001420", "22023", "A tag can have at most 300 allowed values.");
  return values;
}

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  let allowedValues: string[] | null = null;
  let values: { COMMENT?: string; PROPAGATE?: string } = {};
  while (!cursor.atEnd) {
    const before = cursor.at;
    allowedValues = readAllowedValues(cursor) ?? allowedValues;
    values = { ...values, ...readProperties(cursor, { COMMENT: text, PROPAGATE: textOrWord }) };
    if (cursor.at === before) throw cursor.syntaxError();
  }
  if (values.PROPAGATE) throw errors.unsupported("CREATE TAG … PROPAGATE");
  const { outcome } = await createObject(ctx, {
    kind: "TAG",
    head,
    name,
    build: () => ({
      props: { allowedValues, propagate: null, maskingPolicies: [], assignments: [] },
      comment: values.COMMENT ?? null,
    }),
  });
  return outcome;
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const tag = findExisting(ctx, "TAG", parts, ifExists);
  if (!tag) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, tag);
  if (done) return done;
  requirePrivilege(ctx, "OWNERSHIP", tag);
  const put = async (props: Partial<TagProps>): Promise<Outcome> => {
    cursor.expectEnd();
    await changeCatalog(ctx, (change) => void updateProps(change, tag, props));
    return statusOutcome(EXECUTED);
  };
  if (cursor.accept("ADD")) {
    const added = readAllowedValues(cursor);
    if (!added) throw cursor.syntaxError();
    return put({ allowedValues: [...new Set([...(tag.props.allowedValues ?? []), ...added])] });
  }
  if (cursor.accept("DROP")) {
    const dropped = readAllowedValues(cursor);
    if (!dropped) throw cursor.syntaxError();
    const used = tag.props.assignments.find((a) => dropped.includes(a.value));
    if (used)
      throw errors.compilation(
        "001421",
        "22023",
        `Tag value '${used.value}' is in use and cannot be dropped.`,
      );
    return put({ allowedValues: (tag.props.allowedValues ?? []).filter((v) => !dropped.includes(v)) });
  }
  if (cursor.accept("UNSET", "ALLOWED_VALUES")) return put({ allowedValues: null });
  if (cursor.sees("SET", "ALLOWED_VALUES")) {
    cursor.at++;
    return put({ allowedValues: readAllowedValues(cursor)! });
  }
  const policies = () =>
    cursor.commaSeparated(() => {
      cursor.expect("MASKING", "POLICY");
      const policy = resolveObject(ctx, "MASKING_POLICY", cursor.name());
      requirePrivilege(ctx, "APPLY", policy);
      return policy.id;
    });
  if (cursor.accept("SET")) {
    const added = policies();
    cursor.accept("FORCE");
    return put({ maskingPolicies: [...new Set([...tag.props.maskingPolicies, ...added])] });
  }
  if (cursor.accept("UNSET")) {
    const removed = policies();
    return put({ maskingPolicies: tag.props.maskingPolicies.filter((id) => !removed.includes(id)) });
  }
  throw cursor.syntaxError();
}

async function undrop(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const parts = cursor.name();
  cursor.expectEnd();
  const { target, object } = findDropped(ctx, "TAG", parts);
  if (ctx.services.catalog.find("TAG", target.parentId, target.name))
    throw errors.objectExists(target.printed);
  await changeCatalog(ctx, (change) => void change.update(object, { droppedOn: null }));
  return statusOutcome(`Tag ${printIdentifier(target.name)} successfully restored.`);
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["allowed_values", "text"],
  ["owner_role_type", "text"],
  ["propagate", "text"],
];

const test = "tests/local/account/commands/governance.test.ts";
export const tagCommands: CommandDef[] = [
  command("CREATE", "TAG", create, { source: "CREATE TAG", test, note: "No propagation." }),
  command("ALTER", "TAG", alter, { source: "ALTER TAG", test }),
  dropCommand("TAG", { source: "DROP TAG", test }),
  command("UNDROP", "TAG", undrop, { source: "UNDROP TAG", test }),
  showCommand(
    "TAG",
    COLUMNS,
    (_ctx, tag) => ({
      allowed_values: tag.props.allowedValues === null ? null : JSON.stringify(tag.props.allowedValues),
      propagate: null,
    }),
    { source: "SHOW TAGS", test },
  ),
];
