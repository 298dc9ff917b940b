// The language host for Node programs: the gRPC service that the engine asks to run a program, a policy pack or
// a plugin. Prints its port on the first line of stdout, as every Pulumi plugin does, and ends with the engine.

import { Server, ServerCredentials } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { languageRuntime } from "./service.ts";

// Flags of the engine (-v, --logtostderr, --tracing) come first, its address last.
const engineAddress = process.argv.slice(2).findLast((arg) => !arg.startsWith("-")) ?? "";
const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(LanguageRuntimeService, languageRuntime(engineAddress));
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) {
    console.error(`the language host cannot listen on the loopback address: ${error.message}`);
    process.exit(1);
  }
  process.stdout.write(`${port}\n`);
});

// An engine that was killed cannot stop its plugins: somebody else is then the parent.
const engineProcess = process.ppid;
setInterval(() => {
  if (process.ppid !== engineProcess) process.exit(0);
}, 1000).unref();
