import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOOPBACK } from "../../../local/supervisor/ports.ts";
import { type ServiceSpec, startService } from "../../../local/supervisor/service.ts";
import { inspectServices, recordPath } from "../../../local/supervisor/service-record.ts";
import { stopService, stopServices } from "../../../local/supervisor/stop.ts";

interface Info {
  answer: string;
}

const SERVER = `
  const http = require("node:http");
  const port = Number(process.env.PORT);
  http.createServer((q, s) => s.end(process.env.ANSWER)).listen(port, "127.0.0.1");
  if (process.env.DEAF) process.on("SIGTERM", () => {});
`;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "firn-service-"));
});
afterEach(async () => {
  await stopServices(dir, 1000);
  rmSync(dir, { recursive: true, force: true });
});

const ask = async (port: number): Promise<string> => (await fetch(`http://${LOOPBACK}:${port}/`)).text();

function spec(over: Partial<ServiceSpec<Info>> = {}, env: Record<string, string> = {}): ServiceSpec<Info> {
  return {
    name: "echo",
    dir,
    command: process.execPath,
    args: ["-e", SERVER],
    env: (ports) => ({ PORT: String(ports["http"]), ANSWER: "hello", ...env }),
    ports: ["http"],
    ready: (probe) => probe.until(async () => ({ answer: await ask(probe.ports["http"]!) })),
    healthy: async (info, ports) => (await ask(ports["http"]!)) === info.answer,
    ...over,
  };
}

test("a service starts, is reused while it is healthy, and is stopped", async () => {
  const first = await startService(spec());
  expect(first).toMatchObject({ info: { answer: "hello" }, reused: false });
  const second = await startService(spec());
  expect(second).toMatchObject({ pid: first.pid, reused: true, info: { answer: "hello" } });
  expect(inspectServices(dir)).toMatchObject([{ name: "echo", running: true, state: "ready" }]);
  expect(await stopService(dir, "echo")).toBe(true);
  expect(await stopService(dir, "echo")).toBe(false);
  expect(inspectServices(dir)).toMatchObject([{ name: "echo", running: false }]);
});

test("a killed service is started again on the same port", async () => {
  const first = await startService(spec());
  process.kill(first.pid, "SIGKILL");
  const second = await startService(spec());
  expect(second.pid).not.toBe(first.pid);
  expect(second.ports).toEqual(first.ports);
});

test("a taken port is avoided", async () => {
  const first = await startService(spec());
  await stopService(dir, "echo");
  const squatter = await new Promise<Server>((resolve) => {
    const server = createServer().listen(first.ports["http"], LOOPBACK, () => resolve(server));
  });
  try {
    const second = await startService(spec());
    expect(second.ports["http"]).not.toBe(first.ports["http"]);
  } finally {
    squatter.close();
  }
});

test("a port that is taken between its choice and the start is chosen again", async () => {
  const squatters: Server[] = [];
  const callers: Socket[] = [];
  const service = await startService(
    spec({
      // Called for the environment of the process, after its port was found to be free.
      env: (ports) => {
        if (squatters.length === 0)
          squatters.push(createServer((socket) => callers.push(socket)).listen(ports["http"], LOOPBACK));
        return { PORT: String(ports["http"]), ANSWER: "hello" };
      },
      ready: (probe) =>
        probe.until(async () => {
          const answer = await ask(probe.ports["http"]!);
          return answer === "hello" && { answer };
        }),
    }),
  );
  const [squatter] = squatters;
  expect(service.ports["http"]).not.toBe((squatter!.address() as AddressInfo).port);
  for (const socket of callers) socket.destroy();
  squatter!.close();
});

test("a service with another environment replaces the running one", async () => {
  const first = await startService(spec());
  const second = await startService(spec({}, { ANSWER: "changed" }));
  expect(second.reused).toBe(false);
  expect(second.pid).not.toBe(first.pid);
  expect(second.info).toEqual({ answer: "changed" });
});

test("an unhealthy service is replaced", async () => {
  const first = await startService(spec());
  const second = await startService(spec({ healthy: async () => false }));
  expect(second.pid).not.toBe(first.pid);
});

test("a service left over by a run that was killed while it waited is adopted", async () => {
  const first = await startService(spec());
  const record = JSON.parse(readFileSync(recordPath(dir, "echo"), "utf8"));
  writeFileSync(recordPath(dir, "echo"), JSON.stringify({ ...record, state: "starting" }));
  const second = await startService(spec());
  expect(second).toMatchObject({ pid: first.pid, reused: true });
});

test("services are stopped in the reverse order of their start", async () => {
  await startService(spec({ name: "b-first" }));
  await startService(spec({ name: "a-second" }));
  expect(await stopServices(dir)).toEqual(["a-second", "b-first"]);
  expect(await stopServices(dir)).toEqual([]);
});

test("a process that merely has the recorded pid is left alone", async () => {
  await startService(spec());
  await stopService(dir, "echo");
  const record = JSON.parse(readFileSync(recordPath(dir, "echo"), "utf8"));
  writeFileSync(recordPath(dir, "echo"), JSON.stringify({ ...record, pid: process.pid }));
  expect(await stopService(dir, "echo")).toBe(false);
  expect(inspectServices(dir)).toMatchObject([{ running: false }]);
});

test("a service that ends tells why, with its log's last lines", async () => {
  const failing = spec({ args: ["-e", "console.error('no such bucket'); process.exit(3)"] });
  await expect(startService(failing)).rejects.toMatchObject({
    code: "START_FAILED",
    message: expect.stringContaining("no such bucket"),
  });
  expect(inspectServices(dir)).toMatchObject([{ running: false }]);
});

test("a service that never becomes ready is ended, even if it ignores SIGTERM", async () => {
  const never = spec(
    { ready: (probe) => probe.until<Info>(async () => undefined), readyTimeoutMs: 300 },
    { DEAF: "1" },
  );
  await expect(startService(never)).rejects.toMatchObject({ code: "START_TIMEOUT" });
  expect(inspectServices(dir)).toMatchObject([{ running: false }]);
});

test("a command that is missing is one clear error", async () => {
  await expect(startService(spec({ command: "/no/such/tool" }))).rejects.toThrow(
    "/no/such/tool cannot be run",
  );
});

test("Ctrl+C while it waits leaves nothing running", async () => {
  const stop = new AbortController();
  const waiting = spec({
    signal: stop.signal,
    ready: (probe) =>
      probe.until<Info>(async () => {
        stop.abort(new Error("interrupted"));
        return undefined;
      }),
  });
  await expect(startService(waiting)).rejects.toThrow();
  expect(inspectServices(dir)).toMatchObject([{ running: false }]);
});
