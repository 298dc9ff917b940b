// A throw-away Pulumi project with its own state, run by the real engine.

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Engine } from "../../../../local/engine/prepare.ts";

const modules = join(import.meta.dirname, "..", "..", "..", "..", "node_modules");

export interface Outcome {
  code: number;
  /** stdout and stderr as one, for what a user sees. */
  text: string;
  stdout: string;
}

export class Scratch {
  readonly root = mkdtempSync(join(tmpdir(), "firn-scratch-"));
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    mkdirSync(join(this.root, "state"));
    symlinkSync(modules, join(this.root, "node_modules"));
    this.write("package.json", JSON.stringify({ name: "scratch", type: "module", dependencies: {} }));
    this.write(
      "Pulumi.yaml",
      "name: scratch\nruntime: {name: nodejs, options: {typescript: false}}\nmain: infra/index.ts\n",
    );
  }

  write(file: string, content: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), content);
  }

  pulumi(...args: string[]): Promise<Outcome> {
    const { pulumi, pathEntries, env } = this.#engine;
    return new Promise((resolve) => {
      execFile(
        pulumi,
        [...args, "--non-interactive", "--color", "never"],
        {
          cwd: this.root,
          maxBuffer: 64e6,
          env: {
            ...process.env,
            ...env,
            PATH: [...pathEntries, process.env["PATH"]].join(delimiter),
            PULUMI_BACKEND_URL: `file://${this.root}/state`,
            PULUMI_CONFIG_PASSPHRASE: "",
          },
        },
        (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr, stdout }),
      );
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
