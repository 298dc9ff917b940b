import type { ConnectionPool } from "../session/connections.ts";
import { textOrNull } from "../storage/duck-text.ts";
import type { WorkTracker } from "../work-tracker.ts";

export type TaskRunState =
  | "SCHEDULED"
  | "EXECUTING"
  | "SUCCEEDED"
  | "FAILED"
  | "FAILED_AND_AUTO_SUSPENDED"
  | "SKIPPED"
  | "CANCELLED";

/** One run of one task within a run of its graph. Times in milliseconds. */
export interface TaskRun {
  graphRunId: number;
  taskId: number;
  rootTaskId: number;
  attempt: number;
  state: TaskRunState;
  scheduledOn: number;
  startedOn: number | null;
  completedOn: number | null;
  queryId: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  returnValue: string | null;
  scheduledFrom: "SCHEDULE" | "EXECUTE TASK" | "TRIGGER" | "TASK AUTO RETRY";
}

/** What is known of a task beyond its definition. */
export interface TaskState {
  taskId: number;
  /** Interval schedules count from here. */
  baseOn: number;
  failures: number;
  /** Last run of the graph (of which it is the root) that came to its end. */
  endedGraph: number;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS sys.task_run (
    graph_run_id BIGINT NOT NULL, task_id BIGINT NOT NULL, attempt INTEGER NOT NULL, root_task_id BIGINT NOT NULL,
    state VARCHAR NOT NULL, scheduled_on BIGINT NOT NULL, started_on BIGINT, completed_on BIGINT, query_id VARCHAR,
    error_code VARCHAR, error_message VARCHAR, return_value VARCHAR, scheduled_from VARCHAR NOT NULL,
    PRIMARY KEY (graph_run_id, task_id, attempt));
  CREATE TABLE IF NOT EXISTS sys.task_state (
    task_id BIGINT PRIMARY KEY, base_on BIGINT NOT NULL, failures INTEGER NOT NULL,
    ended_graph BIGINT NOT NULL);
`;

export const isOver = (state: TaskRunState): boolean => state !== "SCHEDULED" && state !== "EXECUTING";

/** Statement that writes a run's present state; also run inside the task's own transaction, with its success. */
export const writeRunSql = (run: TaskRun): string =>
  `INSERT OR REPLACE INTO sys.task_run VALUES (${run.graphRunId}, ${run.taskId}, ${run.attempt}, ${run.rootTaskId},
   '${run.state}', ${run.scheduledOn}, ${run.startedOn}, ${run.completedOn}, ${textOrNull(run.queryId)},
   ${textOrNull(run.errorCode)}, ${textOrNull(run.errorMessage)}, ${textOrNull(run.returnValue)}, '${run.scheduledFrom}')`;

/** Runs and states on disk; the last runs in memory too. Writes keep their order. */
export class TaskRuns {
  readonly #pool: ConnectionPool;
  readonly #tracker: WorkTracker;
  readonly #recent: TaskRun[] = [];
  readonly #states = new Map<number, TaskState>();
  #writes: Promise<unknown> = Promise.resolve();
  #nextGraphRun = 1;

  constructor(pool: ConnectionPool, tracker: WorkTracker) {
    this.#pool = pool;
    this.#tracker = tracker;
  }

  /** Returns the runs of graphs that had not ended. */
  async load(): Promise<TaskRun[]> {
    return this.#pool.use(async (connection) => {
      await connection.run(TABLES);
      const states = await connection.runAndReadAll(
        "SELECT task_id, base_on, failures, ended_graph FROM sys.task_state",
      );
      for (const [taskId, baseOn, failures, endedGraph] of states.getRows())
        this.#states.set(Number(taskId), {
          taskId: Number(taskId),
          baseOn: Number(baseOn),
          failures: Number(failures),
          endedGraph: Number(endedGraph),
        });
      const reader = await connection.runAndReadAll(
        "SELECT * FROM (SELECT * FROM sys.task_run ORDER BY scheduled_on DESC, graph_run_id DESC LIMIT 20000) ORDER BY scheduled_on, graph_run_id, attempt",
      );
      const runs = reader.getRowObjectsJson().map((row): TaskRun => {
        const time = (name: string) => (row[name] === null ? null : Number(row[name]));
        const text = (name: string) => (row[name] === null ? null : String(row[name]));
        return {
          graphRunId: Number(row["graph_run_id"]),
          taskId: Number(row["task_id"]),
          rootTaskId: Number(row["root_task_id"]),
          attempt: Number(row["attempt"]),
          state: String(row["state"]) as TaskRunState,
          scheduledOn: Number(row["scheduled_on"]),
          startedOn: time("started_on"),
          completedOn: time("completed_on"),
          queryId: text("query_id"),
          errorCode: text("error_code"),
          errorMessage: text("error_message"),
          returnValue: text("return_value"),
          scheduledFrom: String(row["scheduled_from"]) as TaskRun["scheduledFrom"],
        };
      });
      this.#recent.push(...runs);
      for (const run of runs) this.#nextGraphRun = Math.max(this.#nextGraphRun, run.graphRunId + 1);
      const skipped = new Set(
        runs
          .filter((run) => run.taskId === run.rootTaskId && run.state === "SKIPPED")
          .map((run) => run.graphRunId),
      );
      const isOpen = (run: TaskRun) =>
        run.graphRunId > (this.#states.get(run.rootTaskId)?.endedGraph ?? 0) && !skipped.has(run.graphRunId);
      return runs.filter(isOpen);
    });
  }

  newGraphRun(): number {
    return this.#nextGraphRun++;
  }

  /** Keeps a new run; `save` writes it whenever it changes. */
  add(run: TaskRun): void {
    this.#recent.push(run);
    if (this.#recent.length > 20_000) this.#recent.splice(0, 2000);
  }

  recent(): readonly TaskRun[] {
    return this.#recent;
  }

  save(run: TaskRun): Promise<void> {
    return this.#write(writeRunSql(run));
  }

  state(taskId: number): TaskState | undefined {
    return this.#states.get(taskId);
  }

  setState(taskId: number, fields: Partial<TaskState>): Promise<void> {
    const state = { baseOn: -1, failures: 0, endedGraph: 0, ...this.#states.get(taskId), ...fields, taskId };
    this.#states.set(taskId, state);
    return this.#write(
      `INSERT OR REPLACE INTO sys.task_state VALUES (${state.taskId}, ${state.baseOn}, ${state.failures}, ${state.endedGraph})`,
    );
  }

  #write(sql: string): Promise<void> {
    const write = this.#writes
      .catch(() => {})
      .then(() =>
        this.#pool.use(async (connection) => {
          await connection.run(sql);
        }),
      );
    this.#writes = write;
    return this.#tracker.track(write);
  }
}
