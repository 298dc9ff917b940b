import { activeRoles, hasPrivilege, isAccountAdmin } from "../access/index.ts";
import type { TaskRun } from "../schedule/task-run.ts";
import type { StatementContext } from "../session/context.ts";
import {
  type Field,
  historyFunction,
  limitArgument,
  textArgument,
  timeArgument,
  usageView,
} from "./relation.ts";

interface Entry {
  run: TaskRun;
  name: string;
  database: string;
  databaseId: number;
  schema: string;
  schemaId: number;
  text: string;
  condition: string | null;
  config: string | null;
  owner: number | null;
}

const DAY = 86_400_000;

const FIELDS: readonly Field<Entry>[] = [
  ["QUERY_ID", "text", (e) => e.run.queryId],
  ["NAME", "text", (e) => e.name],
  ["DATABASE_NAME", "text", (e) => e.database],
  ["SCHEMA_NAME", "text", (e) => e.schema],
  ["QUERY_TEXT", "text", (e) => e.text],
  ["CONDITION_TEXT", "text", (e) => e.condition],
  ["STATE", "text", (e) => e.run.state],
  ["ERROR_CODE", "text", (e) => e.run.errorCode],
  ["ERROR_MESSAGE", "text", (e) => e.run.errorMessage],
  ["SCHEDULED_TIME", "time", (e) => e.run.scheduledOn],
  ["QUERY_START_TIME", "time", (e) => e.run.startedOn],
  ["NEXT_SCHEDULED_TIME", "time", () => null],
  ["COMPLETED_TIME", "time", (e) => e.run.completedOn],
  ["ROOT_TASK_ID", "text", (e) => e.run.rootTaskId],
  ["GRAPH_VERSION", "number", () => 1],
  ["RUN_ID", "number", (e) => e.run.scheduledOn],
  ["RETURN_VALUE", "text", (e) => e.run.returnValue],
  ["SCHEDULED_FROM", "text", (e) => e.run.scheduledFrom],
  ["ATTEMPT_NUMBER", "number", (e) => e.run.attempt],
  ["CONFIG", "text", (e) => e.config],
  ["QUERY_HASH", "text", () => null],
  ["QUERY_HASH_VERSION", "number", () => null],
  ["QUERY_PARAMETERIZED_HASH", "text", () => null],
  ["QUERY_PARAMETERIZED_HASH_VERSION", "number", () => null],
  ["GRAPH_RUN_GROUP_ID", "number", (e) => e.run.graphRunId],
  ["BACKFILL_INFO", "json", () => null],
];

/** Last runs first. */
function entries(ctx: StatementContext): Entry[] {
  const { catalog } = ctx.services;
  return (ctx.services.history?.taskRuns() ?? [])
    .map((run): Entry | null => {
      const task = catalog.getAs("TASK", run.taskId);
      const schema = task && catalog.get(task.parent);
      const database = schema && catalog.get(schema.parent);
      if (!task || !schema || !database) return null;
      return {
        run,
        name: task.name,
        database: database.name,
        databaseId: database.id,
        schema: schema.name,
        schemaId: schema.id,
        text: task.props.definition,
        condition: task.props.condition,
        config: task.props.config,
        owner: task.owner,
      };
    })
    .filter((entry) => entry !== null)
    .reverse();
}

/** ACCOUNTADMIN, the task's owner, MONITOR on it, or MONITOR EXECUTION. Source: TASK_HISTORY, "Usage notes". */
function visible(ctx: StatementContext): (entry: Entry) => boolean {
  if (isAccountAdmin(ctx) || hasPrivilege(ctx, "MONITOR EXECUTION", "ACCOUNT")) return () => true;
  const roles = activeRoles(ctx);
  return (entry) => {
    const task = ctx.services.catalog.get(entry.run.taskId);
    return (
      (entry.owner !== null && roles.has(entry.owner)) ||
      (task !== undefined && hasPrivilege(ctx, "MONITOR", task))
    );
  };
}

