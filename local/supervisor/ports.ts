import { randomInt } from "node:crypto";
import { connect, createServer } from "node:net";

/** The only address that local services listen on. */
export const LOOPBACK = "127.0.0.1";

/**
 * Where ports are drawn from: below the ranges from which Linux (32768 on) and macOS (49152 on) give ports to outgoing
 * connections, which could take one between its choice and the start of the service.
 */
const RANGE = { from: 20_000, to: 32_000 };

/** A free TCP port on the loopback address: the preferred one when nobody has it, else another. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = randomInt(RANGE.from, RANGE.to);
    if (await isFree(port)) return port;
  }
  const port = await bindOnce(0);
  if (port === undefined) throw new Error(`no free TCP port on ${LOOPBACK}`);
  return port;
}

/** True when nobody has this loopback port. */
export async function isFree(port: number): Promise<boolean> {
  return (await bindOnce(port)) !== undefined;
}

/** True when something accepts connections on this loopback port. */
export function isListening(port: number, timeoutMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port });
    const finish = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
  });
}

function bindOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once("error", () => resolve(undefined));
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      const address = server.address();
      const bound = address !== null && typeof address === "object" ? address.port : undefined;
      server.close(() => resolve(bound));
    });
  });
}
