// What is prepared, at which version. A test holds these to package.json and to the Go module.

/** Everything the engine consists of, each found, fetched or built on its own. */
export type Part = "pulumi" | "language-nodejs" | "snowflake" | "kafka" | "aws" | "policy";

export const PULUMI_VERSION = "3.246.0";

export type Provider = "snowflake" | "kafka" | "aws";

export const PROVIDER_VERSIONS: Record<Provider, string> = {
  snowflake: "1.3.0",
  kafka: "3.13.2",
  aws: "7.48.0",
};

/** Node that runs TypeScript files as they are. */
export const OLDEST_NODE = "22.18.0";

/** Negative, zero or positive, comparing `1.2.3` part by part; a leading "v" or "go" and a pre-release are ignored. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** True where `found` can stand in for `wanted`: the same major version, and not older. */
export function satisfies(found: string, wanted: string): boolean {
  return numbersOf(found)[0] === numbersOf(wanted)[0] && compareVersions(found, wanted) >= 0;
}

function numbersOf(version: string): number[] {
  return (version.match(/\d+(\.\d+)*/)?.[0] ?? "0").split(".").map(Number);
}