export function registerTaskHistory(): void {
  usageView("TASK_HISTORY", FIELDS, (ctx) =>
    entries(ctx).filter(({ run }) => run.state !== "SCHEDULED" && run.state !== "EXECUTING"),
  );
  historyFunction(
    "TASK_HISTORY",
    ["SCHEDULED_TIME_RANGE_START", "SCHEDULED_TIME_RANGE_END", "RESULT_LIMIT", "TASK_NAME", "ERROR_ONLY"],
    FIELDS,
    (ctx, args, database) => {
      const from = timeArgument(args, "SCHEDULED_TIME_RANGE_START", ctx.services.clock.now() - 7 * DAY);
      const to = timeArgument(args, "SCHEDULED_TIME_RANGE_END", Number.POSITIVE_INFINITY);
      const name = textArgument(args, "TASK_NAME")?.toUpperCase() ?? null;
      const errorOnly = args["ERROR_ONLY"] === true;
      const isVisible = visible(ctx);
      return entries(ctx)
        .filter((e) => e.databaseId === database.id && e.run.scheduledOn >= from && e.run.scheduledOn <= to)
        .filter((e) => name === null || e.name.toUpperCase() === name)
        .filter((e) => !errorOnly || e.run.state.startsWith("FAILED") || e.run.state === "CANCELLED")
        .filter(isVisible)
        .slice(0, limitArgument(args));
    },
  );
  const graphFields: readonly Field<Entry[]>[] = [
    ["ROOT_TASK_NAME", "text", (runs) => root(runs).name],
    ["DATABASE_NAME", "text", (runs) => root(runs).database],
    ["SCHEMA_NAME", "text", (runs) => root(runs).schema],
    ["STATE", "text", graphState],
    ["SCHEDULED_FROM", "text", (runs) => root(runs).run.scheduledFrom],
    ["FIRST_ERROR_TASK_NAME", "text", (runs) => firstError(runs)?.name],
    ["FIRST_ERROR_CODE", "text", (runs) => firstError(runs)?.run.errorCode],
    ["FIRST_ERROR_MESSAGE", "text", (runs) => firstError(runs)?.run.errorMessage],
    ["SCHEDULED_TIME", "time", (runs) => root(runs).run.scheduledOn],
    ["QUERY_START_TIME", "time", (runs) => root(runs).run.startedOn],
    ["NEXT_SCHEDULED_TIME", "time", () => null],
    [
      "COMPLETED_TIME",
      "time",
      (runs) => (isOver(runs) ? Math.max(...runs.map((e) => e.run.completedOn ?? 0)) : null),
    ],
    ["ROOT_TASK_ID", "text", (runs) => root(runs).run.rootTaskId],
    ["GRAPH_VERSION", "number", () => 1],
    ["RUN_ID", "number", (runs) => root(runs).run.scheduledOn],
    ["ATTEMPT_NUMBER", "number", (runs) => Math.max(...runs.map((e) => e.run.attempt))],
    ["CONFIG", "text", (runs) => root(runs).config],
    ["GRAPH_RUN_GROUP_ID", "number", (runs) => root(runs).run.graphRunId],
  ];
  const graphs = (ctx: StatementContext) => {
    const byRun = new Map<number, Entry[]>();
    for (const entry of entries(ctx)) {
      const runs = byRun.get(entry.run.graphRunId) ?? [];
      // The last attempt of each task counts.
      if (!runs.some((other) => other.run.taskId === entry.run.taskId)) runs.push(entry);
      byRun.set(entry.run.graphRunId, runs);
    }
    return [...byRun.values()].filter((runs) => runs.some((e) => e.run.taskId === e.run.rootTaskId));
  };
  const graphFunction = (name: string, over: boolean) =>
    historyFunction(name, ["RESULT_LIMIT", "ROOT_TASK_NAME"], graphFields, (ctx, args, database) => {
      const wanted = textArgument(args, "ROOT_TASK_NAME")?.toUpperCase() ?? null;
      const isVisible = visible(ctx);
      return graphs(ctx)
        .filter((runs) => isOver(runs) === over && root(runs).databaseId === database.id)
        .filter((runs) => wanted === null || root(runs).name.toUpperCase() === wanted)
        .filter((runs) => isVisible(root(runs)))
        .slice(0, limitArgument(args, 1000));
    });
  graphFunction("CURRENT_TASK_GRAPHS", false);
  graphFunction("COMPLETE_TASK_GRAPHS", true);
  usageView("COMPLETE_TASK_GRAPHS", graphFields, (ctx) => graphs(ctx).filter(isOver));
}

const root = (runs: Entry[]): Entry => runs.find((e) => e.run.taskId === e.run.rootTaskId) ?? runs[0]!;
const firstError = (runs: Entry[]) => runs.findLast((e) => e.run.state.startsWith("FAILED"));
const isOver = (runs: Entry[]) =>
  runs.every((e) => e.run.state !== "SCHEDULED" && e.run.state !== "EXECUTING");

function graphState(runs: Entry[]): string {
  if (!isOver(runs)) return runs.some((e) => e.run.state === "EXECUTING") ? "EXECUTING" : "SCHEDULED";
  if (firstError(runs)) return "FAILED";
  return root(runs).run.state === "SKIPPED" ? "SKIPPED" : "SUCCEEDED";
}
