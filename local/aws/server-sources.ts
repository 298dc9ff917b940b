import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The texts of the server's Python files, in order of name: another text means another service. */
export function serverSources(): string[] {
  const folder = join(import.meta.dirname, "server");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".py"))
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8"));
}
