import {
  currentSchema,
  requirePrivilege,
  resolveObject,
  resolveSchema,
  roleHasGlobal,
} from "../access/index.ts";
import type { Change } from "../catalog/catalog.ts";
import type { CatalogObject, TaskProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { parseExpression } from "../sql/parse/index.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import {
  changeCatalog,
  createObject,
  dropObject,
  EXECUTED,
  findExisting,
  latest,
  printed,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { overlayParameters, parameterTable, splitParameters, withoutParameters } from "./parameter-sets.ts";
import {
  flag,
  identifierOrText,
  nullable,
  objectName,
  readKeys,
  readProperties,
  text,
  type ValueReader,
} from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";
import { checkAfter, checkGraph, requireSuspendedRoot, taskGraph } from "./task-graph.ts";
import { checkSchedule } from "./task-schedule.ts";
import { taskShowCommands } from "./task-shows.ts";

type Task = CatalogObject<"TASK">;

/** CONFIG = $${"a": 1}$$ or '…': JSON. */
const config: ValueReader<string> = (cursor, key) => {
  const given = cursor.string();
  try {
    JSON.parse(given);
  } catch {
    throw errors.invalidValue(given, key);
  }
  return given;
};
const schedule: ValueReader<string> = (cursor) => checkSchedule(cursor.string());

const PROPERTIES = {
  ...parameterTable("TASK"),
  WAREHOUSE: identifierOrText,
  SCHEDULE: schedule,
  CONFIG: config,
  ALLOW_OVERLAPPING_EXECUTION: flag,
  ERROR_INTEGRATION: nullable(identifierOrText),
  SUCCESS_INTEGRATION: nullable(identifierOrText),
  FINALIZE: nullable(objectName),
  COMMENT: text,
};
const SETTABLE = { ...PROPERTIES };
type Values = ReturnType<typeof readProperties<typeof PROPERTIES>>;

const EMPTY: Omit<TaskProps, "context"> = {
  definition: "",
  warehouseId: null,
  schedule: null,
  predecessors: [],
  finalizes: null,
  condition: null,
  allowOverlappingExecution: false,
  errorIntegrationId: null,
  config: null,
  state: "suspended",
  lastCommittedOn: null,
  lastSuspendedOn: null,
  lastSuspendedReason: null,
  parameters: {},
};

function applyProperties(ctx: StatementContext, base: TaskProps, values: Values): TaskProps {
  const { parameters } = splitParameters("TASK", values);
  const props: TaskProps = { ...base, parameters: overlayParameters(base.parameters, parameters) };
  if (values.WAREHOUSE !== undefined) {
    const warehouse = resolveObject(ctx, "WAREHOUSE", [values.WAREHOUSE]);
    requirePrivilege(ctx, "USAGE", warehouse);
    props.warehouseId = warehouse.id;
  }
  if (values.SCHEDULE !== undefined) props.schedule = values.SCHEDULE;
  if (values.CONFIG !== undefined) props.config = values.CONFIG;
  if (values.ALLOW_OVERLAPPING_EXECUTION !== undefined)
    props.allowOverlappingExecution = values.ALLOW_OVERLAPPING_EXECUTION;
  if (values.SUCCESS_INTEGRATION) throw errors.unsupported("SUCCESS_INTEGRATION");
  if (values.ERROR_INTEGRATION !== undefined) {
    if (values.ERROR_INTEGRATION === null) props.errorIntegrationId = null;
    else {
      const integration = resolveObject(ctx, "INTEGRATION", [values.ERROR_INTEGRATION]);
      requirePrivilege(ctx, "USAGE", integration);
      props.errorIntegrationId = integration.id;
    }
  }
  if (values.FINALIZE !== undefined)
    props.finalizes = values.FINALIZE === null ? null : resolveObject(ctx, "TASK", values.FINALIZE).id;
  return props;
}

/** Text up to AS at depth 0; must read as one expression. */
function readCondition(cursor: Cursor): string {
  const start = cursor.at;
  let depth = 0;
  for (let token = cursor.peek(); token; token = cursor.peek()) {
    if (token.kind === "SYMBOL") depth += token.image === "(" ? 1 : token.image === ")" ? -1 : 0;
    if (depth === 0 && token.kind === "WORD" && token.value === "AS" && cursor.at > start) break;
    cursor.at++;
  }
  const condition = cursor.textSince(start);
  if (condition === "") throw cursor.syntaxError();
  parseExpression(condition);
  return condition;
}

interface TaskSyntax {
  values: Values;
  after: string[][];
  condition: string | null;
  definition: string;
  tags: TagValue[];
}

function readTask(cursor: Cursor): TaskSyntax {
  const syntax: TaskSyntax = { values: {}, after: [], condition: null, definition: "", tags: [] };
  while (!cursor.sees("AS")) {
    const before = cursor.at;
    Object.assign(syntax.values, readProperties(cursor, PROPERTIES));
    if (cursor.accept("WITH", "TAG") || cursor.accept("TAG")) syntax.tags.push(...readTagValues(cursor));
    if (cursor.accept("AFTER")) syntax.after.push(...cursor.commaSeparated(() => cursor.name()));
    if (cursor.accept("WHEN")) syntax.condition = readCondition(cursor);
    if (cursor.at === before) throw cursor.syntaxError();
  }
  cursor.expect("AS");
  syntax.definition = cursor.rest();
  return syntax;
}

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  if (cursor.accept("CLONE")) return clone(ctx, cursor, head, name);
  const syntax = readTask(cursor);
  const schema = name.parts.length === 1 ? currentSchema(ctx) : resolveSchema(ctx, name.parts.slice(0, -1));
  const context = { databaseId: schema.parent, schemaId: schema.id };
  const build = (base: TaskProps): TaskProps => {
    const props = applyProperties(ctx, base, syntax.values);
    props.definition = syntax.definition;
    props.condition = syntax.condition;
    props.predecessors = syntax.after.map((parts) => resolvePredecessor(ctx, parts).id);
    checkProps(ctx, props, schema.id);
    return props;
  };
  const fresh: TaskProps = { ...EMPTY, parameters: {}, context };
  if (head.orAlter) {
    const existing = ctx.services.catalog.find("TASK", schema.id, name.parts[name.parts.length - 1]!);
    if (existing) {
      requirePrivilege(ctx, "OWNERSHIP", existing);
      requireSuspendedRoot(ctx, existing);
      const { state, lastCommittedOn, lastSuspendedOn, lastSuspendedReason } = existing.props;
      await changeTask(ctx, existing, (change) => {
        const props = { ...build(fresh), state, lastCommittedOn, lastSuspendedOn, lastSuspendedReason };
        checkGraph(ctx, existing, props);
        change.update(updateProps(change, existing, props), { comment: syntax.values.COMMENT ?? null });
      });
      return statusOutcome(EXECUTED);
    }
  }
  const { outcome, made } = await createObject(ctx, {
    kind: "TASK",
    head,
    name,
    orAlter: "ELSEWHERE",
    build: () => {
      const props = build(fresh);
      checkAfter(ctx, props);
      return { props, comment: syntax.values.COMMENT ?? null };
    },
    after: (change, task) => setTags(ctx, change, task, syntax.tags),
  });
  if (made) ctx.services.runtime.schedule.taskChanged(made.id);
  return outcome;
}

