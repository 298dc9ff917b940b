// What every method of the service shares.

import type { ChildProcess } from "node:child_process";
import { type handleUnaryCall, type ServiceError, status } from "@grpc/grpc-js";

/** A method that answers at once; what it throws becomes an INTERNAL error with its message. */
export function unary<Request, Response>(
  answer: (request: Request) => Response,
): handleUnaryCall<Request, Response> {
  return (call, done) => {
    try {
      done(null, answer(call.request));
    } catch (error) {
      done(serviceError(status.INTERNAL, messageOf(error)));
    }
  };
}

/** The child lives no longer than the call that it serves, nor than this process. */
export function endWith(
  child: ChildProcess,
  call: { on(event: "cancelled", listener: () => void): unknown },
): void {
  const stop = () => {
    child.kill("SIGTERM");
  };
  process.once("exit", stop);
  call.on("cancelled", stop);
  child.once("exit", () => process.off("exit", stop));
}

export function serviceError(code: status, details: string): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: undefined }) as unknown as ServiceError;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
