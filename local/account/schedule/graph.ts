import { tokenize } from "../commands/index.ts";
import type { TaskRunState } from "./task-run.ts";

/** What of a task decides when it runs within its graph. */
export interface GraphTask {
  id: number;
  predecessors: number[];
  finalizes: number | null;
  started: boolean;
  condition: string | null;
}

/** Functions with which a WHEN decides by the outcome of other tasks itself. */
const BRANCHING = new Set(["SYSTEM$PREDECESSORS_STATE", "SYSTEM$TASK_COMPLETION_STATE"]);

/** Does the WHEN text look at the states of other tasks? Then it is evaluated whatever these are. */
export function decidesByPredecessors(condition: string | null): boolean {
  if (condition === null) return false;
  return tokenize(condition).some((token) => BRANCHING.has(token.image.toUpperCase()));
}

export type Step = { taskId: number; does: "RUN" } | { taskId: number; does: "SKIP" };

/**
 * Tasks whose turn has come, given the states so far. A suspended task counts as not there; a task runs when all its
 * resumed predecessors succeeded (at least one is resumed), is skipped when one was skipped or failed, unless its WHEN
 * looks at the predecessors' states, which is then evaluated after all of them are over. The finalizer comes last.
 * Source: "Create a sequence of tasks with a task graph", SYSTEM$PREDECESSORS_STATE.
 */
export function nextSteps(
  rootId: number,
  tasks: readonly GraphTask[],
  states: ReadonlyMap<number, TaskRunState>,
): Step[] {
  // Source: TASK_HISTORY: a graph whose root was skipped has no further runs.
  if (states.get(rootId) === "SKIPPED") return [];
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const steps: Step[] = [];
  const ended = (id: number) => {
    const state = states.get(id);
    return state !== undefined && state !== "SCHEDULED" && state !== "EXECUTING";
  };
  const reachable = (task: GraphTask) =>
    task.predecessors.filter((id) => byId.get(id)?.started || id === rootId);
  let waiting = false;
  for (const task of tasks) {
    if (task.id === rootId || task.finalizes !== null || states.has(task.id)) continue;
    if (!task.started) continue;
    const before = reachable(task);
    if (before.length === 0) continue;
    if (!before.every(ended)) {
      if (before.some((id) => states.has(id) || willRun(id, rootId, byId))) waiting = true;
      continue;
    }
    const all = before.map((id) => states.get(id)!);
    const run = decidesByPredecessors(task.condition) || all.every((state) => state === "SUCCEEDED");
    steps.push({ taskId: task.id, does: run ? "RUN" : "SKIP" });
  }
  const busy = waiting || steps.length > 0 || [...states.keys()].some((id) => !ended(id));
  if (!busy)
    for (const task of tasks)
      if (task.finalizes === rootId && task.started && !states.has(task.id))
        steps.push({ taskId: task.id, does: "RUN" });
  return steps;
}

/** Is the task reached from the root over resumed tasks? */
function willRun(id: number, rootId: number, byId: ReadonlyMap<number, GraphTask>, depth = 0): boolean {
  if (id === rootId) return true;
  const task = byId.get(id);
  if (!task?.started || depth > 1000) return false;
  return task.predecessors.some((before) => willRun(before, rootId, byId, depth + 1));
}

/** Value of SYSTEM$PREDECESSORS_STATE(which) for these states; null for an unknown keyword. */
export function predecessorsState(which: string, states: readonly TaskRunState[]): boolean | null {
  const failed = (state: TaskRunState) => state.startsWith("FAILED") || state === "CANCELLED";
  const succeeded = (state: TaskRunState) => state === "SUCCEEDED";
  const skipped = (state: TaskRunState) => state === "SKIPPED";
  switch (which.toUpperCase()) {
    case "ALL_SUCCEEDED":
      return states.every(succeeded);
    case "ALL_DONE":
      return true;
    case "ALL_FAILED":
      return states.every(failed);
    case "AT_LEAST_ONE_FAILED":
      return states.some(failed);
    case "AT_LEAST_ONE_SUCCEEDED":
      return states.some(succeeded);
    case "NONE_FAILED":
      return !states.some(failed);
    case "NONE_FAILED_MIN_ONE_SUCCEEDED":
      return !states.some(failed) && states.some(succeeded);
    case "ALL_SKIPPED":
      return states.every(skipped);
    case "NONE_SKIPPED":
      return !states.some(skipped);
    default:
      return null;
  }
}
