import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const GIT_LIMIT = { timeout: 30_000, maxBuffer: 64 * 1024 * 1024 };

/** Why a revision cannot be read, as a sentence for the review. */
export class UnreadableRevision extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnreadableRevision";
  }
}

export interface Revision {
  commit: string;
  tree: string;
  /** `main (1a2b3c4)`. */
  label: string;
}

/** Runs git in the folder; throws UnreadableRevision where git is missing or refuses. */
export async function git(root: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run("git", args, { cwd: root, ...GIT_LIMIT });
    return stdout.trim();
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string };
    throw new UnreadableRevision(
      code === "ENOENT"
        ? "git is not installed"
        : (stderr?.trim().split("\n")[0] ?? "") || `git ${args[0]} failed`,
    );
  }
}

/** The commit that a name stands for. A shallow clone that lacks it is told apart from a wrong name. */
export async function findRevision(root: string, ref: string): Promise<Revision> {
  await git(root, "rev-parse", "--git-dir");
  try {
    const commit = await git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`);
    const tree = await git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{tree}`);
    const short = commit.slice(0, 7);
    return { commit, tree, label: ref.startsWith(short) || commit === ref ? short : `${ref} (${short})` };
  } catch {
    const shallow = (await git(root, "rev-parse", "--is-shallow-repository")) === "true";
    throw new UnreadableRevision(
      shallow
        ? `${ref} is not in this clone, which is shallow: fetch it first (git fetch --unshallow, or fetch-depth: 0 in CI)`
        : `${ref} is no revision of this repository`,
    );
  }
}

/** Where a branch left the main line: the merge base of HEAD with origin/main or main; HEAD itself on the main line. */
export async function defaultBase(root: string): Promise<string> {
  for (const main of ["origin/main", "main", "origin/master", "master"]) {
    try {
      return await git(root, "merge-base", "HEAD", main);
    } catch {
      // The next candidate.
    }
  }
  return "HEAD";
}

/** Folders of a revision that compiling the platform does not need. */
const LEFT_OUT = new Set(["local", "tests", "docs", "bench", "cli", "review", "node_modules"]);

/** Writes a revision's files into a folder; neither the checkout nor the index is touched. */
export async function extractRevision(root: string, commit: string, into: string): Promise<void> {
  const entries = (await git(root, "ls-tree", "--name-only", commit))
    .split("\n")
    .filter((name) => !LEFT_OUT.has(name));
  const archive = join(into, ".revision.tar");
  await git(root, "archive", "--format=tar", `--output=${archive}`, commit, "--", ...entries);
  try {
    await run("tar", ["-x", "-f", archive, "-C", into], GIT_LIMIT);
  } catch {
    throw new UnreadableRevision(`${commit.slice(0, 7)} could not be unpacked (is tar installed?)`);
  }
  rmSync(archive);
}
