import { hasPrivilege } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { RealClock } from "../clock.ts";
import { SnowflakeError } from "../errors.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { RunningTask, Services, StatementContext } from "../session/context.ts";
import type { Engine } from "../session/engine.ts";
import type { Executor } from "../session/executor.ts";
import { failures, toSnowflakeError } from "../session/failures.ts";
import type { SessionManager } from "../session/manager.ts";
import { objectParameter } from "../session/parameters.ts";
import { newQueryId } from "../session/query-id.ts";
import type { Session } from "../session/session.ts";
import { predecessorsState } from "./graph.ts";
import { type TaskRun, type TaskRuns, writeRunSql } from "./task-run.ts";

type Task = CatalogObject<"TASK">;

export interface TaskParts {
  services: Services;
  sessions: SessionManager;
  executor: Executor;
  engine: Engine;
  pool: ConnectionPool;
  runs: TaskRuns;
  bySession: Map<string, RunningTask>;
  /** Bills a serverless run: size as the task's parameters have it, milliseconds. */
  billServerless(taskId: number, startedOn: number, endedOn: number): Promise<void>;
}

/** A run takes real time whatever clock drives the account. */
const wallClock = new RealClock();

interface Graph {
  id: number;
  rootId: number;
  attempt: number;
  scheduledOn: number;
  config: string | null;
  runs: ReadonlyMap<number, TaskRun>;
}

/** A session with the task owner's role in the task's schema, on its warehouse or on none (serverless). */
async function taskSession(
  parts: TaskParts,
  task: Task,
  beforeCommit?: Session["beforeCommit"],
): Promise<Session> {
  const { catalog } = parts.services;
  const parameters = Object.fromEntries(
    Object.entries(task.props.parameters).filter(([name]) => !name.includes("TASK")),
  );
  return parts.sessions.openInternal({
    roleId: task.owner,
    warehouseId: task.props.warehouseId,
    databaseId: catalog.get(task.parent)?.parent ?? null,
    schemaId: task.parent,
    managed: task.props.warehouseId === null,
    parameters,
    beforeCommit,
  });
}

const evaluate = (parts: TaskParts, session: Session, condition: string): Promise<boolean> =>
  parts.executor.within(session, condition, (context) => parts.engine.evaluateCondition(context, condition));

/** WHEN of a task, outside of a run (triggered tasks). Evaluated by cloud services: no warehouse. */
export async function evaluateTrigger(parts: TaskParts, taskId: number): Promise<boolean> {
  const task = parts.services.catalog.getAs("TASK", taskId);
  if (!task?.props.condition) return false;
  const session = await taskSession(parts, task);
  try {
    return await evaluate(parts, session, task.props.condition);
  } finally {
    await parts.sessions.closeInternal(session);
  }
}

/** Runs one task to its end and writes every state on the way. Never throws for the task's own failure. */
export async function runTask(parts: TaskParts, graph: Graph, run: TaskRun): Promise<void> {
  const { catalog, clock } = parts.services;
  const task = catalog.getAs("TASK", run.taskId);
  const finish = async (state: TaskRun["state"], error: SnowflakeError | null) => {
    run.state = state;
    run.completedOn = clock.now();
    run.errorCode = error?.code ?? null;
    run.errorMessage = error?.message ?? null;
    await parts.runs.save(run);
  };
  if (!task || task.droppedOn !== null) return finish("CANCELLED", null);
  // A root's turn that its WHEN declines is written once, as skipped.
  if (run.taskId !== graph.rootId) await parts.runs.save(run);
  const single = ["DML", "COPY"].includes(parts.engine.classify(task.props.definition));
  // The statement's own transaction carries its success: after a kill the task has run, or it has not.
  const withSuccess: Session["beforeCommit"] = async (transaction) => {
    await transaction.connection.run(writeRunSql({ ...run, state: "SUCCEEDED", completedOn: clock.now() }));
  };
  const session = await taskSession(parts, task, single ? withSuccess : undefined);
  parts.bySession.set(session.id, describeRun(parts.services, graph, run, task));
  try {
    if (task.props.condition !== null) {
      const due = await evaluate(parts, session, task.props.condition);
      if (!due)
        return await finish(
          "SKIPPED",
          new SnowflakeError("0040003", "00000", "Conditional expression for task evaluated to false."),
        );
    }
    if (!hasPrivilege({ services: parts.services, session } as StatementContext, "EXECUTE TASK", "ACCOUNT"))
      throw new SnowflakeError(
        "091089",
        "23001",
        "Cannot execute task, EXECUTE TASK privilege must be granted to owner role",
      );
    run.state = "EXECUTING";
    run.startedOn = clock.now();
    run.queryId = newQueryId(run.startedOn);
    // Before the statement begins: its transaction writes the same row.
    await parts.runs.save(run);
    const running = parts.executor.start(session, task.props.definition, {
      nested: true,
      queryId: run.queryId,
    });
    const timeout = Number(objectParameter(catalog, task.id, "USER_TASK_TIMEOUT_MS").value);
    const cancel =
      timeout > 0
        ? wallClock.schedule(wallClock.now() + timeout, () =>
            running.abort(failures.timeout(Math.ceil(timeout / 1000))),
          )
        : () => {};
    try {
      await running.done;
    } finally {
      cancel();
      if (task.props.warehouseId === null) await parts.billServerless(task.id, run.startedOn, clock.now());
    }
    await finish("SUCCEEDED", null);
  } catch (thrown) {
    await finish("FAILED", toSnowflakeError(thrown));
  } finally {
    parts.bySession.delete(session.id);
    await parts.sessions.closeInternal(session);
  }
}

