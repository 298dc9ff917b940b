import type { CatalogObject, TaskProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { printed } from "./objects.ts";

type Task = CatalogObject<"TASK">;

/** Source: "Introduction to tasks", task graphs: limits. */
const MOST_TASKS = 1000;
const MOST_PREDECESSORS = 100;
const MOST_CHILDREN = 100;

const liveTask = (ctx: StatementContext, id: number): Task | undefined => {
  const task = ctx.services.catalog.getAs("TASK", id);
  return task?.droppedOn === null ? task : undefined;
};

/** Roots of the graphs that the task belongs to: upwards over predecessors, or the finalized root. */
export function rootsOf(
  ctx: StatementContext,
  start: Pick<TaskProps, "predecessors" | "finalizes"> & { task?: Task },
): Task[] {
  const roots = new Map<number, Task>();
  const seen = new Set<number>();
  const open: number[] = [...start.predecessors, ...(start.finalizes === null ? [] : [start.finalizes])];
  if (open.length === 0 && start.task) return [start.task];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const task = liveTask(ctx, id);
    if (!task) continue;
    const up = [...task.props.predecessors, ...(task.props.finalizes === null ? [] : [task.props.finalizes])];
    const live = up.filter((other) => liveTask(ctx, other));
    if (live.length === 0) roots.set(task.id, task);
    else open.push(...live);
  }
  return [...roots.values()];
}

/** The root with every task below it, finalizer included. */
export function taskGraph(ctx: StatementContext, root: Task): Task[] {
  const all = ctx.services.catalog.list("TASK", root.parent);
  const found = new Map<number, Task>([[root.id, root]]);
  const open = [root.id];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const task of all)
      if (!found.has(task.id) && (task.props.predecessors.includes(id) || task.props.finalizes === id)) {
        found.set(task.id, task);
        open.push(task.id);
      }
  return [...found.values()];
}

const notSuspended = (ctx: StatementContext, root: Task) =>
  errors.compilation(
    "091089",
    "22000",
    `Unable to update graph with root task ${printed(ctx, root)} since that root task is not suspended.`,
  );

/** A graph changes only while its root is suspended. */
export function requireSuspendedRoot(ctx: StatementContext, task: Task): void {
  for (const root of rootsOf(ctx, { ...task.props, task }))
    if (root.props.state === "started") throw notSuspended(ctx, root);
}

/** The same for a task that is being created below others; and the limits of what it joins. */
export function checkAfter(ctx: StatementContext, props: TaskProps): void {
  for (const root of rootsOf(ctx, props)) {
    if (root.props.state === "started") throw notSuspended(ctx, root);
    if (taskGraph(ctx, root).length >= MOST_TASKS)
      throw errors.compilation("091084", "22000", `A task graph can have at most ${MOST_TASKS} tasks.`);
  }
  checkLimits(ctx, props);
  if (props.finalizes !== null) checkFinalizer(ctx, props.finalizes, null);
}

function checkLimits(ctx: StatementContext, props: TaskProps): void {
  if (props.predecessors.length > MOST_PREDECESSORS)
    throw errors.compilation("091084", "22000", `A task can have at most ${MOST_PREDECESSORS} predecessors.`);
  for (const id of props.predecessors) {
    const parent = liveTask(ctx, id);
    if (!parent) continue;
    const children = ctx.services.catalog
      .list("TASK", parent.parent)
      .filter((task) => task.props.predecessors.includes(id));
    if (children.length >= MOST_CHILDREN)
      throw errors.compilation("091084", "22000", `A task can have at most ${MOST_CHILDREN} child tasks.`);
    if (parent.props.finalizes !== null)
      throw errors.compilation(
        "091086",
        "22000",
        `Finalizer task ${printed(ctx, parent)} cannot have child tasks.`,
      );
  }
}

function checkFinalizer(ctx: StatementContext, rootId: number, ownId: number | null): void {
  const root = liveTask(ctx, rootId);
  if (!root) return;
  if (root.props.predecessors.length > 0 || root.props.finalizes !== null)
    throw errors.compilation("091086", "22000", `Task ${printed(ctx, root)} is not a root task.`);
  const other = ctx.services.catalog
    .list("TASK", root.parent)
    .find((task) => task.props.finalizes === rootId && task.id !== ownId);
  if (other)
    throw errors.compilation(
      "091086",
      "22000",
      `Root task ${printed(ctx, root)} already has the finalizer task ${printed(ctx, other)}.`,
    );
}

/** A changed task must leave no cycle, and the roots that it joins must be suspended. */
export function checkGraph(ctx: StatementContext, task: Task, props: TaskProps): void {
  const joined = props.predecessors.filter((id) => !task.props.predecessors.includes(id));
  const newFinalized = props.finalizes !== null && props.finalizes !== task.props.finalizes;
  if (joined.length > 0 || newFinalized) {
    for (const root of rootsOf(ctx, props)) if (root.props.state === "started") throw notSuspended(ctx, root);
    checkLimits(ctx, { ...props, predecessors: joined });
    if (newFinalized) checkFinalizer(ctx, props.finalizes!, task.id);
  }
  const seen = new Set<number>();
  const open = [...props.predecessors];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === task.id)
      throw errors.compilation(
        "091082",
        "22000",
        `Graph has at least one cycle containing task ${printed(ctx, task)}.`,
      );
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(liveTask(ctx, id)?.props.predecessors ?? []));
  }
}
