/**
 * What the wire costs: a trivial statement on one connection and on twenty, against DuckDB alone and against fakesnow,
 * in alternating rounds of one run. The servers are processes of their own; the clients are a plain HTTP one, the same
 * for both, snowflake-sdk and the Python connector. `node bench/wire.ts [statements]`
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import snowflake, { type Connection, type ConnectionOptions } from "snowflake-sdk";
import { pythonClient, runProgram } from "../tests/local/account/clients/python.ts";

const STATEMENTS = Number(process.argv[2] ?? 2000);
const ROUNDS = 4;
const STATEMENT = "SELECT 1";
const PASSWORD = "bench";
snowflake.configure({ logLevel: "OFF", additionalLogToConsole: false });

interface Server {
  port: number;
  stop(): Promise<void>;
}

/** A child process; ready when what it prints answers `ready`, or when `ready` resolves by itself. */
async function serve(
  command: string,
  args: string[],
  env: Record<string, string>,
  ready: (line: Promise<string>) => Promise<number>,
): Promise<Server> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const line = new Promise<string>((done, fail) => {
    child.stdout.once("data", (part) => done(String(part)));
    child.once("exit", (code) => fail(new Error(`${command} ended with ${code}`)));
  });
  line.catch(() => {});
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  try {
    return { port: await ready(line), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const folder = mkdtempSync(join(tmpdir(), "firn-bench-"));
const startAccount = () =>
  serve(
    process.execPath,
    [resolve(import.meta.dirname, "../local/account/main.ts"), "--data", join(folder, "account")],
    { FIRN_ACCOUNT_PASSWORD: PASSWORD },
    async (line) => (JSON.parse(await line) as { port: number }).port,
  );

const freePort = () =>
  new Promise<number>((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });

async function startFakesnow(bin: string): Promise<Server> {
  const port = await freePort();
  return serve(join(bin, "fakesnow"), ["-s", "-p", String(port)], {}, async () => {
    for (let attempt = 0; attempt < 300; attempt++) {
      try {
        await fetch(`http://127.0.0.1:${port}/`);
        return port;
      } catch {
        await new Promise((done) => setTimeout(done, 100));
      }
    }
    throw new Error("fakesnow did not start");
  });
}

type Execute = () => Promise<unknown>;

/** One kept connection, one session. */
async function plainClient(port: number): Promise<Execute> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post = (path: string, body: unknown, headers: Record<string, string>) =>
    new Promise<Record<string, never>>((done, fail) => {
      const sent = request({ host: "127.0.0.1", port, path, method: "POST", agent, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => {
          const parsed = JSON.parse(Buffer.concat(parts).toString());
          if (parsed.success) done(parsed.data);
          else fail(new Error(parsed.message));
        });
      });
      sent.on("error", fail);
      sent.end(JSON.stringify(body));
    });
  const { token } = await post(
    "/session/v1/login-request",
    { data: { LOGIN_NAME: "ADMIN", PASSWORD, SESSION_PARAMETERS: {} } },
    {},
  );
  return () =>
    post(
      `/queries/v1/query-request?requestId=${crypto.randomUUID()}`,
      { sqlText: STATEMENT },
      { authorization: `Snowflake Token="${token}"` },
    );
}

async function driverClient(port: number): Promise<Execute> {
  const connection = await new Promise<Connection>((done, fail) => {
    const opened = snowflake.createConnection({
      account: "FIRNLOCAL",
      accessUrl: `http://127.0.0.1:${port}`,
      username: "ADMIN",
      password: PASSWORD,
    } as ConnectionOptions);
    opened.connect((error) => (error ? fail(error) : done(opened)));
  });
  return () =>
    new Promise<void>((done, fail) => {
      connection.execute({ sqlText: STATEMENT, complete: (error) => (error ? fail(error) : done()) });
    });
}

async function times(count: number, work: Execute): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await work();
    taken.push(performance.now() - start);
  }
  return taken;
}

