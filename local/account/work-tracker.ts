/** Background work in flight, so that a driven clock can wait for it and `close` can end it cleanly. */
export class WorkTracker {
  readonly #pending = new Set<Promise<unknown>>();

  /** Failures are the caller's to handle inside `work`; here they are only waited for. */
  track<T>(work: Promise<T>): Promise<T> {
    const guarded = work.then(
      () => {},
      () => {},
    );
    this.#pending.add(guarded);
    void guarded.then(() => this.#pending.delete(guarded));
    return work;
  }

  /** Resolves when nothing is pending, work that was started meanwhile included. */
  async settle(): Promise<void> {
    // A callback that just ran may start its work in the next turn.
    await Promise.resolve();
    while (this.#pending.size > 0) await Promise.all([...this.#pending]);
  }
}
