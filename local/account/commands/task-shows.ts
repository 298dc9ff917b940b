import { printName, resolveObject } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow } from "./family.ts";
import { printed } from "./objects.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import {
  listForShow,
  readShowOptions,
  type ShowColumns,
  type ShowRow,
  showOutcome,
  timeValue,
} from "./show.ts";

/** SHOW TASKS and DESCRIBE TASK. */
type Task = CatalogObject<"TASK">;

export const TASK_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["id", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["warehouse", "text"],
  ["schedule", "text"],
  ["predecessors", "text"],
  ["state", "text"],
  ["definition", "text"],
  ["condition", "text"],
  ["allow_overlapping_execution", "text"],
  ["error_integration", "text"],
  ["last_committed_on", "time"],
  ["last_suspended_on", "time"],
  ["owner_role_type", "text"],
  ["config", "text"],
  ["budget", "text"],
  ["task_relations", "text"],
  ["last_suspended_reason", "text"],
];

export function taskRow(ctx: StatementContext, task: Task): ShowRow {
  const { props } = task;
  const { catalog } = ctx.services;
  const name = (id: number) => {
    const other = catalog.get(id);
    return other ? printed(ctx, other) : "";
  };
  const predecessors = props.predecessors.filter((id) => catalog.get(id)?.droppedOn === null).map(name);
  const finalizer = catalog.list("TASK", task.parent).find((other) => other.props.finalizes === task.id);
  const warehouse = catalog.get(props.warehouseId ?? -1);
  const integration = catalog.get(props.errorIntegrationId ?? -1);
  const relations: Record<string, unknown> = { Predecessors: predecessors };
  if (finalizer) relations["FinalizerTask"] = name(finalizer.id);
  if (props.finalizes !== null) relations["FinalizedRootTask"] = name(props.finalizes);
  return {
    id: taskUuid(task.id),
    warehouse: warehouse ? printName([warehouse.name]) : null,
    schedule: props.schedule,
    predecessors: JSON.stringify(predecessors, null, 2),
    state: props.state,
    definition: props.definition,
    condition: props.condition,
    allow_overlapping_execution: String(props.allowOverlappingExecution),
    error_integration: integration ? printName([integration.name]) : "null",
    last_committed_on: timeValue(props.lastCommittedOn),
    last_suspended_on: timeValue(props.lastSuspendedOn),
    config: props.config,
    budget: null,
    task_relations: JSON.stringify(relations),
    last_suspended_reason: props.lastSuspendedReason,
  };
}

/** A task's id as text that looks like Snowflake's: stable for the task's life. */
const taskUuid = (id: number): string => `01000000-0000-0000-0000-${id.toString(16).padStart(12, "0")}`;

async function show(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const options = readShowOptions(cursor, head.terse);
  const rootOnly = cursor.accept("ROOT", "ONLY");
  if (rootOnly && cursor.accept("LIMIT")) options.limit = cursor.integer();
  cursor.expectEnd();
  const rows = listForShow(ctx, "TASK", options)
    .filter((task) => !rootOnly || (task.props.predecessors.length === 0 && task.props.finalizes === null))
    .map((task) => ({ ...commonRow(ctx, task), kind: null, ...taskRow(ctx, task) }));
  const terse: ShowColumns = [
    ["created_on", "time"],
    ["name", "text"],
    ["database_name", "text"],
    ["schema_name", "text"],
    ["schedule", "text"],
    ["state", "text"],
  ];
  return showOutcome(head.terse ? terse : TASK_COLUMNS, rows, options);
}

async function describe(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const task = resolveObject(ctx, "TASK", cursor.name());
  cursor.expectEnd();
  return showOutcome(
    TASK_COLUMNS,
    [{ ...commonRow(ctx, task), ...taskRow(ctx, task) }],
    undefined,
    "name",
    "DESCRIBE",
  );
}

const test = "tests/local/account/commands/tasks.test.ts";
export const taskShowCommands: CommandDef[] = [
  command("SHOW", "TASKS", show, { source: "SHOW TASKS", test }),
  command("DESCRIBE", "TASK", describe, { source: "DESCRIBE TASK", test }),
];
