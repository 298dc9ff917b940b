/**
 * Key pairs of a real stack's service users. The public half goes into the file that the stack names, to be committed;
 * the private half never enters the checkout: it is handed to a command on its standard input (a secret store's), or
 * written to a folder of its owner's. It is in no output and no log.
 */
import { spawn } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { writeFileAtomic } from "../local/supervisor/files.ts";
import { CliError, EXIT } from "./failure.ts";
import { makeKeyPair } from "./key-pair.ts";

export interface KeyRequest {
  user: string;
  /** From the project's folder. */
  publicKeyFile: string;
}

export type PrivateHalf = { folder: string } | { command: string };

export interface MadeKey extends KeyRequest {
  /** Where the private half went. */
  privateHalf: string;
}

/** Makes the pairs that are missing; a pair whose public half exists is left as it is. */
export async function makeOwnerKeys(
  root: string,
  requests: readonly KeyRequest[],
  to: PrivateHalf,
): Promise<{ made: MadeKey[]; kept: KeyRequest[] }> {
  if ("folder" in to) refuseInside(root, to.folder);
  const missing = requests.filter((each) => !existsSync(join(root, each.publicKeyFile)));
  const made: MadeKey[] = [];
  for (const request of missing) {
    const { privateKey, publicKey } = makeKeyPair();
    // The private half first: a public half without it would let nobody log in, and nothing would tell.
    const privateHalf =
      "command" in to
        ? await handOver(to.command, request.user, privateKey)
        : writeOnce(join(resolve(to.folder), `${request.user}.p8`), privateKey);
    const file = join(root, request.publicKeyFile);
    mkdirSync(dirname(file), { recursive: true });
    writeFileAtomic(file, publicKey);
    made.push({ ...request, privateHalf });
  }
  return { made, kept: requests.filter((each) => !missing.includes(each)) };
}

function writeOnce(file: string, privateKey: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, privateKey, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new CliError(
      `${file} exists, and its public half is not where the stack looks for it.`,
      `Write that: openssl rsa -in ${file} -pubout. Or move the file away to have a new pair.`,
    );
  }
  return file;
}

function handOver(command: string, user: string, privateKey: string): Promise<string> {
  return new Promise((done, reject) => {
    const child = spawn(command, {
      shell: true,
      stdio: ["pipe", "inherit", "inherit"],
      env: { ...process.env, FIRN_USER: user },
    });
    const refused = (why: string) =>
      reject(
        new CliError(
          `The command that was to take the private key of ${user} ${why}; nothing was kept of the pair.`,
          "Correct the command and run again.",
        ),
      );
    child.once("error", (error) => refused(`could not be started (${error.message})`));
    child.once("exit", (code, signal) =>
      code === 0 ? done(command) : refused(`ended with ${code ?? signal}`),
    );
    // A command that does not read its input ends by its own code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(privateKey);
  });
}

/** By its real path, so that a link does not lead into the checkout either. */
function refuseInside(root: string, folder: string): void {
  let existing = resolve(folder);
  const rest: string[] = [];
  while (lstatSync(existing, { throwIfNoEntry: false }) === undefined) {
    rest.unshift(existing.slice(dirname(existing).length));
    existing = dirname(existing);
  }
  const path = relative(realpathSync(root), join(realpathSync(existing), ...rest));
  if (path === "" || (path !== ".." && !path.startsWith(`..${sep}`)))
    throw new CliError(
      `${folder} is inside the checkout: a private key there is one \`git add\` away from everybody.`,
      "Name a folder outside of it, or hand the key to a secret store with --hand-to.",
      EXIT.usage,
    );
}
