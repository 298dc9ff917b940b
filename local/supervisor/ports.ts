import { connect, createServer } from "node:net";

/** The only address that local services listen on. */
export const LOOPBACK = "127.0.0.1";

/** A free TCP port on the loopback address: the preferred one when nobody has it, else one of the kernel's choice. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await bindOnce(preferred)) !== undefined) return preferred;
  const port = await bindOnce(0);
  if (port === undefined) throw new Error(`no free TCP port on ${LOOPBACK}`);
  return port;
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
