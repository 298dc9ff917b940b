import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { type Usage, usageOf } from "./process-usage.ts";
import type { RawAnswer, RawBatch, RawOptions, RawStage } from "./raw-duckdb.ts";

/** The baseline's process, asked one thing after the other. */
export class RawClient {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(options: RawOptions): Promise<RawClient> {
    const child = fork(join(import.meta.dirname, "raw-duckdb.ts"), [JSON.stringify(options)], {
      execArgv: ["--no-warnings"],
    });
    const client = new RawClient(child);
    await client.#answer();
    return client;
  }

  /** Seconds by stage. */
  async run(batch: RawBatch): Promise<Record<RawStage, number>> {
    const answer = await this.#ask({ batch });
    return (answer as Extract<RawAnswer, { stages: unknown }>).stages;
  }

  async kpi(name: string): Promise<string[][]> {
    return ((await this.#ask({ kpi: name })) as Extract<RawAnswer, { rows: unknown }>).rows;
  }

  usage(): Usage {
    return usageOf(this.#child.pid!);
  }

  async close(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    this.#child.send({ close: true });
    await gone;
  }

  #ask(message: object): Promise<RawAnswer> {
    const answer = this.#answer();
    this.#child.send(message);
    return answer;
  }

  #answer(): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const gone = (code: number | null) => reject(new Error(`DuckDB alone ended with ${code}`));
      this.#child.once("exit", gone);
      this.#child.once("message", (message: RawAnswer) => {
        this.#child.off("exit", gone);
        if ("error" in message) reject(new Error(`DuckDB alone: ${message.error}`));
        else resolve(message);
      });
    });
  }
}
