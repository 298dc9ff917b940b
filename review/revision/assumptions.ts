import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "./git.ts";

/** Files that price both sides alike: where the change moves one, the figures show none of it by themselves. */
export async function movedAssumptions(root: string, stack: string, ref: string): Promise<string[]> {
  const said: string[] = [];
  for (const [file, what] of [
    ["cost/price-book.yaml", "The price book"],
    ["cost/usage.yaml", "What is assumed about use"],
    [`cost/usage.${stack}.yaml`, "What is assumed about use"],
  ] as const) {
    const now = existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8").trim() : "";
    const before = await git(root, "show", `${ref}:./${file}`).catch(() => "");
    if (now !== before)
      said.push(`${what} changes too (${file}): both sides are priced by the new one, so look at its diff.`);
  }
  return said;
}
