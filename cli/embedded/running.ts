import { loadPlatform } from "../../infra/load.ts";
import { LOCAL_AWS } from "../../local/aws/start.ts";
import { hostOf, type Project } from "../project.ts";
import { embeddedConfig } from "./config.ts";
import type { Endpoints } from "./endpoints.ts";
import { leaveRealAccounts } from "./foreign-environment.ts";
import { ensureServiceKeys } from "./keys.ts";
import { prepareProjectEngine } from "./prepare.ts";
import type { PulumiEnvironment } from "./pulumi.ts";
import { startForEngine } from "./start-engine.ts";

const quiet = () => undefined;

/** The engine's environment for a stack whose endpoints run, or are started again; for a real account, the caller's own. */
export async function engineFor(
  project: Project,
  signal?: AbortSignal,
): Promise<PulumiEnvironment & { endpoints?: Endpoints }> {
  const engine = await prepareProjectEngine(quiet, signal);
  if (!embeddedConfig(project)) {
    const PATH = [...engine.pathEntries, process.env["PATH"] ?? ""].join(":");
    return { pulumi: engine.pulumi, variables: { ...engine.env, PATH } };
  }
  leaveRealAccounts(project.dataDir);
  const host = hostOf(project);
  ensureServiceKeys(host);
  const platform = loadPlatform({
    root: host.root,
    stack: host.stack,
    awsAccountId: LOCAL_AWS.accountId,
  });
  const { environment, endpoints } = await startForEngine(project, platform, engine, quiet, signal);
  return { ...environment, endpoints };
}
