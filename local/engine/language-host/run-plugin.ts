import { spawn } from "node:child_process";
import { type ServerWritableStream, status } from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { endWith, messageOf, serviceError } from "./calls.ts";
import { nodeArguments, resolveSdkModule } from "./program.ts";

interface PluginLaunch {
  args: string[];
  cwd: string;
}

/** Runs a policy pack or a resource plugin that is written for Node, and passes on what it prints. */
export function runPlugin(
  call: ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>,
): void {
  let launch: PluginLaunch | undefined;
  try {
    launch = describeLaunch(call.request);
  } catch (error) {
    call.destroy(serviceError(status.FAILED_PRECONDITION, messageOf(error)));
    return;
  }
  if (launch === undefined) {
    const details = `Node plugins of kind "${call.request.getKind()}" are not supported`;
    call.destroy(serviceError(status.UNIMPLEMENTED, details));
    return;
  }
  const child = spawn(process.execPath, launch.args, {
    cwd: launch.cwd,
    env: Object.fromEntries(call.request.getEnvList().map(splitVariable)),
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWith(child, call);
  child.stdout.on("data", (chunk: Buffer) => call.write(new language.RunPluginResponse().setStdout(chunk)));
  child.stderr.on("data", (chunk: Buffer) => call.write(new language.RunPluginResponse().setStderr(chunk)));
  child.on("error", (error) => call.destroy(serviceError(status.INTERNAL, error.message)));
  child.on("close", (code) => {
    call.write(new language.RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
}

function describeLaunch(request: language.RunPluginRequest): PluginLaunch | undefined {
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() || request.getPwd();
  const given = request.getArgsList();
  const start = (module: string) => [
    ...nodeArguments(info?.getOptions()?.toJavaScript() ?? {}),
    resolveSdkModule(directory, module),
  ];
  switch (request.getKind()) {
    case "analyzer": // given the engine's address and then itself; reads its package.json where it is run
      return { args: [...start("cmd/run-policy-pack"), ...given, "."], cwd: directory };
    case "resource": // given itself and then the engine's address
      return { args: [...start("cmd/run-plugin"), directory, ...given], cwd: request.getPwd() || directory };
    default:
      return undefined;
  }
}

function splitVariable(variable: string): [string, string] {
  const at = variable.indexOf("=");
  return [variable.slice(0, at), variable.slice(at + 1)];
}
