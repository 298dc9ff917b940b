import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../../local/progress.ts";
import { startService } from "../../local/supervisor/service.ts";
import type { Project } from "../project.ts";
import { embeddedConfig } from "./config.ts";
import type { AwsEndpoint } from "./endpoints.ts";
import type { EmbeddedSecrets } from "./secrets.ts";

export interface AccountEndpoint {
  host: string;
  port: number;
  /** `ORGANIZATION-ACCOUNT`, as drivers want it. */
  account: string;
}

/** Starts (or reuses) the local Snowflake account as a detached service whose data survive it. */
export async function startAccount(options: {
  project: Project;
  secrets: EmbeddedSecrets;
  aws: AwsEndpoint;
  progress?: Progress;
  signal?: AbortSignal;
}): Promise<AccountEndpoint> {
  const { project, secrets, aws } = options;
  const service = await startService<AccountEndpoint>({
    name: "account",
    dir: project.servicesDir,
    command: process.execPath,
    cwd: project.root,
    ports: ["http"],
    args: (ports) => [
      "--no-warnings",
      join(project.root, "local/account/main.ts"),
      "--port",
      String(ports["http"]),
      "--data",
      join(project.dataDir, "account"),
      "--user",
      secrets.accountUser,
      ...(project.rehearsal ? ["--clock", "virtual", "--clock-start", project.rehearsal.clockStart] : []),
    ],
    env: {
      FIRN_ACCOUNT_PASSWORD: secrets.accountPassword,
      FIRN_AWS_ENDPOINT: aws.endpoint,
      AWS_REGION: aws.region,
      AWS_ACCESS_KEY_ID: aws.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
      // A stack of a real account names the addresses of its services there, which this machine has not.
      ...(embeddedConfig(project) === undefined ? { FIRN_ACCOUNT_LOOPBACK: "admitted" } : {}),
    },
    fingerprint: sourceDigest(join(project.root, "local/account")),
    ready: async (probe) => {
      const port = probe.ports["http"]!;
      await probe.untilListening(port);
      return { host: "127.0.0.1", port, account: "FIRN-LOCAL" };
    },
    healthy: async (info) => {
      const answer = await fetch(`http://${info.host}:${info.port}/session/heartbeat`, { method: "POST" });
      return answer.status < 500;
    },
    readyTimeoutMs: 60_000,
    ...(options.progress ? { progress: options.progress } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return service.info;
}

/** Changes with any file of the folder, so that an account of older code is replaced. */
function sourceDigest(folder: string): string {
  const digest = createHash("sha256");
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) =>
    e.isFile(),
  )) {
    const path = join(entry.parentPath, entry.name);
    const { size, mtimeMs } = statSync(path);
    digest.update(`${path}\0${size}\0${mtimeMs}\n`);
  }
  return digest.digest("hex");
}