async function clone(
  ctx: StatementContext,
  cursor: Cursor,
  head: Head,
  name: ReturnType<typeof readCreateName>,
): Promise<Outcome> {
  const original = resolveObject(ctx, "TASK", cursor.name());
  const copyGrants = cursor.accept("COPY", "GRANTS");
  cursor.expectEnd();
  requirePrivilege(ctx, "OWNERSHIP", original);
  const { outcome, made } = await createObject(ctx, {
    kind: "TASK",
    head,
    name,
    copyGrants,
    build: () => ({ props: { ...original.props, state: "suspended" as const }, comment: original.comment }),
  });
  if (made) ctx.services.runtime.schedule.taskChanged(made.id);
  return outcome;
}

function resolvePredecessor(ctx: StatementContext, parts: string[]): Task {
  return resolveObject(ctx, "TASK", parts);
}

/** What may not stand together. Source: "CREATE TASK". */
function checkProps(ctx: StatementContext, props: TaskProps, schemaId: number): void {
  const child = props.predecessors.length > 0 || props.finalizes !== null;
  if (child && props.schedule !== null)
    throw errors.compilation(
      "091088",
      "42601",
      `A task with ${props.finalizes === null ? "predecessors" : "FINALIZE"} cannot have a schedule.`,
    );
  if (props.predecessors.length > 0 && props.finalizes !== null)
    throw errors.compilation("091088", "42601", "A finalizer task cannot have predecessors.");
  for (const id of [...props.predecessors, ...(props.finalizes === null ? [] : [props.finalizes])]) {
    const other = ctx.services.catalog.getAs("TASK", id);
    if (other && other.parent !== schemaId)
      throw errors.compilation(
        "091083",
        "42601",
        `Task ${printed(ctx, other)} is in another schema: all tasks of a graph must be in one schema.`,
      );
  }
}

