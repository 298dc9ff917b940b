import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { parse } from "yaml";
import { git } from "./git.ts";

/**
 * Public keys that git ignores belong to a machine and are in no revision: the checkout's are put beside the revision's
 * files, so that they are no change. A key that is committed is each revision's own. Says what was taken, as sentences.
 */
export async function bringMachineKeys(into: string, stack: string, root: string): Promise<string[]> {
  const taken: string[] = [];
  for (const file of keyFiles(into, stack)) {
    if (existsSync(join(into, file)) || !existsSync(join(root, file))) continue;
    if (!(await isIgnored(root, file))) continue;
    mkdirSync(dirname(join(into, file)), { recursive: true });
    cpSync(join(root, file), join(into, file));
    taken.push(`The public key ${file} is not in the revision; the checkout's is taken for it.`);
  }
  return taken;
}

function keyFiles(folder: string, stack: string): string[] {
  const path = join(folder, `Pulumi.${stack}.yaml`);
  if (!existsSync(path)) return [];
  let users: unknown;
  try {
    users = (parse(readFileSync(path, "utf8")) as { config?: Record<string, unknown> } | null)?.config?.[
      "firn:serviceUsers"
    ];
  } catch {
    // The compiler tells what is wrong with it.
    return [];
  }
  return Object.values((users ?? {}) as Record<string, { publicKeyFile?: unknown } | null>).flatMap(
    (user) => {
      const file = user?.publicKeyFile;
      const inside = typeof file === "string" && !isAbsolute(file) && !normalize(file).startsWith("..");
      return inside ? [file] : [];
    },
  );
}

async function isIgnored(root: string, file: string): Promise<boolean> {
  try {
    await git(root, "check-ignore", "--quiet", "--", file);
    return true;
  } catch {
    return false;
  }
}
