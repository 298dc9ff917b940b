import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Platform } from "../../infra/platform.ts";
import { extractRevision, findRevision, type Revision, UnreadableRevision } from "./git.ts";

export interface LoadedPlatform {
  platform: Platform;
  label: string;
  /** What had to be assumed, each as a sentence. */
  unread: string[];
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
  const cache = join(options.cacheDir ?? defaultCache(), `${cacheKey(root, revision, stack)}.json`);
  const cached = readCache(cache);
  if (cached) return { ...cached, label: revision.label };
  const folder = mkdtempSync(join(tmpdir(), "firn-review-"));
  try {
    await extractRevision(root, revision.commit, folder);
    if (!existsSync(join(folder, "infra", "load.ts")))
      throw new UnreadableRevision(
        `${revision.label} has no infra/load.ts: it is older than the platform's compiler`,
      );
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const loaded = await compileIn(folder, folder, stack, root, revision.label);
    writeCache(cache, loaded);
    return { ...loaded, label: revision.label };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The platform of the working tree, uncommitted changes included. Throws what the compiler throws; keys that exist only on other machines are stood in for. */
export async function loadWorkingTree(root: string, stack: string): Promise<LoadedPlatform> {
  const { loadPlatform } = await import("../../infra/load.ts");
  try {
    return { platform: loadPlatform({ root, stack }), label: "working tree", unread: [] };
  } catch (error) {
    const missing = missingKeys(error as Failure, root);
    if (missing.length === 0) throw error;
    const overlay = mkdtempSync(join(tmpdir(), "firn-review-"));
    try {
      for (const name of readdirSync(root).filter((each) => each === "sql" || /^Pulumi\..*yaml$/.test(each)))
        symlinkSync(join(root, name), join(overlay, name));
      const unread = standInForKeys(missing, overlay, root);
      return { platform: loadPlatform({ root: overlay, stack }), label: "working tree", unread };
    } finally {
      rmSync(overlay, { recursive: true, force: true });
    }
  }
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
): Promise<Omit<LoadedPlatform, "label">> {
  let unread: string[] = [];
  for (let attempt = 0; ; attempt++) {
    const answer = await runChild([code, data, stack], label);
    if (answer.platform) return { platform: answer.platform, unread };
    const missing = missingKeys(answer, data);
    if (attempt > 0 || missing.length === 0)
      throw new UnreadableRevision(
        `${label} does not compile: ${firstLines(answer.failed ?? "no reason given")}`,
      );
    unread = standInForKeys(missing, data, root);
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

/** Public keys that the stack names and that are in no revision, since each machine makes its own. */
function missingKeys(failure: Failure, root: string): string[] {
  return (failure.problems ?? []).flatMap(({ path, given }) => {
    if (!path?.endsWith(".publicKeyFile") || given === undefined) return [];
    const file = given.replace(/^"|"$/g, "");
    const inside = !isAbsolute(file) && !normalize(file).startsWith("..");
    return inside && !existsSync(join(root, file)) ? [file] : [];
  });
}

/** The same stand-in at both revisions, so that it is no change. */
const STAND_IN = `-----BEGIN PUBLIC KEY-----\nMII${"A".repeat(389)}\n-----END PUBLIC KEY-----\n`;

function standInForKeys(files: string[], into: string, root: string): string[] {
  return files.map((file) => {
    mkdirSync(dirname(join(into, file)), { recursive: true });
    if (existsSync(join(root, file))) {
      cpSync(join(root, file), join(into, file));
      return `The public key ${file} is not in the revision; the checkout's is taken for it.`;
    }
    writeFileSync(join(into, file), STAND_IN);
    return `The public key ${file} is on this machine not at hand; it is taken as unchanged.`;
  });
}

/** Everything that the compiled platform depends on: the tree, the stack, the keys of the checkout, the runtime. */
function cacheKey(root: string, revision: Revision, stack: string): string {
  const hash = createHash("sha256").update([revision.tree, stack, process.version, "1"].join("\n"));
  const keys = join(root, ".firn", stack, "keys");
  if (existsSync(keys))
    for (const name of readdirSync(keys)
      .filter((each) => each.endsWith(".pub"))
      .sort())
      hash.update(name).update(readFileSync(join(keys, name)));
  return hash.digest("hex").slice(0, 32);
}

/** The same folder as the local services use: $XDG_CACHE_HOME/firn, else the platform's usual place. */
function defaultCache(): string {
  const given = process.env["XDG_CACHE_HOME"];
  const base =
    given ||
    (process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache"));
  return join(base, "firn", "platforms");
}

function readCache(file: string): Omit<LoadedPlatform, "label"> | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Omit<LoadedPlatform, "label">;
  } catch {
    return undefined;
  }
}

const KEPT = 40;

/** A cache that cannot be written costs time, not the review. */
function writeCache(file: string, loaded: Omit<LoadedPlatform, "label">): void {
  try {
    const folder = dirname(file);
    mkdirSync(folder, { recursive: true });
    const partial = `${file}.${process.pid}`;
    writeFileSync(partial, JSON.stringify(loaded));
    renameSync(partial, file);
    const age = (name: string): number => statSync(join(folder, name)).mtimeMs;
    for (const name of readdirSync(folder)
      .sort((left, right) => age(right) - age(left))
      .slice(KEPT))
      rmSync(join(folder, name), { force: true });
  } catch {
    // Read-only home folders are common in CI.
  }
}

const firstLines = (text: string): string => text.trim().split("\n").slice(0, 3).join(" ");