/** The keys of the run's own configuration win over those of the task's. Source: "EXECUTE TASK". */
function mergedConfig(ofTask: string | null, ofRun: string | null): string | null {
  if (ofRun === null) return ofTask;
  return JSON.stringify({ ...(JSON.parse(ofTask ?? "{}") as object), ...(JSON.parse(ofRun) as object) });
}

function describeRun(services: Services, graph: Graph, run: TaskRun, task: Task): RunningTask {
  const { catalog } = services;
  const root = catalog.getAs("TASK", graph.rootId);
  const nameOf = (id: number) => catalog.get(id)?.name ?? "";
  const enabled = () =>
    task.props.predecessors.filter(
      (id) => id === graph.rootId || catalog.getAs("TASK", id)?.props.state === "started",
    );
  const time = (ms: number) => new Date(ms).toISOString().replace("T", " ").replace("Z", "");
  const schema = catalog.get(task.parent);
  const database = schema && catalog.get(schema.parent);
  return {
    taskId: task.id,
    rootTaskId: graph.rootId,
    config: mergedConfig(root?.props.config ?? null, graph.config),
    info: {
      CURRENT_TASK_NAME: [database?.name, schema?.name, task.name].join("."),
      CURRENT_ROOT_TASK_NAME: [database?.name, schema?.name, root?.name].join("."),
      CURRENT_ROOT_TASK_UUID: String(graph.rootId),
      CURRENT_TASK_GRAPH_RUN_GROUP_ID: String(graph.id),
      CURRENT_TASK_GRAPH_ORIGINAL_SCHEDULED_TIMESTAMP: time(graph.scheduledOn),
      LAST_SUCCESSFUL_TASK_GRAPH_RUN_GROUP_ID: null,
      LAST_SUCCESSFUL_TASK_GRAPH_ORIGINAL_SCHEDULED_TIMESTAMP: null,
    },
    setReturnValue(value) {
      run.returnValue = value;
    },
    predecessorReturnValue(name) {
      const before = enabled();
      if (name === null)
        return before.length === 1 ? (graph.runs.get(before[0]!)?.returnValue ?? null) : undefined;
      // An ancestor further up is found as well.
      const found = [...graph.runs.values()].find((other) => nameOf(other.taskId) === name);
      return found ? found.returnValue : undefined;
    },
    predecessorsState: (which) =>
      predecessorsState(
        which,
        enabled().map((id) => graph.runs.get(id)?.state ?? "SKIPPED"),
      ),
    completionState(name) {
      const found = [...graph.runs.values()].find((other) => nameOf(other.taskId) === name.toUpperCase());
      if (found) return found.state;
      return catalog.find("TASK", task.parent, name.toUpperCase()) ? "NOT_EXECUTED" : undefined;
    },
  };
}
