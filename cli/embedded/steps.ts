/** Long commands as lists of steps: each with its progress, and what it came to in its title. */
import type { ListrTask } from "listr2";
import type { Progress } from "../../local/progress.ts";
import { progressTo } from "./progress-line.ts";

export type Step<State> = (
  title: string,
  work: (state: State, progress: Progress) => Promise<string | undefined>,
) => ListrTask<State>;

/** `measure` runs a step's work, by default as it is; none is begun after the signal. */
export const stepsUntil =
  <State>(
    signal: AbortSignal,
    measure: (title: string, work: () => Promise<void>) => Promise<void> = (_title, work) => work(),
  ): Step<State> =>
  (title, work) => ({
    title,
    task: (state, task) =>
      measure(title, async () => {
        signal.throwIfAborted();
        const result = await work(state, progressTo(task));
        if (result) task.title = `${title}: ${result}`;
      }),
  });