const share = (of: readonly number[], part: number) =>
  [...of].sort((a, b) => a - b)[Math.floor(of.length * part)]!;

/** Rounds in alternating order, so that what else the machine does falls on all alike. */
async function alternate(rounds: number, work: Record<string, () => Promise<void>>): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const order = Object.values(work);
    for (const one of round % 2 === 0 ? order : order.reverse()) await one();
  }
}

const fakesnow = pythonClient("fakesnow", "0.12.1", [
  "snowflake-connector-python==4.8.1",
  "starlette==1.10.0",
  "uvicorn==0.54.0",
]);
const account = await startAccount();
const peer = fakesnow.missing ? undefined : await startFakesnow(fakesnow.bin);
if (!peer) console.log(`without fakesnow: ${fakesnow.missing}`);
try {
  const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
  const clients: Record<string, Execute> = {
    "DuckDB alone": async () => (await duckdb.runAndReadAll(STATEMENT)).getRows(),
    "account, plain HTTP": await plainClient(account.port),
    "account, snowflake-sdk": await driverClient(account.port),
    ...(peer && { "fakesnow, plain HTTP": await plainClient(peer.port) }),
  };
  const taken = new Map<string, number[]>();
  for (const [name, execute] of Object.entries(clients)) {
    await times(200, execute);
    taken.set(name, []);
  }
  await alternate(
    ROUNDS,
    Object.fromEntries(
      Object.entries(clients).map(([name, execute]) => [
        name,
        async () => void taken.get(name)!.push(...(await times(STATEMENTS / ROUNDS, execute))),
      ]),
    ),
  );
  if (peer)
    for (const [name, { port }] of [
      ["account, Python connector", account],
      ["fakesnow, Python connector", peer],
    ] as const) {
      const script = join(import.meta.dirname, "wire-connector.py");
      const given = [script, "127.0.0.1", String(port), String(STATEMENTS / 2)];
      taken.set(name, JSON.parse(await runProgram(join(fakesnow.bin, "python"), given)) as number[]);
    }
  console.log(`${STATEMENT}, one connection`);
  const alone = share(taken.get("DuckDB alone")!, 0.5);
  for (const [name, all] of taken) {
    const [p50, p95] = [share(all, 0.5), share(all, 0.95)];
    const over = name === "DuckDB alone" ? "" : `   +${(p50 - alone).toFixed(2)} ms over DuckDB alone`;
    console.log(`  ${name.padEnd(28)} p50 ${p50.toFixed(2)} ms   p95 ${p95.toFixed(2)} ms${over}`);
  }

  console.log(`${STATEMENT}, twenty connections, plain HTTP`);
  const twenty = async (port: number) => Promise.all(Array.from({ length: 20 }, () => plainClient(port)));
  const crowds = {
    account: await twenty(account.port),
    ...(peer && { fakesnow: await twenty(peer.port) }),
  };
  const spent = Object.fromEntries(
    Object.keys(crowds).map((name) => [name, { seconds: 0, all: [] as number[] }]),
  );
  await alternate(
    ROUNDS,
    Object.fromEntries(
      Object.entries(crowds).map(([name, crowd]) => [
        name,
        async () => {
          const start = performance.now();
          const each = await Promise.all(crowd.map((one) => times(STATEMENTS / ROUNDS / 20, one)));
          const sum = spent[name]!;
          sum.seconds += (performance.now() - start) / 1000;
          sum.all.push(...each.flat());
        },
      ]),
    ),
  );
  for (const [name, { seconds, all }] of Object.entries(spent))
    console.log(
      `  ${name.padEnd(28)} p50 ${share(all, 0.5).toFixed(2)} ms   p95 ${share(all, 0.95).toFixed(2)} ms   ${Math.round(all.length / seconds)} statements/s`,
    );
} finally {
  await account.stop();
  await peer?.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
