import { inspectServices } from "../../local/supervisor/service-record.ts";
import { CliError } from "../failure.ts";
import { hostOf, type Project } from "../project.ts";
import { SnowflakeClient } from "../snowflake-client.ts";
import type { AccountEndpoint } from "./account-service.ts";
import { loadSecrets } from "./secrets.ts";

/** Where the stack's account listens, or a clear error when it does not run. */
export function accountEndpoint(project: Project): AccountEndpoint {
  const service = inspectServices(project.servicesDir).find((s) => s.name === "account");
  if (!service?.running || service.state !== "ready")
    throw new CliError(
      `The local account of stack "${hostOf(project).stack}" is not running.`,
      "Start it with `npm start` (or `npx firn up`).",
    );
  return service.info as AccountEndpoint;
}

/**
 * Connects to the account that runs for the stack, as its first user. With a role the session has that role's privileges
 * only: the user's other roles, secondary by Snowflake's default, are switched off.
 */
export async function connectEmbedded(
  project: Project,
  options: { role?: string; warehouse?: string } = {},
): Promise<SnowflakeClient> {
  const endpoint = accountEndpoint(project);
  const secrets = loadSecrets(hostOf(project).dataDir);
  const client = await SnowflakeClient.connect({
    accessUrl: `http://${endpoint.host}:${endpoint.port}`,
    account: endpoint.account,
    username: secrets.accountUser,
    password: secrets.accountPassword,
    role: options.role ?? "ACCOUNTADMIN",
    ...(options.warehouse ? { warehouse: options.warehouse } : {}),
  });
  if (options.role) await client.query("USE SECONDARY ROLES NONE");
  return client;
}
