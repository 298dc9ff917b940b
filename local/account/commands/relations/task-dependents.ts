import { parseName, requirePrivilege, resolveObject } from "../../access/index.ts";
import { errors } from "../../errors.ts";
import { historyFunction, textArgument } from "../../history/relation.ts";
import type { StatementContext } from "../../session/context.ts";
import { commonRow } from "../family.ts";
import type { ShowRow } from "../show.ts";
import { taskGraph } from "../task-graph.ts";
import { TASK_COLUMNS, taskRow } from "../task-shows.ts";

const isTime = (name: string) => name.endsWith("_on");

/** The tasks of a graph below a task, itself first, as SHOW TASKS shows them. Source: "TASK_DEPENDENTS". */
export function registerTaskDependents(): void {
  historyFunction<ShowRow>(
    "TASK_DEPENDENTS",
    ["TASK_NAME", "RECURSIVE"],
    TASK_COLUMNS.map(([name]) => [
      name.toUpperCase(),
      isTime(name) ? "time" : "text",
      (row) => (isTime(name) ? millis(row[name]) : row[name]),
    ]),
    (ctx, args) => {
      const given = textArgument(args, "TASK_NAME") ?? "";
      const parts = parseName(given);
      if (!parts) throw errors.invalidValue(given, "TASK_NAME");
      const root = resolveObject(ctx, "TASK", parts);
      requirePrivilege(ctx, ["OWNERSHIP", "MONITOR", "OPERATE"], root);
      const recursive = String(args["RECURSIVE"] ?? true) !== "false";
      return taskGraph(ctx, root)
        .filter((task) => recursive || task.id === root.id || task.props.predecessors.includes(root.id))
        .map((task) => shown(ctx, task));
    },
  );
}

const shown = (ctx: StatementContext, task: Parameters<typeof taskRow>[1]): ShowRow => ({
  ...commonRow(ctx, task),
  ...taskRow(ctx, task),
});

/** A time as SHOW has it (nanoseconds), in milliseconds as a history has it. */
const millis = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number((value as bigint) / 1_000_000n);
