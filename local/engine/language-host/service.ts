import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { handleServerStreamingCall, handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import { endWith, messageOf, unary } from "./calls.ts";
import { programDependencies, requiredPackages } from "./packages.ts";
import { describeExit, launchProgram, resolveSdkModule } from "./program.ts";
import { runPlugin } from "./run-plugin.ts";

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

function programDirectory(request: { getInfo(): language.ProgramInfo | undefined }): string {
  return request.getInfo()?.getProgramDirectory() || process.cwd();
}

let version: string | undefined;

function sdkVersion(): string {
  const manifest = fileURLToPath(import.meta.resolve("@pulumi/pulumi/package.json"));
  version ??= (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
  return version;
}
