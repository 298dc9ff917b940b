/** What a stack's file leaves to the environment of whoever deploys, besides the providers' own credentials. */
import type { Problems } from "../errors.ts";
import type { StackConfig } from "./schema.ts";

/** Adds a problem for each variable that the stack needs and the environment lacks. */
export function requireVariables(
  config: Pick<StackConfig, "alerts" | "kafka">,
  environment: NodeJS.ProcessEnv,
  file: string,
  problems: Problems,
): void {
  const need = (variable: string, path: string, meaning: string): void => {
    if (environment[variable]) return;
    problems.add({
      code: "CONFIG_ENVIRONMENT",
      file,
      path,
      message: `needs ${variable} in the environment: ${meaning}`,
      hint: "Set it where you deploy from, CI's secrets included.",
    });
  };
  if (config.kafka.enabled)
    need("KAFKA_BOOTSTRAP_SERVERS", "firn:kafka.enabled", "brokers, host:port, by commas");
  for (const [owner, { secretVariable }] of Object.entries(config.alerts?.webhooks ?? {}))
    if (secretVariable !== undefined)
      need(
        secretVariable,
        `firn:alerts.webhooks.${owner}.secretVariable`,
        "the secret part of the webhook's URL",
      );
}
