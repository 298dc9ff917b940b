import type { CatalogObject } from "../catalog/model.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { RunningTask, Services } from "../session/context.ts";
import type { Engine } from "../session/engine.ts";
import type { Executor } from "../session/executor.ts";
import type { SessionManager } from "../session/manager.ts";
import { objectParameter } from "../session/parameters.ts";
import type { TableVersions } from "../storage/versions.ts";
import type { WorkTracker } from "../work-tracker.ts";
import { decidesByPredecessors, type GraphTask, nextSteps } from "./graph.ts";
import { evaluateTrigger, runTask, type TaskParts } from "./run-task.ts";
import { isOver, type TaskRun, type TaskRunState, TaskRuns } from "./task-run.ts";
import { nextRun, parseSchedule } from "./task-schedule.ts";

type Task = CatalogObject<"TASK">;

/** One run of a graph: the same tasks may be tried again (attempt) under the same id. */
interface GraphRun {
  id: number;
  rootId: number;
  attempt: number;
  scheduledOn: number;
  from: TaskRun["scheduledFrom"];
  /** EXECUTE TASK … USING CONFIG. */
  config: string | null;
  runs: Map<number, TaskRun>;
}

/** Runs tasks by schedule, by graph, by stream trigger and by EXECUTE TASK. */
export class Scheduler {
  readonly runs: TaskRuns;
  readonly #services: Services;
  readonly #parts: TaskParts;
  readonly #tracker: WorkTracker;
  readonly #versions: TableVersions;
  readonly #timers = new Map<number, () => void>();
  readonly #active = new Map<number, GraphRun>();
  readonly #lastGraph = new Map<number, GraphRun>();
  readonly #bySession = new Map<string, RunningTask>();
  readonly #triggered = new Map<number, { lastOn: number; cancel: (() => void) | null }>();
  #closing = false;

  constructor(parts: {
    services: Services;
    sessions: SessionManager;
    executor: Executor;
    engine: Engine;
    pool: ConnectionPool;
    tracker: WorkTracker;
    billServerless: TaskParts["billServerless"];
  }) {
    this.#services = parts.services;
    this.#tracker = parts.tracker;
    this.#versions = parts.services.versions;
    this.runs = new TaskRuns(parts.pool, parts.tracker);
    this.#parts = { ...parts, bySession: this.#bySession, runs: this.runs };
  }