async function changeTask(ctx: StatementContext, task: Task, work: (change: Change) => void): Promise<void> {
  await changeCatalog(ctx, work);
  ctx.services.runtime.schedule.taskChanged(task.id);
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const task = findExisting(ctx, "TASK", parts, ifExists);
  if (!task) return statusOutcome(EXECUTED);
  const common = await alterCommon(ctx, cursor, task);
  if (common) {
    ctx.services.runtime.schedule.taskChanged(task.id);
    return common;
  }
  if (cursor.accept("RESUME")) {
    cursor.expectEnd();
    return resume(ctx, task);
  }
  if (cursor.accept("SUSPEND")) {
    cursor.expectEnd();
    requirePrivilege(ctx, "OPERATE", task);
    await changeTask(ctx, task, (change) => {
      if (task.props.state === "started")
        updateProps(change, task, {
          state: "suspended",
          lastSuspendedOn: change.now,
          lastSuspendedReason: "USER_SUSPENDED",
        });
    });
    return statusOutcome(EXECUTED);
  }
  const next = readChange(ctx, cursor, task);
  cursor.expectEnd();
  requirePrivilege(ctx, next.onlyOwner ? "OWNERSHIP" : ["OWNERSHIP", "OPERATE"], task);
  requireSuspendedRoot(ctx, task);
  const props = next.props(task.props);
  checkProps(ctx, props, task.parent);
  checkGraph(ctx, task, props);
  await changeTask(ctx, task, (change) => {
    const changed = updateProps(change, task, props);
    if (next.comment !== undefined) change.update(changed, { comment: next.comment });
  });
  return statusOutcome(EXECUTED);
}

interface TaskChange {
  props(before: TaskProps): TaskProps;
  comment?: string | null;
  onlyOwner: boolean;
}

function readChange(ctx: StatementContext, cursor: Cursor, task: Task): TaskChange {
  if (cursor.accept("SET", "FINALIZE")) {
    cursor.expectSymbol("=");
    const root = resolveObject(ctx, "TASK", cursor.name());
    return { onlyOwner: true, props: (p) => ({ ...p, finalizes: root.id }) };
  }
  if (cursor.accept("UNSET", "FINALIZE"))
    return { onlyOwner: true, props: (p) => ({ ...p, finalizes: null }) };
  if (cursor.accept("SET")) {
    const values = readProperties(cursor, SETTABLE);
    if (Object.keys(values).length === 0) throw cursor.syntaxError();
    return {
      onlyOwner: true,
      props: (p) => applyProperties(ctx, p, values),
      ...(values.COMMENT === undefined ? {} : { comment: values.COMMENT }),
    };
  }
  if (cursor.accept("UNSET")) {
    const keys = readKeys(cursor, Object.keys(SETTABLE));
    return {
      onlyOwner: true,
      props: (p) => ({
        ...p,
        parameters: withoutParameters(p.parameters, keys),
        warehouseId: keys.includes("WAREHOUSE") ? null : p.warehouseId,
        schedule: keys.includes("SCHEDULE") ? null : p.schedule,
        config: keys.includes("CONFIG") ? null : p.config,
        allowOverlappingExecution: keys.includes("ALLOW_OVERLAPPING_EXECUTION")
          ? false
          : p.allowOverlappingExecution,
        errorIntegrationId: keys.includes("ERROR_INTEGRATION") ? null : p.errorIntegrationId,
      }),
      ...(keys.includes("COMMENT") ? { comment: null } : {}),
    };
  }
  if (cursor.accept("ADD", "AFTER")) {
    const added = cursor.commaSeparated(() => resolvePredecessor(ctx, cursor.name()).id);
    return {
      onlyOwner: true,
      props: (p) => ({ ...p, predecessors: [...new Set([...p.predecessors, ...added])] }),
    };
  }
  if (cursor.accept("REMOVE", "AFTER")) {
    const removed = cursor.commaSeparated(() => resolvePredecessor(ctx, cursor.name()).id);
    return {
      onlyOwner: true,
      props: (p) => ({ ...p, predecessors: p.predecessors.filter((id) => !removed.includes(id)) }),
    };
  }
  if (cursor.accept("REMOVE", "WHEN")) return { onlyOwner: true, props: (p) => ({ ...p, condition: null }) };
  if (cursor.accept("MODIFY", "WHEN")) {
    const condition = readCondition(cursor);
    return { onlyOwner: true, props: (p) => ({ ...p, condition }) };
  }
  if (cursor.accept("MODIFY", "AS")) {
    const definition = cursor.rest();
    return { onlyOwner: true, props: (p) => ({ ...p, definition }) };
  }
  void task;
  throw cursor.syntaxError();
}

