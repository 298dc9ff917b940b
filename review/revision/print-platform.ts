/**
 * A process of its own: compiles the platform with a revision's own code and prints it as one line of JSON.
 * Arguments: the folder of the code, the folder of the data (the same, or an overlay of it), the stack.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Loader {
  loadPlatform(options: { root: string; stack: string }): unknown;
}

const [code = "", data = "", stack = ""] = process.argv.slice(2);
try {
  const loader = (await import(pathToFileURL(join(code, "infra", "load.ts")).href)) as Loader;
  process.stdout.write(JSON.stringify({ platform: await loader.loadPlatform({ root: data, stack }) }));
} catch (error) {
  const { message, problems } = error as { message?: string; problems?: unknown };
  process.stdout.write(JSON.stringify({ failed: message ?? String(error), problems }));
}
