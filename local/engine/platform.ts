import { EngineError } from "./engine-error.ts";

/** This machine in the three spellings that are needed. */
export interface Platform {
  goos: "linux" | "darwin";
  goarch: "amd64" | "arm64";
  /** As in the names of Pulumi's own archives: `linux-x64`. */
  pulumi: string;
}

/** Throws `unsupported-platform` where neither an archive nor a build is known to work. */
export function currentPlatform(os: string = process.platform, arch: string = process.arch): Platform {
  const goos = os === "linux" || os === "darwin" ? os : undefined;
  const goarch = arch === "x64" ? "amd64" : arch === "arm64" ? "arm64" : undefined;
  if (goos === undefined || goarch === undefined) {
    throw new EngineError(
      "unsupported-platform",
      `the engine is prepared on Linux and macOS (x64, arm64); this is ${os} ${arch}`,
      os === "win32" ? "run it inside WSL 2" : "install pulumi yourself and put it on PATH",
    );
  }
  return { goos, goarch, pulumi: `${goos}-${goarch === "amd64" ? "x64" : "arm64"}` };
}
