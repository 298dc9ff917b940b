import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import pc from "picocolors";
import { didYouMean } from "../../infra/errors.ts";
import { loadPlatform } from "../../infra/load.ts";
import type { Platform } from "../../infra/platform.ts";
import { OperationError } from "../../pipelines/operations/errors.ts";
import { pausePipes } from "../../pipelines/operations/pause/run.ts";
import { withPaused } from "../../pipelines/operations/pause/stack-file.ts";
import { pausable } from "../../pipelines/sources/pauses.ts";
import { embeddedConfig } from "../embedded/config.ts";
import { runConnectors } from "../embedded/connectors.ts";
import { engineFor } from "../embedded/running.ts";
import { setConnectorPaused } from "../kafka-connect.ts";
import { operate } from "../operate.ts";
import { globalOptions, openProject, type Project } from "../project.ts";
import { renderTable } from "../table.ts";

/** `firn pause`: a source's pipes and connectors stand still; what arrives waits. */
export const pauseCommand = (): Command =>
  change("pause", true, "let a source's pipes and connectors stand still: what arrives waits for them");

/** `firn resume`: they go on with what waited. */
export const resumeCommand = (): Command =>
  change("resume", false, "let a paused source's pipes and connectors go on with what waited");

function change(name: "pause" | "resume", paused: boolean, description: string): Command {
  return new Command(name)
    .description(description)
    .argument("<source>", "the source, e.g. salesforce")
    .option("--yes", "do it; without, only say what would stand still")
    .addHelpText(
      "after",
      `
It also writes firn:paused in the stack's file, so that the next deployment keeps it and the review shows it: commit it.
Connectors on a real account are paused by Kafka Connect's REST interface at KAFKA_CONNECT_URL.`,
    )
    .action(async (source: string, options: { yes?: boolean }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      const environment =
        options.yes && embeddedConfig(project) !== undefined ? await engineFor(project) : undefined;
      await operate(project, {}, async ({ platform, client, report, signal }) => {
        const parts = partsOf(platform, source);
        if (!options.yes) {
          if (json)
            console.log(
              JSON.stringify({ ok: true, done: false, source, parts: parts.map((one) => one.name) }),
            );
          else {
            console.log(`${name} ${source}: ${parts.map((one) => one.name).join(", ")}`);
            console.log(pc.dim("Nothing was changed; --yes does it."));
          }
          return;
        }
        // The file first: killed between, the next deployment or the same command does the rest.
        writePaused(project, source, paused);
        const states = await pausePipes(parts, paused, client);
        const left: string[] = [];
        const connectors = parts.filter((one) => one.connector !== undefined);
        if (environment?.endpoints !== undefined) {
          if (connectors.length > 0) {
            report({ detail: "connectors" });
            const now = loadPlatform({ root: project.root, stack });
            await runConnectors(
              project,
              now,
              environment.endpoints,
              ({ step, detail = step }) => report({ detail }),
              signal,
            );
          }
        } else
          for (const connector of connectors)
            if (!(await setConnectorPaused(connector.name, paused))) left.push(connector.name);
        if (json)
          console.log(
            JSON.stringify({ ok: true, done: true, source, paused, pipes: states, connectorsLeft: left }),
          );
        else {
          if (states.length > 0)
            console.log(
              renderTable(
                ["PIPE", "STATE", "FILES WAITING"],
                states.map((one) => [one.name, one.state, one.waiting]),
              ),
            );
          console.log(
            `${pc.green("✔")} ${source} is ${paused ? "paused" : "running"}; Pulumi.${stack}.yaml says so`,
          );
        }
        if (left.length > 0)
          throw new OperationError(
            `Connectors were left as they are: ${left.join(", ")}.`,
            `Set KAFKA_CONNECT_URL and run the same command again, or ${name} them in Kafka Connect.`,
          );
      });
    });
}

function partsOf(platform: Platform, source: string) {
  const parts = pausable(platform, source);
  if (parts.length > 0) return parts;
  const known = platform.sources.map((one) => one.key).filter((key) => pausable(platform, key).length > 0);
  throw new OperationError(
    platform.sources.some((one) => one.key === source)
      ? `The source ${source} has neither pipe nor connector that could be paused.`
      : `There is no source ${source} in stack ${platform.stack}.`,
    didYouMean(source, known) ?? `These can be paused: ${known.join(", ")}.`,
    2,
  );
}

function writePaused(project: Project, source: string, paused: boolean): void {
  const before = readFileSync(project.stackFile, "utf8");
  const after = withPaused(before, source, paused);
  if (after === before) return;
  const temporary = `${project.stackFile}.${process.pid}.tmp`;
  writeFileSync(temporary, after, { mode: statSync(project.stackFile).mode });
  renameSync(temporary, project.stackFile);
}
