import { join } from "node:path";
import { writeFileAtomic } from "../../local/supervisor/files.ts";

/** Seconds spent in each phase of one `firn up`; bench/up.ts prints the file that it writes. */
export class Timings {
  readonly #started = Date.now();
  readonly #phases: { phase: string; seconds: number }[] = [];

  async measure<T>(phase: string, work: () => Promise<T>): Promise<T> {
    const start = Date.now();
    try {
      return await work();
    } finally {
      this.#phases.push({ phase, seconds: (Date.now() - start) / 1000 });
    }
  }

  get total(): number {
    return (Date.now() - this.#started) / 1000;
  }

  get phases(): readonly { phase: string; seconds: number }[] {
    return this.#phases;
  }

  write(dataDir: string): void {
    writeFileAtomic(
      join(dataDir, "timings.json"),
      `${JSON.stringify({ total: this.total, phases: this.#phases }, null, 2)}\n`,
    );
  }
}
