// The stand-in for pulumi-resource-aws: the ResourceProvider service on a loopback port, which is printed on the first
// line of stdout, as every Pulumi plugin does. Ends with the engine that started it.

import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { resourceProvider } from "./service.ts";

const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(ResourceProviderService, resourceProvider(process.env));
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) {
    console.error(`the AWS provider cannot listen on the loopback address: ${error.message}`);
    process.exit(1);
  }
  process.stdout.write(`${port}\n`);
});

// An engine that was killed cannot stop its plugins; then somebody else is the parent.
const engineProcess = process.ppid;
setInterval(() => {
  if (process.ppid !== engineProcess) process.exit(0);
}, 2000).unref();
