// What the machine has already: a pulumi on PATH with its language host beside it, and plugins in Pulumi's own folder.

import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { runCommand } from "./run-command.ts";
import { compareVersions, PROVIDER_VERSIONS, type Provider, PULUMI_VERSION, satisfies } from "./versions.ts";

export interface OnMachine {
  pulumi?: { file: string; version: string };
  /** Why a pulumi that is there is not used. */
  rejectedPulumi?: string;
  plugins: Partial<Record<Provider, { file: string; version: string }>>;
}

/** Looks, and changes nothing. What lies under `cacheRoot` is ours and does not count as found. */
export async function lookOnMachine(
  cacheRoot: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<OnMachine> {
  const found: OnMachine = { plugins: {} };
  const file = findOnPath("pulumi", cacheRoot, env);
  if (file !== undefined) {
    const version = (
      await runCommand(file, ["version"], { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" } })
    ).stdout
      .trim()
      .replace(/^v/, "");
    if (!satisfies(version, PULUMI_VERSION)) {
      found.rejectedPulumi = `${file} is ${version || "not working"}; ${PULUMI_VERSION} or newer is needed`;
    } else if (!existsSync(join(dirname(realpathSync(file)), "pulumi-language-nodejs"))) {
      found.rejectedPulumi = `${file} has no language host for Node beside it`;
    } else {
      found.pulumi = { file, version };
    }
  }
  for (const provider of Object.keys(PROVIDER_VERSIONS) as Provider[]) {
    const plugin = findPlugin(provider, cacheRoot, env);
    if (plugin !== undefined) found.plugins[provider] = plugin;
  }
  return found;
}

/** The file that a shell would run under this name, as an absolute path. */
export function findOnPath(
  name: string,
  cacheRoot?: string,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    if (!folder.startsWith("/")) continue;
    const file = join(folder, name);
    if (isProgram(file) && !(cacheRoot !== undefined && realpathSync(file).startsWith(cacheRoot)))
      return file;
  }
  return undefined;
}

function findPlugin(
  provider: Provider,
  cacheRoot: string,
  env: NodeJS.ProcessEnv,
): { file: string; version: string } | undefined {
  const wanted = PROVIDER_VERSIONS[provider];
  const program = `pulumi-resource-${provider}`;
  const onPath = findOnPath(program, cacheRoot, env);
  if (onPath !== undefined) return { file: onPath, version: wanted }; // as the engine does: PATH wins at any version
  const home = env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const folder = join(home, "plugins");
  if (!existsSync(folder) || home.startsWith(cacheRoot)) return undefined;
  const prefix = `resource-${provider}-v`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && !existsSync(join(folder, `${name}.partial`)))
    .map((name) => ({ version: name.slice(prefix.length), file: join(folder, name, program) }))
    .filter(({ version, file }) => satisfies(version, wanted) && isProgram(file))
    .sort((a, b) => compareVersions(a.version, b.version))[0];
}

function isProgram(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true && (stat.mode & 0o111) !== 0;
}
