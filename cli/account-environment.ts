import { readFileSync } from "node:fs";
import { CliError, EXIT } from "./failure.ts";
import type { ConnectionOptions } from "./snowflake-client.ts";

/** Log-in by the variables that the Snowflake provider reads (infra/README.md), so that one environment serves both. */
export function fromEnvironment(environment: NodeJS.ProcessEnv): ConnectionOptions {
  const value = (name: string): string | undefined => environment[`SNOWFLAKE_${name}`] || undefined;
  const missing = ["ORGANIZATION_NAME", "ACCOUNT_NAME", "USER"].filter((name) => value(name) === undefined);
  if (value("PRIVATE_KEY") === undefined && value("PASSWORD") === undefined)
    missing.push("PRIVATE_KEY (or SNOWFLAKE_PASSWORD)");
  if (missing.length > 0)
    throw new CliError(
      `The environment does not say how to log in: ${missing.map((name) => `SNOWFLAKE_${name}`).join(", ")} not set.`,
      "Set the variables that infra/README.md lists.",
      EXIT.usage,
    );
  const account = `${value("ORGANIZATION_NAME")}-${value("ACCOUNT_NAME")}`;
  const host = value("HOST") ?? `${account.toLowerCase().replaceAll("_", "-")}.snowflakecomputing.com`;
  const port = value("PORT");
  const key = value("PRIVATE_KEY");
  return {
    accessUrl: `${value("PROTOCOL") ?? "https"}://${host}${port === undefined ? "" : `:${port}`}`,
    account,
    username: value("USER")!,
    ...(key === undefined
      ? { password: value("PASSWORD")! }
      : { privateKey: key.startsWith("-----") ? key : readFileSync(key, "utf8") }),
  };
}
