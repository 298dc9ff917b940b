import { connect } from "node:net";
import { LOOPBACK } from "../supervisor/ports.ts";

/** An ApiVersions request, version 0: the one request that a broker answers before authentication. */
const REQUEST = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff]);
const CORRELATION_ID = 7;

/** True when a Kafka broker on this loopback port answers an ApiVersions request without an error. */
export function answersKafka(port: number, timeoutMs = 2000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port });
    let received = Buffer.alloc(0);
    const finish = (ok: boolean): void => {
      socket.destroy();
      resolve(ok);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once("error", () => finish(false));
    socket.once("close", () => finish(false));
    socket.once("connect", () => socket.write(REQUEST));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 10) return;
      finish(received.readInt32BE(4) === CORRELATION_ID && received.readInt16BE(8) === 0);
    });
  });
}
