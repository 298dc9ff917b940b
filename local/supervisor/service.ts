import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../progress.ts";
import { contentKey } from "./cache.ts";
import { LocalError, reasonOf, systemCode } from "./errors.ts";
import { tailOfFile } from "./files.ts";
import { withLock } from "./lock.ts";
import { freePort, isFree } from "./ports.ts";
import { makeProbe, NotReadyError, type Probe } from "./probe.ts";
import { processStart } from "./process-identity.ts";
import { isRunning, logPath, readRecord, type ServiceRecord, writeRecord } from "./service-record.ts";
import { stopRecorded } from "./stop.ts";

type Ports = Readonly<Record<string, number>>;
type PerPorts<T> = T | ((ports: Ports) => T);

export interface ServiceSpec<Info> {
  /** File-name safe and unique in `dir`. */
  name: string;
  /** Folder of records and logs, e.g. `<project>/.firn/local/services`. */
  dir: string;
  command: string;
  args: PerPorts<string[]>;
  /** Added to this process's environment. May hold secrets: only a digest of it is kept. */
  env?: PerPorts<Record<string, string>>;
  cwd?: string;
  /** Names of the loopback ports to choose; each is the same as last time while it is free. */
  ports?: readonly string[];
  /** Further content that makes a running service out of date when it changes (a version, a configuration file). */
  fingerprint?: string;
  /** Resolves with what callers need to know (no secrets: it is written down) once the service works. */
  ready: (probe: Probe) => Promise<Info>;
  /** One quick check of a service that was ready before; true when there is none. At most 5 seconds. */
  healthy?: (info: Info, ports: Ports) => Promise<boolean>;
  readyTimeoutMs?: number;
  signal?: AbortSignal;
  progress?: Progress;
}

export interface RunningService<Info> {
  name: string;
  pid: number;
  ports: Ports;
  info: Info;
  /** True when it was running already. */
  reused: boolean;
  logFile: string;
}

/**
 * Starts a detached background service, or reuses the one that runs and is healthy; a dead, unhealthy or outdated one
 * is replaced. Throws LocalError START_FAILED or START_TIMEOUT with the last lines of the log.
 */
export async function startService<Info>(spec: ServiceSpec<Info>): Promise<RunningService<Info>> {
  mkdirSync(spec.dir, { recursive: true });
  const options = spec.signal ? { signal: spec.signal } : {};
  return withLock(join(spec.dir, `${spec.name}.lock`), options, async () => {
    const previous = readRecord(spec.dir, spec.name);
    if (previous && isRunning(previous)) {
      const reused = await tryReuse(spec, previous);
      if (reused) return reused;
      spec.progress?.({ step: spec.name, detail: "replacing the running service" });
      await stopRecorded(spec.dir, previous);
    }
    return launch(spec, previous?.ports ?? {});
  });
}

async function tryReuse<Info>(
  spec: ServiceSpec<Info>,
  record: ServiceRecord,
): Promise<RunningService<Info> | undefined> {
  if (record.fingerprint !== fingerprintOf(spec, record.ports)) return undefined;
  if (record.state === "starting") {
    // A run that was killed while it waited left a service that may well be fine: wait for it instead.
    try {
      return await awaitReady(spec, record, true);
    } catch (error) {
      if (error instanceof NotReadyError) return undefined;
      throw error;
    }
  }
  const info = record.info as Info;
  if (spec.healthy && !(await isHealthy(spec.healthy, info, record.ports))) return undefined;
  return running(spec, record, info, true);
}

