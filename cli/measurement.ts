import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Measured } from "../cost/measured.ts";
import { CliError, EXIT } from "./failure.ts";
import { type Project, rehearsalFolder } from "./project.ts";

/** For `--measured`: `rehearsal`, `account`, or a JSON file of cost/measured.ts. */
export async function readMeasurement(project: Project, where: string): Promise<Measured | undefined> {
  if (where === "account") return measureAccount(project);
  const { readMeasuredFile } = await import("../review/run-forecast.ts");
  const rehearsed = join(rehearsalFolder(project.root, project.stack), "usage.json");
  const file = where === "rehearsal" ? rehearsed : where;
  if (existsSync(file)) return readMeasuredFile(file);
  throw new CliError(
    where === "rehearsal"
      ? `The stack ${project.stack} has not been rehearsed to its end here: there is no ${file}.`
      : `There is no file ${file}.`,
    where === "rehearsal"
      ? `Run \`npx firn rehearse --stack ${project.stack}\` first.`
      : "Name `rehearsal`, `account`, or a JSON file as cost/measured.ts has it.",
    EXIT.usage,
  );
}

async function measureAccount(project: Project): Promise<Measured | undefined> {
  const { connectEmbedded } = await import("./embedded/connect.ts");
  const { readMeasured } = await import("../review/measured-account.ts");
  const client = await connectEmbedded(project, {});
  try {
    return await readMeasured(
      async (statement) => (await client.query(statement)).rows as unknown[][],
      `metering history of stack ${project.stack}`,
    );
  } finally {
    await client.close();
  }
}
