// The process that runs connectors, as a Kafka Connect worker does. Its one argument is the folder with worker.json.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../../supervisor/errors.ts";
import { parseConnectorConfig } from "./config.ts";
import { ConnectorTask } from "./connector-task.ts";
import { writeStatus } from "./status.ts";
import type { WorkerFile } from "./worker-file.ts";

const STATUS_EVERY_MS = 250;
/** Also without news the status is written, as a sign of life. */
const SIGN_OF_LIFE_MS = 2000;

const dir = process.argv[2] ?? ".";
const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());

const log = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);

async function main(): Promise<void> {
  const worker = JSON.parse(readFileSync(join(dir, "worker.json"), "utf8")) as WorkerFile;
  const tasks = worker.connectors.map(
    ({ name, group, config }) =>
      new ConnectorTask(parseConnectorConfig(name, config), {
        account: worker.account,
        kafka: worker.kafka,
        group: group ?? `connect-${name}`,
        signal: stop.signal,
        log,
      }),
  );
  let last = "";
  let writtenAt = 0;
  const report = (): void => {
    const connectors = tasks.map((task) => task.status());
    const text = JSON.stringify(connectors);
    if (text === last && Date.now() - writtenAt < SIGN_OF_LIFE_MS) return;
    last = text;
    writtenAt = Date.now();
    writeStatus(dir, { pid: process.pid, updatedAt: new Date().toISOString(), connectors });
  };
  report();
  const timer = setInterval(report, STATUS_EVERY_MS);
  // A failed connector leaves the others running, and itself in the status.
  await Promise.all([...tasks.map((task) => task.run()), aborted(stop.signal)]);
  clearInterval(timer);
  report();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(reasonOf(error));
    process.exit(1);
  },
);
