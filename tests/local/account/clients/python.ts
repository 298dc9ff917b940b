import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "firn");

/**
 * A virtual environment with one Python package and what it is to be used with, made once under the user's cache. `missing` says why it cannot be:
 * the test is then skipped with that reason in its title.
 */
export function pythonClient(
  name: string,
  version: string,
  others: readonly string[] = [],
): { bin: string; missing: string | undefined } {
  const venv = join(cache, [`${name}-${version}`, ...others].join("-"));
  const bin = join(venv, "bin");
  const prepare = (): string | undefined => {
    if (existsSync(join(venv, "ready"))) return undefined;
    if (spawnSync("python3", ["--version"]).status !== 0) return "there is no python3";
    mkdirSync(venv, { recursive: true });
    if (spawnSync("python3", ["-m", "venv", venv]).status !== 0) return "python3 has no venv module";
    const pip = ["-m", "pip", "install", "-q", "--only-binary=:all:", `${name}==${version}`, ...others];
    if (spawnSync(join(bin, "python"), pip).status !== 0) return `pip could not install ${name} ${version}`;
    mkdirSync(join(venv, "ready"));
    return undefined;
  };
  return { bin, missing: prepare() };
}

/** `pythonClient` of one that takes long to install or to run: FIRN_CLIENTS=<name>, or all, asks for it. */
export function slowPythonClient(
  asked: string,
  ...client: Parameters<typeof pythonClient>
): ReturnType<typeof pythonClient> {
  if ([asked, "all"].includes(process.env["FIRN_CLIENTS"] ?? "")) return pythonClient(...client);
  return { bin: "", missing: `set FIRN_CLIENTS=${asked} to run it` };
}

/** Output of a program, with what it wrote to standard error if `both`; rejects with all that it printed when it fails. */
export function runProgram(
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; both?: boolean } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
    let text = "";
    let errors = "";
    child.stdout.on("data", (part) => {
      text += part;
    });
    child.stderr.on("data", (part) => {
      errors += part;
    });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(options.both ? text + errors : text)
        : reject(new Error(`${command} ${args.join(" ")}: exit ${code}\n${text}\n${errors}`)),
    );
  });
}