/** Resumes one task: its owner needs EXECUTE TASK and the warehouse; a standalone root needs a schedule or a stream. */
async function resume(ctx: StatementContext, task: Task): Promise<Outcome> {
  requirePrivilege(ctx, "OPERATE", task);
  if (task.props.state === "started") return statusOutcome(EXECUTED);
  requireSuspendedRoot(ctx, task);
  checkRunnable(ctx, task);
  await changeTask(ctx, task, (change) => {
    const current = latest(change, task);
    updateProps(change, current, { state: "started", lastCommittedOn: change.now });
  });
  return statusOutcome(EXECUTED);
}

function checkRunnable(ctx: StatementContext, task: Task): void {
  const { props } = task;
  const privilege = props.warehouseId === null ? "EXECUTE MANAGED TASK" : "EXECUTE TASK";
  if (!ownerHas(ctx, task, privilege))
    throw errors.compilation(
      "091089",
      "23001",
      `Cannot execute task , ${privilege} privilege must be granted to owner role`,
    );
  const child = props.predecessors.length > 0 || props.finalizes !== null;
  if (
    !child &&
    props.schedule === null &&
    !(props.condition ?? "").toUpperCase().includes("SYSTEM$STREAM_HAS_DATA")
  )
    throw errors.compilation(
      "091090",
      "23001",
      `Task ${printed(ctx, task)} cannot be resumed: it has neither a schedule nor a predecessor nor a stream in its WHEN condition.`,
    );
}

/** EXECUTE TASK name [RETRY LAST]. */
async function execute(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const task = resolveObject(ctx, "TASK", cursor.name());
  const retryLast = cursor.accept("RETRY", "LAST");
  let own: string | null = null;
  if (cursor.accept("USING", "CONFIG")) {
    cursor.expectSymbol("=");
    own = config(cursor, "CONFIG");
  }
  cursor.expectEnd();
  requirePrivilege(ctx, "OPERATE", task);
  if (!ownerHas(ctx, task, task.props.warehouseId === null ? "EXECUTE MANAGED TASK" : "EXECUTE TASK"))
    throw errors.compilation(
      "091089",
      "23001",
      "Cannot execute task , EXECUTE TASK privilege must be granted to owner role",
    );
  if (task.props.predecessors.length > 0 || task.props.finalizes !== null)
    throw errors.compilation(
      "091091",
      "42601",
      `Task ${printed(ctx, task)} is not a root task: only the root of a graph can be executed.`,
    );
  await ctx.services.runtime.schedule.executeTask(task.id, retryLast, own);
  return statusOutcome(`Task ${task.name} is scheduled to run immediately.`);
}

/** SYSTEM$TASK_DEPENDENTS_ENABLE: resumes the root and all tasks of its graph. */
export async function enableTaskDependents(ctx: StatementContext, parts: readonly string[]): Promise<void> {
  const root = resolveObject(ctx, "TASK", parts);
  requirePrivilege(ctx, "OPERATE", root);
  const graph = taskGraph(ctx, root);
  for (const task of graph) checkRunnable(ctx, task);
  await changeCatalog(ctx, (change) => {
    for (const task of graph)
      if (task.props.state !== "started")
        updateProps(change, task, { state: "started", lastCommittedOn: change.now });
  });
  for (const task of graph) ctx.services.runtime.schedule.taskChanged(task.id);
}

/** The owner role's own global privileges count, not those of the role that runs the statement. */
function ownerHas(ctx: StatementContext, task: Task, privilege: string): boolean {
  if (task.owner === null) return true;
  return roleHasGlobal(ctx, task.owner, privilege);
}

const test = "tests/local/account/commands/tasks.test.ts";
export const taskCommands: CommandDef[] = [
  command("CREATE", "TASK", create, { source: "CREATE TASK", test, note: "No SUCCESS_INTEGRATION." }),
  command("ALTER", "TASK", alter, { source: "ALTER TASK", test }),
  command(
    "DROP",
    "TASK",
    (ctx, cursor) =>
      dropObject(ctx, cursor, {
        kind: "TASK",
        check: (task) => requireSuspendedRoot(ctx, task),
        // Children lose the predecessor; without any other they stand alone.
        after: (change, task) => {
          for (const other of ctx.services.catalog.list("TASK", task.parent))
            if (other.props.predecessors.includes(task.id) || other.props.finalizes === task.id)
              updateProps(change, other, {
                predecessors: other.props.predecessors.filter((id) => id !== task.id),
                finalizes: other.props.finalizes === task.id ? null : other.props.finalizes,
              });
        },
      }),
    { source: "DROP TASK", test },
  ),
  command("EXECUTE", "TASK", execute, {
    source: "EXECUTE TASK",
    test,
    note: "A configuration of a run is not kept over a restart.",
  }),
  ...taskShowCommands,
];
