import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** Seconds, and of processor time, of one side's work on a batch. */
export interface Work {
  seconds: number;
  cpu: number;
}

export interface BatchDone {
  day: number;
  way: "files" | "kafka";
  files: number;
  records: number;
  bytes: number;
  lastOfDay: boolean;
  /** A run that was killed went on with it: either side may have done a part before, so that its times tell nothing. */
  resumed?: boolean;
  account: { load: Work; graph: Work };
  /** Seconds of each model's task; tasks run side by side. */
  tasks: Record<string, number>;
  raw?: { load: number; core: number; marts: number; cpu: number };
}

/** What is done: rewritten after every batch, so that a killed run goes on there. */
export interface RunState {
  /** The options, as text. */
  key: string;
  /** Days whose CRM exports are landed. */
  crmDays: number;
  done: BatchDone[];
  /** Most resident memory, MB. */
  peak: { account: number; raw: number };
}

export class StateFile {
  readonly state: RunState;
  /** There was a run before. */
  readonly goesOn: boolean;
  readonly #path: string;

  constructor(path: string, key: string) {
    this.#path = path;
    this.goesOn = existsSync(path);
    this.state = this.goesOn
      ? (JSON.parse(readFileSync(path, "utf8")) as RunState)
      : { key, crmDays: 0, done: [], peak: { account: 0, raw: 0 } };
    if (this.state.key !== key)
      throw new Error(
        `${path} is of a run with other options: ${this.state.key}. Finish it with those, or remove the folder.`,
      );
  }

  save(): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.state));
    renameSync(`${this.#path}.new`, this.#path);
  }

  /** Where the batches go on: the day that is not done, from its first batch on. */
  from(): { day: number; batch: number; firstFile: number } {
    const { done } = this.state;
    const last = done.at(-1);
    if (last === undefined) return { day: 1, batch: 0, firstFile: 0 };
    const day = last.lastOfDay ? last.day + 1 : last.day;
    const before = done.filter((one) => one.day < day);
    return { day, batch: before.length, firstFile: before.reduce((sum, one) => sum + one.files, 0) };
  }
}
