import { setTimeout as delay } from "node:timers/promises";
import { reasonOf } from "./errors.ts";
import { isListening } from "./ports.ts";

/** What a readiness check may ask about the service that it waits for. */
export interface Probe {
  readonly pid: number;
  readonly ports: Readonly<Record<string, number>>;
  readonly signal: AbortSignal;
  /**
   * Calls `check` every `intervalMs` (100 unless told) until it yields something other than undefined or false; what it
   * throws counts as "not yet" and is told when the deadline passes. Rejects when the process ends, or on the signal.
   */
  until<T>(check: () => Promise<T | undefined | false>, intervalMs?: number): Promise<T>;
  /** Resolves when something accepts connections on the loopback port. */
  untilListening(port: number): Promise<void>;
}

/** Why a wait for readiness ended without success. */
export class NotReadyError extends Error {
  readonly kind: "exited" | "timeout";
  constructor(cause: "exited" | "timeout", message: string) {
    super(message);
    this.kind = cause;
  }
}

export interface ProbeTarget {
  pid: number;
  ports: Readonly<Record<string, number>>;
  alive: () => boolean;
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  deadline: number;
}

export function makeProbe(target: ProbeTarget): Probe {
  const until: Probe["until"] = async (check, intervalMs = 100) => {
    let last: unknown;
    for (;;) {
      target.signal.throwIfAborted();
      if (!target.alive()) throw new NotReadyError("exited", "the process ended");
      try {
        const found = await check();
        if (found !== undefined && found !== false) return found;
      } catch (error) {
        last = error;
      }
      if (Date.now() > target.deadline) {
        const detail = last === undefined ? "" : `: ${reasonOf(last)}`;
        throw new NotReadyError("timeout", `it did not become ready in time${detail}`);
      }
      await delay(intervalMs, undefined, { signal: target.signal });
    }
  };
  return {
    pid: target.pid,
    ports: target.ports,
    signal: target.signal,
    until,
    untilListening: async (port) => {
      await until(() => isListening(port), 50);
    },
  };
}
