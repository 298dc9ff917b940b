import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServerWritableStream,
  ServiceError,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import { programDependencies, requiredPackages } from "./packages.ts";
import { describeExit, launchProgram, nodeArguments, resolveSdkModule } from "./program.ts";

/** Modules of the SDK that serve a plugin of each kind that Node code can be. */
const PLUGIN_MODULES: Record<string, string> = {
  analyzer: "cmd/run-policy-pack",
  resource: "cmd/run-plugin",
};

/**
 * The methods that `pulumi up`, `preview`, `refresh`, `destroy`, `about`, `install` and policy packs need.
 * Code generation and packing answer UNIMPLEMENTED, which the engine reports as such.
 */
export function languageRuntime(engineAddress: string): UntypedServiceImplementation {
  let engine = engineAddress;
  return {
    handshake: unary<language.LanguageHandshakeRequest, language.LanguageHandshakeResponse>((request) => {
      engine = request.getEngineAddress() || engine;
      return new language.LanguageHandshakeResponse();
    }),

    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(sdkVersion()) as plugin.PluginInfo),

    getRequiredPackages: unary<language.GetRequiredPackagesRequest, language.GetRequiredPackagesResponse>(
      (request) =>
        new language.GetRequiredPackagesResponse().setPackagesList(
          requiredPackages(programDirectory(request)).map((needed) =>
            new plugin.PackageDependency()
              .setName(needed.name)
              .setKind("resource")
              .setVersion(needed.version)
              .setServer(needed.server),
          ),
        ),
    ),

    getRequiredPlugins: unary<language.GetRequiredPluginsRequest, language.GetRequiredPluginsResponse>(
      (request) =>
        new language.GetRequiredPluginsResponse().setPluginsList(
          requiredPackages(programDirectory(request)).map((needed) =>
            new plugin.PluginDependency()
              .setName(needed.name)
              .setKind("resource")
              .setVersion(needed.version)
              .setServer(needed.server),
          ),
        ),
    ),

    getProgramDependencies: unary<
      language.GetProgramDependenciesRequest,
      language.GetProgramDependenciesResponse
    >((request) =>
      new language.GetProgramDependenciesResponse().setDependenciesList(
        programDependencies(programDirectory(request), request.getTransitivedependencies()).map(
          (dependency) =>
            new language.DependencyInfo().setName(dependency.name).setVersion(dependency.version),
        ),
      ),
    ),

    about: unary<language.AboutRequest, language.AboutResponse>(() =>
      new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
    ),

    runtimeOptionsPrompts: unary(() => new language.RuntimeOptionsResponse()),

    installDependencies: ((call) => {
      const note = 'Dependencies are not installed by the language host: run "npm ci" in the project.\n';
      call.write(new language.InstallDependenciesResponse().setStdout(Buffer.from(note)));
      call.end();
    }) satisfies handleServerStreamingCall<
      language.InstallDependenciesRequest,
      language.InstallDependenciesResponse
    >,

    run: ((call, done) => {
      const answer = (error: string, bail: boolean) =>
        done(null, new language.RunResponse().setError(error).setBail(bail));
      try {
        const request = call.request;
        const info = request.getInfo();
        const pwd = request.getPwd() || (info?.getProgramDirectory() ?? process.cwd());
        const launch = launchProgram(
          {
            monitor: request.getMonitorAddress(),
            engine,
            organization: request.getOrganization(),
            project: request.getProject(),
            stack: request.getStack(),
            rootDirectory: info?.getRootDirectory() ?? "",
            pwd,
            entryPoint: info?.getEntryPoint() || request.getProgram(),
            dryRun: request.getDryrun(),
            parallel: request.getParallel(),
            args: request.getArgsList(),
            config: Object.fromEntries(request.getConfigMap().toArray()),
            secretKeys: request.getConfigsecretkeysList(),
            options: info?.getOptions()?.toJavaScript() ?? {},
          },
          resolveSdkModule(pwd, "cmd/run"),
        );
        const child = spawn(process.execPath, launch.args, {
          env: { ...process.env, ...launch.env },
          stdio: ["ignore", "inherit", "inherit"],
        });
        endWith(child, call);
        child.on("error", (error) => answer(`the program could not be started: ${error.message}`, false));
        child.on("exit", (code, signal) => {
          const end = describeExit(code, signal);
          answer(end.error, end.bail);
        });
      } catch (error) {
        answer(messageOf(error), false);
      }
    }) satisfies handleUnaryCall<language.RunRequest, language.RunResponse>,

    runPlugin: runPlugin satisfies handleServerStreamingCall<
      language.RunPluginRequest,
      language.RunPluginResponse
    >,
  };
}

function runPlugin(call: ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>): void {
  const request = call.request;
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() ?? request.getPwd();
  const module = PLUGIN_MODULES[request.getKind()];
  if (module === undefined) {
    call.destroy(
      serviceError(status.UNIMPLEMENTED, `Node plugins of kind "${request.getKind()}" are not supported`),
    );
    return;
  }
  let args: string[];
  try {
    const options = info?.getOptions()?.toJavaScript() ?? {};
    args = [...nodeArguments(options), resolveSdkModule(directory, module)];
  } catch (error) {
    call.destroy(serviceError(status.FAILED_PRECONDITION, messageOf(error)));
    return;
  }
  // A policy pack is given the engine's address and then itself; a resource plugin itself and then the address.
  const ownArguments = request.getArgsList();
  args.push(
    ...(request.getKind() === "analyzer" ? [...ownArguments, directory] : [directory, ...ownArguments]),
  );
  const child = spawn(process.execPath, args, {
    cwd: request.getPwd() || directory,
    env: Object.fromEntries(request.getEnvList().map(splitVariable)),
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

function splitVariable(variable: string): [string, string] {
  const at = variable.indexOf("=");
  return [variable.slice(0, at), variable.slice(at + 1)];
}

/** The child lives no longer than the call that it serves, nor than this process. */
function endWith(child: ChildProcess, call: { on(event: "cancelled", listener: () => void): unknown }): void {
  const stop = () => {
    child.kill("SIGTERM");
  };
  process.once("exit", stop);
  call.on("cancelled", stop);
  child.once("exit", () => process.off("exit", stop));
}

function unary<Request, Response>(
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

function programDirectory(request: { getInfo(): language.ProgramInfo | undefined }): string {
  return request.getInfo()?.getProgramDirectory() || process.cwd();
}

let version: string | undefined;

function sdkVersion(): string {
  version ??= (JSON.parse(readFileSync(resolveSdkPackage(), "utf8")) as { version: string }).version;
  return version;
}

function resolveSdkPackage(): string {
  return new URL(import.meta.resolve("@pulumi/pulumi/package.json")).pathname;
}

function serviceError(code: status, details: string): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: undefined }) as unknown as ServiceError;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
