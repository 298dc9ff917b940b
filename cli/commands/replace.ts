import { Argument, Command } from "commander";
import pc from "picocolors";
import { landingOf } from "../../infra/clone.ts";
import { didYouMean } from "../../infra/errors.ts";
import { quotedObject } from "../../infra/names.ts";
import type { Platform } from "../../infra/platform.ts";
import { OperationError } from "../../pipelines/operations/errors.ts";
import {
  type Deployed,
  findDeployed,
  PIPE_TYPE,
  pendingReplacements,
  STREAM_TYPE,
  TABLE_TYPE,
} from "../../pipelines/operations/replace/pending.ts";
import { replacePipe } from "../../pipelines/operations/replace/pipe.ts";
import { replaceStream } from "../../pipelines/operations/replace/stream.ts";
import { landingZone } from "../../pipelines/operations/replay/landing-zone.ts";
import { callersAwsAccount, connectS3 } from "../connect-account.ts";
import { deployedResources, runTargeted } from "../embedded/engine-state.ts";
import { engineFor } from "../embedded/running.ts";
import { operate } from "../operate.ts";
import { globalOptions, openProject } from "../project.ts";

type Kind = "pipe" | "stream";

/** `firn replace`: a pipe or a stream made anew without losing a file or a row. */
export function replaceCommand(): Command {
  return new Command("replace")
    .description(
      "replace a pipe (pause, drain, recreate, resume) or a stream (only while nothing is unread) safely",
    )
    .addArgument(new Argument("<kind>").choices(["pipe", "stream"]))
    .argument("<key>", "its key, e.g. raw.salesforce.account or core.customer.account<raw.salesforce.account")
    .option("--yes", "do it; without, only say what would be done")
    .action(async (kind: Kind, key: string, options: { yes?: boolean }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      // Before a connection is made: services of older code are started anew.
      const environment = await engineFor(project);
      const awsAccountId = await callersAwsAccount(project);
      await operate(project, { awsAccountId }, async ({ platform, client, report, signal }) => {
        const object = find(platform, kind, key);
        const deployed = await deployedResources(project, environment);
        const pending = pendingReplacements(platform, deployed).find((one) => one.key === key);
        const target = findDeployed(deployed, kind === "pipe" ? PIPE_TYPE : STREAM_TYPE, key);
        if (target === undefined)
          throw new OperationError(
            `The engine's state knows no ${kind} ${key}.`,
            `Deploy it first: npx firn up --stack ${stack}.`,
          );
        const why =
          pending === undefined ? "as it is declared now" : `because ${pending.forcedBy.join(", ")} changed`;
        if (!options.yes) {
          if (json)
            console.log(
              JSON.stringify({ ok: true, done: false, kind, key, forcedBy: pending?.forcedBy ?? [] }),
            );
          else {
            console.log(`${kind} ${quotedObject(object)} would be replaced ${why}.`);
            console.log(pc.dim("Nothing was changed; --yes does it."));
          }
          return;
        }
        let handed: string[] = [];
        const pipe = platform.pipes.find((one) => one.key === key);
        if (kind === "pipe" && pipe !== undefined) {
          // Its table first: the new definition may name a new column.
          const table = findDeployed(deployed, TABLE_TYPE, key);
          if (table !== undefined && !hasColumnsOf(table, platform, key)) {
            report({ detail: `bringing table ${key} up to date` });
            await runTargeted(project, environment, "up", [table.urn], signal);
          }
          const zone = landingZone(connectS3(project), landingOf(platform).bucket);
          ({ handed } = await replacePipe(platform, pipe, zone, client, { report, signal }, Date.now()));
        } else
          await replaceStream(platform, platform.streams.find((one) => one.key === key)!, client, {
            report,
            signal,
          });
        report({ detail: "telling the engine" });
        await runTargeted(project, environment, "refresh", [target.urn], signal);
        if (json)
          return console.log(
            JSON.stringify({ ok: true, done: true, kind, key, filesLandedMeanwhile: handed }),
          );
        console.log(`${pc.green("✔")} ${kind} ${quotedObject(object)} replaced ${why}`);
        if (handed.length > 0)
          console.log(`  ${handed.length} files that landed meanwhile were handed to the new pipe`);
      });
    });
}

function hasColumnsOf(deployed: Deployed, platform: Platform, key: string): boolean {
  const names = (columns: readonly { name: string }[]) => columns.map((column) => column.name).join();
  const declared = platform.tables.find((table) => table.key === key)!.columns;
  return names((deployed.inputs["columns"] ?? []) as { name: string }[]) === names(declared);
}

function find(platform: Platform, kind: Kind, key: string) {
  const all = kind === "pipe" ? platform.pipes : platform.streams;
  const found = all.find((one) => one.key === key);
  if (found !== undefined) return found;
  const keys = all.map((one) => one.key);
  throw new OperationError(
    `There is no ${kind} ${key} in stack ${platform.stack}.`,
    didYouMean(key, keys) ?? `Its keys: ${keys.slice(0, 8).join(", ")}${keys.length > 8 ? ", …" : ""}.`,
    2,
  );
}
