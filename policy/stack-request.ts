import grpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";

/** What the engine says of the stack that it works on. */
export interface StackRequest {
  stack: string;
  /** The stack's configuration; structured values as JSON text. */
  config: Record<string, string>;
}

interface ConfigureStackMessage {
  getStack(): string;
  getConfigMap(): { forEach(visit: (value: string, key: string) => void): void };
}

/**
 * Calls back with the stack before anything is judged. The engine tells it in the ConfigureStack call, of which
 * @pulumi/policy 1.21 keeps the tags only, and passes no environment to packs that a language host runs; so the
 * message is read where it is decoded.
 */
export function onStackRequest(use: (request: StackRequest) => void): void {
  const method = (
    grpc as unknown as {
      AnalyzerService: { configureStack: { requestDeserialize(bytes: Buffer): ConfigureStackMessage } };
    }
  ).AnalyzerService.configureStack;
  const decode = method.requestDeserialize;
  method.requestDeserialize = (bytes) => {
    const message = decode(bytes);
    const config: Record<string, string> = {};
    message.getConfigMap().forEach((value, key) => {
      config[key] = value;
    });
    use({ stack: message.getStack().split("/").at(-1) ?? "", config });
    return message;
  };
}
