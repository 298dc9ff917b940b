import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import pc from "picocolors";
import { readMeasurement } from "../measurement.ts";
import { globalOptions, openProject } from "../project.ts";

interface Options {
  base?: string;
  head?: string;
  format?: "text" | "md" | "html" | "json";
  output?: string;
  live?: boolean;
  preview?: boolean;
  measured?: string;
  failOn: "never" | "stop" | "approve";
}

/** Exit code where the review's decision is at or above `--fail-on`. */
const DECIDED = 4;

/** `firn review`: what a change does, for the people who approve it. */
export function reviewCommand(): Command {
  return new Command("review")
    .description("what a change does in money, access, data and meaning; both git revisions, no credentials")
    .option("--base <ref>", "the revision to compare with (default: where the branch left main)")
    .option("--head <ref>", "the revision to review (default: the working tree)")
    .addOption(new Option("--format <kind>", "how to print it").choices(["text", "md", "html", "json"]))
    .option("--output <file>", "write it to a file instead")
    .option("--preview", "run the engine's preview with the policy pack too, against the stack's state")
    .option(
      "--live",
      "ask the stack's account what the risks put at stake, and what changed metrics do to history",
    )
    .option(
      "--measured <where>",
      "replace assumptions by a measurement: `rehearsal`, `account`, or a JSON file",
    )
    .addOption(
      new Option(
        "--fail-on <decision>",
        `exit with ${DECIDED} where policy refuses (stop), or somebody has to approve (approve)`,
      )
        .choices(["never", "stop", "approve"])
        .default("never"),
    )
    .addHelpText(
      "after",
      `
  npx firn review --stack prod                          the branch and what is not committed, against main
  npx firn review --stack prod --format html --output review.html
  npx firn review --base HEAD~1 --head HEAD --format md   as a pull-request comment: its first line is the marker`,
    )
    .action(async (options: Options, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      const { runReview } = await import("../../review/run.ts");
      const { renderReview } = await import("../../review/render.ts");
      const client = options.live
        ? await (await import("../embedded/connect.ts")).connectEmbedded(project, {})
        : undefined;
      const review = await runReview({
        root: project.root,
        stack,
        base: options.base,
        head: options.head,
        now: new Date(),
        measured: options.measured ? await readMeasurement(project, options.measured) : undefined,
        query: client && (async (statement) => (await client.query(statement)).rows as unknown[][]),
        preview: options.preview ? () => enginePreview(project) : undefined,
      }).finally(() => client?.close());
      const format = options.format ?? (json ? "json" : "text");
      const rendered = renderReview(review, format, {
        color: pc.isColorSupported && !options.output,
        width: process.stdout.columns,
      });
      if (options.output) {
        writeFileSync(options.output, rendered);
        if (!json) console.log(`${review.verdict.sentence}\n${pc.dim(`written to ${options.output}`)}`);
      } else process.stdout.write(rendered);
      const { decision } = review.verdict;
      if (
        decision === "stop"
          ? options.failOn !== "never"
          : decision === "approve" && options.failOn === "approve"
      )
        process.exitCode = DECIDED;
    });
}

/** What `pulumi preview --json` prints, errors included; the engine's other output goes nowhere. */
async function enginePreview(project: ReturnType<typeof openProject>): Promise<string> {
  const { engineFor } = await import("../embedded/running.ts");
  const { stackArguments } = await import("../embedded/pulumi.ts");
  const { pulumi, variables } = await engineFor(project);
  const args = stackArguments(project, ["preview", "--json", "--policy-pack", "policy", "--non-interactive"]);
  return new Promise((resolve, reject) => {
    execFile(
      pulumi,
      args,
      { cwd: project.root, env: { ...process.env, ...variables }, maxBuffer: 256 * 1024 * 1024 },
      (error, stdout) =>
        stdout.trim() === "" && error
          ? reject(new Error(`pulumi preview ended with ${error.code ?? "an error"}`))
          : resolve(stdout),
    );
  });
}
