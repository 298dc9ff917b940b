import { CliError } from "./failure.ts";

/**
 * Pauses or resumes a connector by the REST interface of Kafka Connect at KAFKA_CONNECT_URL; false where that is not
 * set (Kafka documentation, "Kafka Connect", REST API: PUT /connectors/{name}/pause and /resume, answered with 202).
 */
export async function setConnectorPaused(
  name: string,
  paused: boolean,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<boolean> {
  const base = environment["KAFKA_CONNECT_URL"];
  if (!base) return false;
  const action = paused ? "pause" : "resume";
  const url = `${base.replace(/\/$/, "")}/connectors/${encodeURIComponent(name)}/${action}`;
  const answer = await fetch(url, { method: "PUT", signal: AbortSignal.timeout(30_000) });
  if (!answer.ok)
    throw new CliError(
      `Kafka Connect did not ${action} ${name}: HTTP ${answer.status} ${(await answer.text()).slice(0, 200)}`,
      "Check KAFKA_CONNECT_URL and the connector's name, then run the same command again.",
    );
  return true;
}
