import { join } from "node:path";
import { contentKey } from "../supervisor/cache.ts";
import { LOOPBACK } from "../supervisor/ports.ts";
import { startService } from "../supervisor/service.ts";
import { type PrepareOptions, prepareAws } from "./prepare.ts";
import { serverSources } from "./server-sources.ts";

export interface AwsEndpoint {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  accountId: string;
  reused: boolean;
}

export interface StartAwsOptions extends PrepareOptions {
  /** The data folder, e.g. `<project>/.firn/local/aws`; the state of the endpoint is kept under it. */
  dir: string;
  /** The folder of service records and logs; `<dir>/../services` unless told. */
  servicesDir?: string;
}

/** The region, account and keys of the local endpoint; it accepts any key. */
export const LOCAL_AWS = {
  region: "us-east-1",
  accessKeyId: "local",
  secretAccessKey: "local-only-no-secret",
  accountId: "123456789012",
} as const;

/** Name of the service's record and log. */
export const AWS_SERVICE = "aws";

/** Starts (or reuses) the local AWS endpoint: S3, SQS, SNS, IAM, STS and KMS, with a state that survives a kill. */
export async function startAws(options: StartAwsOptions): Promise<AwsEndpoint> {
  const python = await prepareAws(options);
  const state = join(options.dir, "state");
  const main = join(import.meta.dirname, "server", "main.py");
  const service = await startService({
    name: AWS_SERVICE,
    dir: options.servicesDir ?? join(options.dir, "..", "services"),
    command: python,
    args: (ports) => [main, String(ports["http"]), state],
    env: {
      PYTHONUNBUFFERED: "1",
      PYTHONDONTWRITEBYTECODE: "1",
      MOTO_ACCOUNT_ID: LOCAL_AWS.accountId,

      AWS_EC2_METADATA_DISABLED: "true",
    },
    ports: ["http"],
    fingerprint: contentKey(...serverSources()),
    readyTimeoutMs: 300_000,
    ready: (probe) =>
      probe.until(async () =>
        (await answers(probe.ports["http"])) ? { port: probe.ports["http"] } : undefined,
      ),
    healthy: (_, ports) => answers(ports["http"]),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.progress ? { progress: options.progress } : {}),
  });
  return { endpoint: `http://${LOOPBACK}:${service.ports["http"]}`, ...LOCAL_AWS, reused: service.reused };
}

async function answers(port: number | undefined): Promise<boolean> {
  const response = await fetch(`http://${LOOPBACK}:${port}/HEALTH`, { signal: AbortSignal.timeout(4000) });
  return response.ok && (await response.text()) === "ok";
}
