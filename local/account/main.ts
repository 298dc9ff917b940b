import "./thread-pool.ts";
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { VirtualClock } from "./clock.ts";
import { keptVirtualClock } from "./kept-clock.ts";
import { startAccountServer } from "./server.ts";

export interface ServeOptions {
  /** 0 takes a free one. */
  port: number;
  /** Folder of the account's data; in memory without it. */
  data?: string;
  /** Name of the first user. */
  user: string;
  clock: string;
  /** When a virtual clock starts, unless the account's data are further on (ISO 8601). */
  clockStart?: string;
  /** Endpoint of S3 and SQS, where it is not Amazon's own. */
  awsEndpoint?: string;
}

/** Virtual time starts here, so that two rehearsals are the same. */
const VIRTUAL_START = Date.UTC(2026, 0, 1);

/**
 * Serves an account in the foreground until SIGINT or SIGTERM. When it is ready it prints one line of JSON:
 * {host, port, protocol, account, user, password, pid}. The password comes from FIRN_ACCOUNT_PASSWORD or is made, and
 * is the first user's from then on, also where the folder held an account already.
 */
export async function serveAccount(options: ServeOptions): Promise<void> {
  if (options.clock !== "real" && options.clock !== "virtual")
    throw new Error(`--clock is \`real\` or \`virtual\`, not \`${options.clock}\``);
  const start = options.clockStart === undefined ? VIRTUAL_START : Date.parse(options.clockStart);
  if (!Number.isFinite(start))
    throw new Error(`--clock-start is a time such as 2026-01-01T00:00:00Z, not \`${options.clockStart}\``);
  const given = process.env["FIRN_ACCOUNT_PASSWORD"];
  const password = given ?? randomBytes(18).toString("base64url");
  const endpoint = options.awsEndpoint ?? process.env["FIRN_AWS_ENDPOINT"];
  const server = await startAccountServer({
    dataDir: options.data ?? ":memory:",
    port: options.port,
    adminUser: options.user.toUpperCase(),
    adminPassword: password,
    clock: options.clock === "virtual" ? virtualClock(options.data, start) : undefined,
    // For a stack whose policies name the addresses of elsewhere, rehearsed on this machine.
    admitLoopback: process.env["FIRN_ACCOUNT_LOOPBACK"] === "admitted",
    aws: endpoint
      ? {
          endpoint,
          region: process.env["AWS_REGION"] ?? "us-east-1",
          credentials: {
            accessKeyId: process.env["AWS_ACCESS_KEY_ID"] ?? "firn",
            secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "firn",
          },
        }
      : undefined,
  });
  const { identity } = server.account.services;
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  process.stdout.write(
    `${JSON.stringify({
      host: server.host,
      port: server.port,
      protocol: "http",
      account: identity.locator,
      user: options.user.toUpperCase(),
      ...(given === undefined && { password }),
      pid: process.pid,
    })}\n`,
  );
  await stopped;
  await server.stop();
}

const virtualClock = (data: string | undefined, start: number): VirtualClock =>
  data === undefined ? new VirtualClock(start) : keptVirtualClock(data, start);

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      data: { type: "string" },
      user: { type: "string", default: "ADMIN" },
      clock: { type: "string", default: "real" },
      "clock-start": { type: "string" },
      "aws-endpoint": { type: "string" },
    },
  });
  await serveAccount({
    port: Number(values.port),
    data: values.data,
    user: values.user,
    clock: values.clock,
    clockStart: values["clock-start"],
    awsEndpoint: values["aws-endpoint"],
  });
}
