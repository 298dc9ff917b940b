import { printIdentifier, requirePrivilege, resolveObject, roleHasGlobal } from "../access/index.ts";
import type { AlertProps } from "../catalog/loose-props.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { parseQuery } from "../sql/parse/index.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow, dropCommand, showCommand } from "./family.ts";
import {
  changeCatalog,
  createObject,
  EXECUTED,
  findExisting,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { identifierOrText, readKeys, readProperties, text, type ValueReader } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { type ShowColumns, type ShowRow, showOutcome } from "./show.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";
import { checkSchedule } from "./task-schedule.ts";

const schedule: ValueReader<string> = (cursor) => checkSchedule(cursor.string());
const PROPERTIES = { WAREHOUSE: identifierOrText, SCHEDULE: schedule, COMMENT: text };

/** `(EXISTS (query))` without the outer words: the query alone. */
function readCondition(cursor: Cursor, outer: boolean): string {
  if (outer) cursor.expectSymbol("(");
  cursor.expect("EXISTS");
  const query = cursor.balanced().trim();
  if (outer) cursor.expectSymbol(")");
  parseQuery(query);
  return query;
}

function warehouseId(ctx: StatementContext, name: string | undefined): number | null {
  if (name === undefined) return null;
  const warehouse = resolveObject(ctx, "WAREHOUSE", [name]);
  requirePrivilege(ctx, "USAGE", warehouse);
  return warehouse.id;
}

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  if (cursor.accept("CLONE")) {
    const original = resolveObject(ctx, "ALERT", cursor.name());
    cursor.expectEnd();
    requirePrivilege(ctx, "OWNERSHIP", original);
    const build = () => ({
      props: { ...original.props, state: "suspended" as const },
      comment: original.comment,
    });
    return (await createObject(ctx, { kind: "ALERT", head, name, build })).outcome;
  }
  const { TAG: tags, ...values } = readProperties(cursor, { ...PROPERTIES, TAG: readTagValues });
  cursor.expect("IF");
  const condition = readCondition(cursor, true);
  cursor.expect("THEN");
  const action = cursor.rest();
  const { outcome, made } = await createObject(ctx, {
    kind: "ALERT",
    head,
    name,
    build: () => ({
      props: {
        warehouseId: warehouseId(ctx, values.WAREHOUSE),
        schedule: values.SCHEDULE ?? null,
        condition,
        action,
        state: "suspended" as const,
        context: { databaseId: ctx.session.databaseId, schemaId: ctx.session.schemaId },
      },
      comment: values.COMMENT ?? null,
    }),
    after: (change, alert) => setTags(ctx, change, alert, (tags as TagValue[] | undefined) ?? []),
  });
  if (made) ctx.services.runtime.schedule.taskChanged(made.id);
  return outcome;
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const alert = findExisting(ctx, "ALERT", parts, ifExists);
  if (!alert) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, alert);
  if (done) return done;
  let props: Partial<AlertProps> = {};
  let comment: string | null | undefined;
  let privilege = "OWNERSHIP";
  if (cursor.accept("RESUME")) {
    const needed = alert.props.warehouseId === null ? "EXECUTE MANAGED ALERT" : "EXECUTE ALERT";
    if (alert.owner !== null && !roleHasGlobal(ctx, alert.owner, needed))
      throw errors.compilation(
        "091089",
        "23001",
        `Cannot execute alert , ${needed} privilege must be granted to owner role`,
      );
    props = { state: "started" };
    privilege = "OPERATE";
  } else if (cursor.accept("SUSPEND")) {
    props = { state: "suspended" };
    privilege = "OPERATE";
  } else if (cursor.accept("SET")) {
    const values = readProperties(cursor, PROPERTIES);
    if (Object.keys(values).length === 0) throw cursor.syntaxError();
    if (values.WAREHOUSE !== undefined) props.warehouseId = warehouseId(ctx, values.WAREHOUSE);
    if (values.SCHEDULE !== undefined) props.schedule = values.SCHEDULE;
    comment = values.COMMENT;
  } else if (cursor.accept("UNSET")) {
    const keys = readKeys(cursor, Object.keys(PROPERTIES));
    if (keys.includes("WAREHOUSE")) props.warehouseId = null;
    if (keys.includes("SCHEDULE")) props.schedule = null;
    if (keys.includes("COMMENT")) comment = null;
  } else if (cursor.accept("MODIFY", "CONDITION")) props = { condition: readCondition(cursor, false) };
  else if (cursor.accept("MODIFY", "ACTION")) props = { action: cursor.rest() };
  else throw cursor.syntaxError();
  cursor.expectEnd();
  requirePrivilege(ctx, privilege, alert);
  await changeCatalog(ctx, (change) => {
    const changed = updateProps(change, alert, props);
    if (comment !== undefined) change.update(changed, { comment });
  });
  ctx.services.runtime.schedule.taskChanged(alert.id);
  return statusOutcome(EXECUTED);
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["warehouse", "text"],
  ["schedule", "text"],
  ["state", "text"],
  ["condition", "text"],
  ["action", "text"],
  ["owner_role_type", "text"],
];

function row(ctx: StatementContext, alert: CatalogObject<"ALERT">): ShowRow {
  const warehouse = ctx.services.catalog.get(alert.props.warehouseId ?? -1);
  return {
    warehouse: warehouse ? printIdentifier(warehouse.name) : null,
    schedule: alert.props.schedule,
    state: alert.props.state,
    condition: alert.props.condition,
    action: alert.props.action,
  };
}

/** EXECUTE ALERT: one evaluation now, whatever its schedule and state. */
async function execute(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const alert = resolveObject(ctx, "ALERT", cursor.name());
  cursor.expectEnd();
  requirePrivilege(ctx, "OPERATE", alert);
  ctx.services.alerts?.execute(alert.id);
  return statusOutcome(`Alert ${printIdentifier(alert.name)} is scheduled to run immediately.`);
}

async function describe(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const alert = resolveObject(ctx, "ALERT", cursor.name());
  cursor.expectEnd();
  return showOutcome(
    COLUMNS,
    [{ ...commonRow(ctx, alert), ...row(ctx, alert) }],
    undefined,
    "name",
    "DESCRIBE",
  );
}

const test = "tests/local/account/commands/small-objects.test.ts";
export const alertCommands: CommandDef[] = [
  command("CREATE", "ALERT", create, { source: "CREATE ALERT", test }),
  command("ALTER", "ALERT", alter, { source: "ALTER ALERT", test }),
  command("EXECUTE", "ALERT", execute, { source: "EXECUTE ALERT", test }),
  dropCommand("ALERT", { source: "DROP ALERT", test }),
  command("DESCRIBE", "ALERT", describe, { source: "DESCRIBE ALERT", test }),
  showCommand("ALERT", COLUMNS, row, { source: "SHOW ALERTS", test }),
];
