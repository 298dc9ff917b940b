import { Command } from "commander";
import pc from "picocolors";
import { landingOf } from "../../infra/clone.ts";
import { dayRange } from "../../pipelines/operations/days.ts";
import { landingZone } from "../../pipelines/operations/replay/landing-zone.ts";
import {
  lookUpReplay,
  type ReplayOutcome,
  type ReplayState,
  runReplay,
} from "../../pipelines/operations/replay/run.ts";
import { callersAwsAccount, connectS3 } from "../connect-account.ts";
import { CliError } from "../failure.ts";
import { operate, settleGraphs } from "../operate.ts";
import { globalOptions, openProject } from "../project.ts";
import { renderTable } from "../table.ts";

interface Options {
  from: string;
  to?: string;
  yes?: boolean;
  wait?: boolean;
  restore?: boolean;
  warehouse?: string;
}

/** Days for which restored copies of archived objects stay readable. */
const RESTORE_DAYS = 7;

/** `firn replay`: rows of landed files that RAW lacks, added from the bucket. */
export function replayCommand(): Command {
  return new Command("replay")
    .description(
      "load a source's landed files of some days again: adds the rows that RAW lacks, no row twice",
    )
    .argument("<source>", "the source, e.g. salesforce")
    .requiredOption("--from <day>", "the first day, e.g. 2026-03-01 (the day in the files' folders)")
    .option("--to <day>", "the last day, included (default: the first)")
    .option("--yes", "do it; without, only say what would be read")
    .option("--wait", "then run the task graphs and wait until every derived table has followed")
    .option(
      "--restore",
      `with --yes: ask S3 for readable copies of archived files, for ${RESTORE_DAYS} days (Bulk retrieval)`,
    )
    .option("--warehouse <name>", "the warehouse to run on (default: the transforming one)")
    .action(async (source: string, options: Options, command: Command) => {
      const { stack, json } = globalOptions(command);
      const range = dayRange(options.from, options.to);
      const project = openProject(stack);
      const s3 = connectS3(project);
      const awsAccountId = await callersAwsAccount(project);
      await operate(project, { ...options, awsAccountId }, async ({ platform, client, report, signal }) => {
        const zone = landingZone(s3, landingOf(platform).bucket);
        const state = await lookUpReplay(platform, source, range, zone, client, { report, signal });
        if (!json) printPlan(state);
        if (!options.yes) {
          if (json) console.log(JSON.stringify({ ok: true, done: false, ...summary(state) }));
          else console.log(pc.dim("Nothing was changed; --yes does it."));
          return;
        }
        const archived = state.objects.flatMap((object) => object.archived);
        if (options.restore && archived.length > 0)
          await zone.restore(
            archived.map((file) => file.key),
            RESTORE_DAYS,
          );
        const outcome = await runReplay(state, client, { report, signal }, Date.now());
        if (options.wait) await settleGraphs({ platform, client, report, signal });
        if (json) console.log(JSON.stringify({ ok: true, done: true, ...summary(state), outcome }));
        else printOutcome(outcome, options.wait === true);
        refuseIncomplete(state, options.restore === true);
      });
    });
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function summary(state: ReplayState) {
  return {
    source: state.source,
    ...state.range,
    objects: state.objects.map(({ pipe, batches, archived, restoring, rewritten, present }) => {
      const files = batches.flatMap((batch) => batch.files);
      return {
        object: pipe.key,
        files: files.length,
        bytes: files.reduce((sum, file) => sum + file.size, 0),
        filesWithoutRows: files.filter((file) => !present.has(file.key)).length,
        rows: files.reduce((sum, file) => sum + (present.get(file.key) ?? 0), 0),
        archived: archived.map((file) => file.key),
        restoring: restoring.map((file) => file.key),
        rewritten,
      };
    }),
  };
}

function printPlan(state: ReplayState): void {
  const { objects } = summary(state);
  console.log(
    renderTable(
      ["OBJECT", "FILES", "MB", "ROWS IN RAW", "FILES WITHOUT ROWS", "ARCHIVED", "BEING RESTORED"],
      objects.map((object) => [
        object.object,
        object.files,
        megabytes(object.bytes),
        object.rows,
        object.filesWithoutRows,
        object.archived.length,
        object.restoring.length,
      ]),
    ),
  );
  const rewritten = objects.flatMap((object) => object.rewritten);
  if (rewritten.length > 0)
    console.log(
      pc.yellow(
        `${rewritten.length} files were written again after they were loaded; their loaded rows stay, only further lines are added. First: ${rewritten[0]}`,
      ),
    );
}

function printOutcome(outcome: readonly ReplayOutcome[], waited: boolean): void {
  console.log(
    renderTable(
      ["OBJECT", "FILES READ", "LOADED BY ITS PIPE", "ROWS ADDED"],
      outcome.map((one) => [one.object, one.files, one.handedToPipe, one.rowsAdded]),
    ),
  );
  const added = outcome.some((one) => one.rowsAdded + one.handedToPipe > 0);
  if (!added) console.log(`${pc.green("✔")} nothing was missing`);
  else if (waited) console.log(`${pc.green("✔")} every derived table has followed`);
  else
    console.log(`${pc.green("✔")} derived tables follow with their next scheduled run (--wait runs it now)`);
}

/** What could be read was; that archived files were not is a failure, told last. */
function refuseIncomplete(state: ReplayState, asked: boolean): void {
  const archived = state.objects.flatMap((object) => object.archived);
  const restoring = state.objects.flatMap((object) => object.restoring);
  const [first] = [...archived, ...restoring];
  if (first === undefined) return;
  throw new CliError(
    `${archived.length + restoring.length} files are in an archive class and were not read, first ${first.key}.`,
    archived.length === 0 || asked
      ? "They are being restored, which takes up to 48 hours; run the same command again then."
      : "Run the same command with --restore: S3 then makes readable copies within 48 hours; then run it again.",
  );
}
