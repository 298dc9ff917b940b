/**
 * What the runs of tasks say, folded day by day: how late each model was, what failed, how often a run found work. Pure.
 * Times are milliseconds.
 */

/** One finished run, as TASK_HISTORY tells it. */
export interface TaskRunFact {
  task: string;
  /** The run of the whole graph that it belongs to. */
  graphRun: string;
  state: string;
  scheduled: number;
  completed: number;
  error: string | null;
}

export interface TaskFact {
  succeeded: number;
  /** Runs that found nothing to do, those of a root that started nothing included. */
  idle: number;
  failed: number;
  /** Runs that did not come to pass because a task before this one failed. */
  blocked: number;
  /** The last failure's words. */
  lastError: string | null;
  /** The longest wait of a delivery until its rows were in the target; null where none had to wait. */
  worstLag: number | null;
  /** Deliveries that no run has dealt with yet, oldest first. */
  waiting: number[];
}

/** By the task's name. */
export type TaskFacts = Record<string, TaskFact>;

const NOTHING: TaskFact = {
  succeeded: 0,
  idle: 0,
  failed: 0,
  blocked: 0,
  lastError: null,
  worstLag: null,
  waiting: [],
};

/**
 * Adds runs and deliveries to what is known. `roots` gives each task's root. A delivery waits for the first run that is
 * scheduled after it and succeeds; a run that finds nothing to do ends the wait too: nothing of it was the task's.
 */
export function addRuns(
  facts: TaskFacts,
  roots: Readonly<Record<string, string>>,
  deliveries: readonly number[],
  runs: readonly TaskRunFact[],
): TaskFacts {
  const byTask = Map.groupBy(runs, (run) => run.task);
  const broken = new Set(runs.filter((run) => isFailure(run.state)).map((run) => run.graphRun));
  return Object.fromEntries(
    Object.entries(roots).map(([task, root]) => {
      const own = byTask.get(task) ?? [];
      // A root that declines its turn starts nothing: there is no run of the others to read.
      const declined = task === root ? [] : (byTask.get(root) ?? []).filter((run) => run.state === "SKIPPED");
      const fact = { ...(facts[task] ?? NOTHING) };
      const waiting = [...fact.waiting, ...deliveries].sort((a, b) => a - b);
      for (const run of [...own, ...declined].sort((a, b) => a.completed - b.completed)) {
        const outcome = outcomeOf(run, broken);
        fact[outcome]++;
        if (outcome === "failed") fact.lastError = run.error ?? run.state;
        if (outcome === "failed" || outcome === "blocked") continue;
        while (waiting[0] !== undefined && waiting[0] < run.scheduled) {
          const delivered = waiting.shift()!;
          if (outcome === "succeeded")
            fact.worstLag = Math.max(fact.worstLag ?? 0, run.completed - delivered);
        }
      }
      return [task, { ...fact, waiting }];
    }),
  );
}

function outcomeOf(
  run: TaskRunFact,
  broken: ReadonlySet<string>,
): "succeeded" | "idle" | "failed" | "blocked" {
  if (run.state === "SUCCEEDED") return "succeeded";
  if (isFailure(run.state)) return "failed";
  // One that its own WHEN declined says so; one that was never asked says nothing.
  return run.error === null && broken.has(run.graphRun) ? "blocked" : "idle";
}

const isFailure = (state: string): boolean => state.startsWith("FAILED") || state === "CANCELLED";
