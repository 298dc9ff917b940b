import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

const MAIN = resolve(import.meta.dirname, "../../../../local/account/main.ts");
export const PASSWORD = "kill me";

/** Seeded numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface Running {
  process: ChildProcess;
  url: string;
  ended: Promise<void>;
}

/** Starts the account as a process of its own on that data; resolves when it is ready. */
export async function startAccount(data: string, env: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, [MAIN, "--data", data], {
    env: { ...process.env, FIRN_ACCOUNT_PASSWORD: PASSWORD, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  let errors = "";
  child.stderr!.on("data", (part) => {
    errors += part;
  });
  const line = await new Promise<string>((done, fail) => {
    let text = "";
    child.stdout!.on("data", (part) => {
      text += part;
      if (text.includes("\n")) done(text);
    });
    child.once("exit", (code) => fail(new Error(`the account ended with ${code}: ${errors}`)));
  });
  const { host, port } = JSON.parse(line) as { host: string; port: number };
  return { process: child, url: `http://${host}:${port}`, ended };
}