  /** Arms schedules and takes up graphs that a kill interrupted: what had committed is not run again. */
  async start(): Promise<void> {
    const open = await this.runs.load();
    this.#services.catalog.onChange((changed) => {
      for (const object of changed) if (object.kind === "TASK") this.taskChanged(object.id);
      // A directory table was refreshed, which a stream may show.
      if (changed.some(({ kind }) => kind === "STAGE")) this.#dataChanged();
    });
    this.#versions.onCommit(() => this.#dataChanged());
    for (const task of this.#services.catalog.listAll("TASK")) this.#arm(task);
    for (const graph of graphsOf(open)) {
      if (!this.#services.catalog.getAs("TASK", graph.rootId)) continue;
      this.#active.set(graph.rootId, graph);
      this.#lastGraph.set(graph.rootId, graph);
      for (const run of graph.runs.values()) if (!isOver(run.state)) this.#launch(graph, run);
      this.#advance(graph);
    }
  }

  /** No new runs; those that run are cancelled by the closing of their sessions. */
  close(): void {
    this.#closing = true;
    for (const cancel of this.#timers.values()) cancel();
    for (const { cancel } of this.#triggered.values()) cancel?.();
  }

  taskOf(sessionId: string): RunningTask | undefined {
    return this.#bySession.get(sessionId);
  }

  /** Cancels what runs of the task, and of its graph when it is the root. */
  cancelTask(taskId: number): void {
    for (const [sessionId, task] of this.#bySession)
      if (task.taskId === taskId || task.rootTaskId === taskId)
        this.#services.runtime.statements.cancelSession(sessionId, false);
  }

  /** EXECUTE TASK: one run of the graph now, also of a suspended root. RETRY LAST repeats what failed last. */
  async executeTask(taskId: number, retryLast: boolean, config: string | null = null): Promise<void> {
    const last = this.#lastGraph.get(taskId);
    if (retryLast && last && !this.#active.has(taskId)) this.#retry(last, "EXECUTE TASK");
    else this.#begin(taskId, this.#services.clock.now(), "EXECUTE TASK", config);
  }

  taskChanged(taskId: number): void {
    const task = this.#services.catalog.getAs("TASK", taskId);
    this.#timers.get(taskId)?.();
    this.#timers.delete(taskId);
    if (!task || task.droppedOn !== null || task.props.state !== "started") {
      this.#triggered.get(taskId)?.cancel?.();
      this.#triggered.delete(taskId);
      const known = this.runs.state(taskId);
      // Resuming starts the interval and the count of failures anew.
      if (known && task) void this.runs.setState(taskId, { baseOn: -1, failures: 0 }).catch(() => {});
      return;
    }
    this.#arm(task);
  }

  #arm(task: Task): void {
    if (this.#closing || task.props.state !== "started") return;
    const { clock } = this.#services;
    if (task.props.schedule === null) {
      if (isTriggered(task) && !this.#triggered.has(task.id)) {
        this.#triggered.set(task.id, { lastOn: Number.NEGATIVE_INFINITY, cancel: null });
        this.#checkTrigger(task.id);
      }
      return;
    }
    const schedule = parseSchedule(task.props.schedule);
    const now = clock.now();
    let base = this.runs.state(task.id)?.baseOn ?? -1;
    if (base < 0) {
      base = now;
      void this.runs.setState(task.id, { baseOn: now }).catch(() => {});
    }
    const at = nextRun(schedule, base, now);
    if (at === null) return;
    this.#timers.get(task.id)?.();
    this.#timers.set(
      task.id,
      clock.schedule(at, () => {
        this.#timers.delete(task.id);
        const current = this.#services.catalog.getAs("TASK", task.id);
        if (this.#closing || !current || current.droppedOn !== null || current.props.state !== "started")
          return;
        this.#arm(current);
        this.#begin(task.id, at, "SCHEDULE");
      }),
    );
  }

  /** Something committed: triggered tasks look at their streams, at most once per minimum interval. */
  #dataChanged(): void {
    for (const [taskId, trigger] of this.#triggered) if (!trigger.cancel) this.#checkTrigger(taskId);
  }

  #checkTrigger(taskId: number): void {
    const trigger = this.#triggered.get(taskId);
    if (!trigger || this.#closing) return;
    const { catalog, clock } = this.#services;
    const seconds = Number(
      objectParameter(catalog, taskId, "USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS").value,
    );
    const at = Math.max(clock.now(), trigger.lastOn + seconds * 1000);
    trigger.cancel = clock.schedule(at, () => {
      trigger.cancel = null;
      if (this.#closing || this.#active.has(taskId)) return;
      void this.#tracker
        .track(evaluateTrigger(this.#parts, taskId))
        .then((due) => {
          if (!due || this.#active.has(taskId)) return;
          trigger.lastOn = clock.now();
          this.#begin(taskId, clock.now(), "TRIGGER");
        })
        .catch(() => {});
    });
  }

  #begin(
    rootId: number,
    scheduledOn: number,
    from: TaskRun["scheduledFrom"],
    config: string | null = null,
  ): void {
    const root = this.#services.catalog.getAs("TASK", rootId);
    if (!root || root.droppedOn !== null) return;
    // Source: ALLOW_OVERLAPPING_EXECUTION: without it a run that is due while one runs is left out.
    if (this.#active.has(rootId) && !root.props.allowOverlappingExecution) return;
    const graph: GraphRun = {
      id: this.runs.newGraphRun(),
      rootId,
      attempt: 1,
      scheduledOn,
      from,
      config,
      runs: new Map(),
    };
    this.#active.set(rootId, graph);
    this.#lastGraph.set(rootId, graph);
    this.#launch(graph, this.#newRun(graph, rootId, "SCHEDULED"));
  }

  #newRun(graph: GraphRun, taskId: number, state: TaskRunState): TaskRun {
    const over = isOver(state);
    const now = this.#services.clock.now();
    const run: TaskRun = {
      graphRunId: graph.id,
      taskId,
      rootTaskId: graph.rootId,
      attempt: graph.attempt,
      state,
      scheduledOn: graph.scheduledOn,
      startedOn: null,
      completedOn: over ? now : null,
      queryId: null,
      errorCode: null,
      errorMessage: null,
      returnValue: null,
      scheduledFrom: graph.from,
    };
    graph.runs.set(taskId, run);
    this.runs.add(run);
    return run;
  }

  #launch(graph: GraphRun, run: TaskRun): void {
    const work = runTask(this.#parts, graph, run)
      .catch(() => {})
      .then(() => this.#advance(graph));
    void this.#tracker.track(work).catch(() => {});
  }

  /** Starts what the states allow; ends the graph when nothing is left. */
  #advance(graph: GraphRun): void {
    if (this.#closing) return;
    const tasks = this.#tasksOf(graph.rootId);
    for (;;) {
      const states = new Map([...graph.runs].map(([id, run]) => [id, run.state]));
      const steps = nextSteps(graph.rootId, tasks, states);
      let skipped = false;
      for (const step of steps) {
        if (step.does === "RUN") this.#launch(graph, this.#newRun(graph, step.taskId, "SCHEDULED"));
        else {
          skipped = true;
          void this.runs.save(this.#newRun(graph, step.taskId, "SKIPPED")).catch(() => {});
        }
      }
      if (skipped) continue;
      if (steps.length === 0 && [...graph.runs.values()].every((run) => isOver(run.state))) this.#end(graph);
      return;
    }
  }

  #end(graph: GraphRun): void {
    if (this.#active.get(graph.rootId) !== graph) return;
    this.#active.delete(graph.rootId);
    const { catalog } = this.#services;
    const root = catalog.getAs("TASK", graph.rootId);
    if (!root) return;
    const failed = [...graph.runs.values()].filter((run) => run.state === "FAILED");
    const retries = Number(objectParameter(catalog, root.id, "TASK_AUTO_RETRY_ATTEMPTS").value);
    if (failed.length > 0 && graph.attempt <= retries && graph.from !== "EXECUTE TASK") {
      this.#retry(graph, "TASK AUTO RETRY");
      return;
    }
    const before = this.runs.state(root.id)?.failures ?? 0;
    const ran = [...graph.runs.values()].some((run) => run.state !== "SKIPPED");
    const failures = failed.length > 0 ? before + 1 : ran ? 0 : before;
    if (ran) void this.runs.setState(root.id, { failures, endedGraph: graph.id }).catch(() => {});
    const most = Number(objectParameter(catalog, root.id, "SUSPEND_TASK_AFTER_NUM_FAILURES").value);
    if (failed.length > 0 && most > 0 && failures >= most && root.props.state === "started") {
      for (const run of failed) {
        run.state = "FAILED_AND_AUTO_SUSPENDED";
        void this.runs.save(run).catch(() => {});
      }
      void this.#tracker.track(this.#suspend(root)).catch(() => {});
    }
    if (this.#triggered.has(root.id)) this.#checkTrigger(root.id);
  }

  /** The failed tasks and what came after them run again; what succeeded stays. */
  #retry(graph: GraphRun, from: TaskRun["scheduledFrom"]): void {
    const again: GraphRun = { ...graph, attempt: graph.attempt + 1, from, runs: new Map() };
    for (const [id, run] of graph.runs) if (run.state === "SUCCEEDED") again.runs.set(id, run);
    this.#active.set(graph.rootId, again);
    this.#lastGraph.set(graph.rootId, again);
    if (!again.runs.has(graph.rootId)) this.#launch(again, this.#newRun(again, graph.rootId, "SCHEDULED"));
    else this.#advance(again);
  }

  async #suspend(root: Task): Promise<void> {
    const { catalog, clock } = this.#services;
    await this.#parts.pool.use((connection) =>
      catalog.change(connection, (change) => {
        change.update(root, {
          props: {
            ...root.props,
            state: "suspended",
            lastSuspendedOn: clock.now(),
            lastSuspendedReason: "AUTO_SUSPENDED",
          },
        });
      }),
    );
  }

  /** The root and all that hangs on it. */
  #tasksOf(rootId: number): GraphTask[] {
    const all = this.#services.catalog.listAll("TASK");
    const members = new Set([rootId]);
    for (let grown = true; grown; ) {
      grown = false;
      for (const task of all) {
        if (members.has(task.id)) continue;
        if (task.props.finalizes === rootId || task.props.predecessors.some((id) => members.has(id))) {
          members.add(task.id);
          grown = true;
        }
      }
    }
    return all
      .filter((task) => members.has(task.id))
      .map(({ id, props }) => ({
        id,
        predecessors: props.predecessors,
        finalizes: props.finalizes,
        started: props.state === "started",
        condition: props.condition,
      }));
  }
}

const isTriggered = ({ props }: Task): boolean =>
  props.schedule === null &&
  props.predecessors.length === 0 &&
  props.finalizes === null &&
  props.condition !== null &&
  !decidesByPredecessors(props.condition);

/** Interrupted graphs as they stood: the last attempt's runs, and what had succeeded before. */
function graphsOf(runs: TaskRun[]): GraphRun[] {
  const graphs = new Map<number, GraphRun>();
  for (const run of runs) {
    const graph = graphs.get(run.graphRunId) ?? {
      id: run.graphRunId,
      rootId: run.rootTaskId,
      attempt: run.attempt,
      scheduledOn: run.scheduledOn,
      from: run.scheduledFrom,
      // A configuration of its own is not kept over a restart.
      config: null,
      runs: new Map<number, TaskRun>(),
    };
    if (run.attempt > graph.attempt) {
      graph.attempt = run.attempt;
      for (const [id, old] of graph.runs) if (old.state !== "SUCCEEDED") graph.runs.delete(id);
    }
    graph.runs.set(run.taskId, run);
    graphs.set(run.graphRunId, graph);
  }
  return [...graphs.values()];
}
