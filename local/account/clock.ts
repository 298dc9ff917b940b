/** The account's only source of time. Schedules, suspensions, billing and CURRENT_TIMESTAMP read it. */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  now(): number;
  /** Calls back once at or after `at` (ms). Returns a function that cancels. */
  schedule(at: number, callback: () => void): () => void;
}

/** Wall-clock time. Timers do not keep the process alive. */
export class RealClock implements Clock {
  now(): number {
    return Date.now();
  }

  schedule(at: number, callback: () => void): () => void {
    const longest = 2 ** 31 - 1;
    let timer: NodeJS.Timeout;
    const arm = () => {
      const delay = Math.max(0, at - Date.now());
      timer = delay > longest ? setTimeout(arm, longest) : setTimeout(callback, delay);
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  }
}

interface Due {
  at: number;
  order: number;
  callback: () => void;
}

/** Driven time: it moves only by `advance`, firing what falls due in order, awaiting `settle` in between. */
export class VirtualClock implements Clock {
  #now: number;
  #sequence = 0;
  readonly #due: Due[] = [];
  readonly #moved: (now: number) => void;

  /** `moved` is told of every new time before what is due then happens, so that time can be kept over a restart. */
  constructor(start: number, moved: (now: number) => void = () => {}) {
    this.#now = start;
    this.#moved = moved;
  }

  now(): number {
    return this.#now;
  }

  schedule(at: number, callback: () => void): () => void {
    const entry = { at: Math.max(at, this.#now), order: this.#sequence++, callback };
    this.#due.push(entry);
    return () => {
      const index = this.#due.indexOf(entry);
      if (index >= 0) this.#due.splice(index, 1);
    };
  }

  /** Moves to `to` (ms). `settle` waits until the work that a callback started has come to rest. */
  async advance(to: number, settle: () => Promise<void> = async () => {}): Promise<void> {
    await settle();
    for (;;) {
      let next: Due | undefined;
      for (const entry of this.#due) {
        if (entry.at > to) continue;
        if (!next || entry.at < next.at || (entry.at === next.at && entry.order < next.order)) next = entry;
      }
      if (!next) break;
      this.#due.splice(this.#due.indexOf(next), 1);
      if (next.at > this.#now) this.#move(next.at);
      next.callback();
      await settle();
    }
    if (to > this.#now) this.#move(to);
  }

  #move(to: number): void {
    this.#now = to;
    this.#moved(to);
  }
}
