import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Platform } from "../../infra/platform.ts";
import { isKeyPlaceholder } from "../../infra/service-keys.ts";
import { type CompiledPlatform, openCache, revisionKey, workingTreeKey } from "./cache.ts";
import { extractRevision, findRevision, UnreadableRevision } from "./git.ts";
import { bringMachineKeys } from "./machine-keys.ts";
import { completed } from "./older.ts";

export interface LoadedPlatform extends CompiledPlatform {
  label: string;
}

export interface LoadRevisionOptions {
  root: string;
  stack: string;
  ref: string;
  /** Where compiled revisions are kept; the user's cache folder by default. */
  cacheDir?: string;
}

/** The platform of a git revision, compiled by that revision's own code in a process of its own, without credentials. Cached by content. Throws UnreadableRevision. */
export async function loadRevision(options: LoadRevisionOptions): Promise<LoadedPlatform> {
  const { root, stack, ref } = options;
  const revision = await findRevision(root, ref);
  const cache = openCache(options.cacheDir, revisionKey(root, revision.tree, stack));
  const cached = cache.read();
  if (cached) return { ...cached, platform: completed(cached.platform), label: revision.label };
  const folder = mkdtempSync(join(tmpdir(), "firn-review-"));
  try {
    await extractRevision(root, revision.commit, folder);
    if (!existsSync(join(folder, "infra", "load.ts")))
      throw new UnreadableRevision(
        `${revision.label} has no infra/load.ts: it is older than the platform's compiler`,
      );
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const loaded = await compileIn(folder, folder, stack, root, revision.label);
    cache.write(loaded);
    return { ...loaded, platform: completed(loaded.platform), label: revision.label };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The platform of the working tree, uncommitted changes included; cached by the content of its files. Throws what the compiler throws. */
export async function loadWorkingTree(
  root: string,
  stack: string,
  cacheDir?: string,
): Promise<LoadedPlatform> {
  const cache = openCache(cacheDir, workingTreeKey(root, stack));
  const cached = cache.read();
  if (cached) return { ...cached, label: WORKING_TREE };
  const loaded = await compileWorkingTree(root, stack);
  cache.write(loaded);
  return { ...loaded, label: WORKING_TREE };
}

const WORKING_TREE = "working tree";

/** Keys that are not at hand are the compiler's placeholders. */
async function compileWorkingTree(root: string, stack: string): Promise<CompiledPlatform> {
  const { loadPlatform } = await import("../../infra/load.ts");
  const platform = loadPlatform({ root, stack });
  const without = platform.users.filter((user) => isKeyPlaceholder(user.publicKey)).map((user) => user.name);
  const unread =
    without.length === 0
      ? []
      : [
          `The public key${without.length === 1 ? "" : "s"} of ${without.join(", ")} ${without.length === 1 ? "is" : "are"} not at hand; taken as unchanged.`,
        ];
  return { platform, unread };
}

interface Failure {
  message?: string;
  failed?: string;
  problems?: { code?: string; path?: string; given?: string }[];
}

const COMPILE_TIMEOUT = 60_000;
const CHILD = fileURLToPath(new URL("./print-platform.ts", import.meta.url));

async function compileIn(
  code: string,
  data: string,
  stack: string,
  root: string,
  label: string,
): Promise<CompiledPlatform> {
  const machineKeys = await bringMachineKeys(data, stack, root);
  let unread = machineKeys;
  for (let attempt = 0; ; attempt++) {
    const answer = await runChild([code, data, stack], label);
    if (answer.platform) return { platform: answer.platform, unread };
    const missing = missingKeys(answer, data);
    if (attempt > 0 || missing.length === 0)
      throw new UnreadableRevision(
        `${label} does not compile: ${firstLines(answer.failed ?? "no reason given")}`,
      );
    unread = [...machineKeys, ...standInForKeys(missing, data, root)];
  }
}

/** No credential of this process reaches the code of another revision. */
function runChild(args: string[], label: string): Promise<Failure & { platform?: Platform }> {
  const { PATH, HOME, TMPDIR } = process.env;
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ["--no-warnings", CHILD, ...args],
      { timeout: COMPILE_TIMEOUT, maxBuffer: 256 * 1024 * 1024, env: { PATH, HOME, TMPDIR } },
      (error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as Failure & { platform?: Platform });
        } catch {
          const why = error?.killed
            ? `it took longer than ${COMPILE_TIMEOUT / 1000} seconds`
            : firstLines(stderr) || "it printed no platform";
          reject(new UnreadableRevision(`${label} does not compile: ${why}`));
        }
      },
    );
  });
}

/** Public keys that a revision's own compiler insists on and that the revision lacks. */
function missingKeys(failure: Failure, root: string): string[] {
  return (failure.problems ?? []).flatMap(({ path, given }) => {
    if (!path?.endsWith(".publicKeyFile") || given === undefined) return [];
    const file = given.replace(/^"|"$/g, "");
    const inside = !isAbsolute(file) && !normalize(file).startsWith("..");
    return inside && !existsSync(join(root, file)) ? [file] : [];
  });
}

const STAND_IN = `-----BEGIN PUBLIC KEY-----\nMII${"A".repeat(389)}\n-----END PUBLIC KEY-----\n`;

function standInForKeys(files: string[], into: string, root: string): string[] {
  return files.map((file) => {
    mkdirSync(dirname(join(into, file)), { recursive: true });
    if (existsSync(join(root, file))) {
      cpSync(join(root, file), join(into, file));
      return `The public key ${file} is not in the revision; the checkout's is taken for it.`;
    }
    writeFileSync(join(into, file), STAND_IN);
    return `The public key ${file} is not at hand on this machine; it is taken as unchanged.`;
  });
}

const firstLines = (text: string): string => text.trim().split("\n").slice(0, 3).join(" ");