async function isHealthy<Info>(
  check: NonNullable<ServiceSpec<Info>["healthy"]>,
  info: Info,
  ports: Ports,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), 5000);
  });
  try {
    return await Promise.race([check(info, ports), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** How often another set of ports is tried when somebody took one between its choice and the service's start. */
const PORT_ATTEMPTS = 3;

async function launch<Info>(spec: ServiceSpec<Info>, lastPorts: Ports): Promise<RunningService<Info>> {
  for (let attempt = 1; ; attempt += 1) {
    spec.signal?.throwIfAborted();
    spec.progress?.({ step: spec.name, detail: "starting" });
    const ports: Record<string, number> = {};
    for (const name of spec.ports ?? []) ports[name] = await freePort(lastPorts[name]);
    const record = spawnDetached(spec, ports);
    try {
      return await awaitReady(spec, record, false);
    } catch (error) {
      await stopRecorded(spec.dir, record, 2000);
      if (!(error instanceof NotReadyError)) throw error;
      const free = await Promise.all(Object.values(ports).map(isFree));
      if (error.kind === "exited" && attempt < PORT_ATTEMPTS && free.includes(false)) continue;
      throw notStarted(spec, error);
    }
  }
}

function notStarted<Info>(spec: ServiceSpec<Info>, error: NotReadyError): LocalError {
  const log = logPath(spec.dir, spec.name);
  const tail = tailOfFile(log, 15);
  return new LocalError(
    error.kind === "exited" ? "START_FAILED" : "START_TIMEOUT",
    `The local service "${spec.name}" could not be started: ${error.message}.${tail ? `\nLast lines of its log:\n${indent(tail)}` : ""}`,
    `The whole log is ${log}. Mend the cause and run the command again.`,
  );
}

function spawnDetached<Info>(spec: ServiceSpec<Info>, ports: Record<string, number>): ServiceRecord {
  const log = logPath(spec.dir, spec.name);
  rotateLog(log);
  const descriptor = openSync(log, "a", 0o600);
  try {
    const child = spawn(spec.command, resolvePorts(spec.args, ports), {
      detached: true,
      stdio: ["ignore", descriptor, descriptor],
      env: { ...process.env, ...resolvePorts(spec.env ?? {}, ports) },
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    });
    // Without a listener a failed spawn would end this process; the missing pid tells of it below.
    child.on("error", () => undefined);
    child.unref();
    if (child.pid === undefined) {
      throw new LocalError(
        "START_FAILED",
        `The local service "${spec.name}" could not be started: ${spec.command} cannot be run.`,
        "Check that it is installed and executable (`npx firn doctor`).",
      );
    }
    // No await between spawn and here: a kill can hardly come between the process and its record.
    const record: ServiceRecord = {
      name: spec.name,
      pid: child.pid,
      start: processStart(child.pid) ?? "gone",
      state: "starting",
      ports,
      fingerprint: fingerprintOf(spec, ports),
      startedAt: new Date().toISOString(),
    };
    writeRecord(spec.dir, record);
    return record;
  } catch (error) {
    if (systemCode(error) === "ENOSPC") {
      throw new LocalError(
        "DISK",
        `The disk that holds ${spec.dir} is full.`,
        "Free some space and run again.",
      );
    }
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

async function awaitReady<Info>(
  spec: ServiceSpec<Info>,
  record: ServiceRecord,
  reused: boolean,
): Promise<RunningService<Info>> {
  const probe = makeProbe({
    pid: record.pid,
    ports: record.ports,
    alive: () => isRunning(record),
    signal: spec.signal ?? new AbortController().signal,
    deadline: Date.now() + (spec.readyTimeoutMs ?? 60_000),
  });
  let info: Info;
  try {
    info = await spec.ready(probe);
  } catch (error) {
    if (error instanceof NotReadyError || spec.signal?.aborted) throw error;
    throw new NotReadyError(isRunning(record) ? "timeout" : "exited", reasonOf(error));
  }
  writeRecord(spec.dir, { ...record, state: "ready", info });
  spec.progress?.({ step: spec.name, detail: "ready" });
  return running(spec, record, info, reused);
}

function running<Info>(
  spec: ServiceSpec<Info>,
  record: ServiceRecord,
  info: Info,
  reused: boolean,
): RunningService<Info> {
  return {
    name: spec.name,
    pid: record.pid,
    ports: record.ports,
    info,
    reused,
    logFile: logPath(spec.dir, spec.name),
  };
}

function fingerprintOf<Info>(spec: ServiceSpec<Info>, ports: Ports): string {
  return contentKey(
    spec.command,
    JSON.stringify(resolvePorts(spec.args, ports)),
    JSON.stringify(resolvePorts(spec.env ?? {}, ports)),
    spec.cwd ?? "",
    spec.fingerprint ?? "",
  );
}

function resolvePorts<T extends string[] | Record<string, string>>(value: PerPorts<T>, ports: Ports): T {
  return typeof value === "function" ? value(ports) : value;
}

/** Keeps one older generation, so that a log never grows past about 20 MB over restarts. */
function rotateLog(path: string): void {
  if (existsSync(path) && statSync(path).size > 10_000_000) renameSync(path, `${path}.1`);
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
