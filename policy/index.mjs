// Entered by the engine (`pulumi preview --policy-pack policy`); the pack itself is TypeScript.
import { fileURLToPath } from "node:url";
import { servePack } from "./pack.ts";

servePack({
  root: fileURLToPath(new URL("..", import.meta.url)),
  today: new Date().toISOString().slice(0, 10),
  loadPlatform: async (options) => (await import("../infra/load.ts")).loadPlatform(options),
});
