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

/** How long one check may take before the next one is made; a stranger on the port may never answer. */
const CHECK_MS = 5000;
/** How often the process is looked at while a check is under way. */
const LOOK_MS = 200;

export function makeProbe(target: ProbeTarget): Probe {
  const requireAlive = (): void => {
    target.signal.throwIfAborted();
    if (!target.alive()) throw new NotReadyError("exited", "the process ended");
  };
  const until: Probe["until"] = async (check, intervalMs = 100) => {
    let last: unknown;
    for (;;) {
      requireAlive();
      try {
        const found = await withinReason(check(), requireAlive);
        if (found !== undefined && found !== false) return found;
      } catch (error) {
        if (error instanceof NotReadyError || target.signal.aborted) throw error;
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

/** The result of a check, unless it takes too long or `look` throws meanwhile. */
async function withinReason<T>(checked: Promise<T>, look: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const began = Date.now();
  const watched = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      try {
        look();
        if (Date.now() - began > CHECK_MS) throw new Error(`no answer in ${CHECK_MS / 1000} s`);
      } catch (error) {
        reject(error);
      }
    }, LOOK_MS);
  });
  try {
    return await Promise.race([checked, watched]);
  } finally {
    clearInterval(timer);
  }
}
