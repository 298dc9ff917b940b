import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import pc from "picocolors";
import { readStackConfig } from "../../infra/config/read-stack.ts";
import { Problems } from "../../infra/errors.ts";
import { CliError, EXIT } from "../failure.ts";
import { type KeyRequest, makeOwnerKeys } from "../owner-keys.ts";
import { globalOptions, openProject, type Project } from "../project.ts";

/** `firn keys`: key pairs of the stack's service users, the private halves outside of the checkout. */
export function keysCommand(): Command {
  return new Command("keys")
    .description("make the key pairs of the stack's service users that do not exist yet")
    .option("--user <name>", "only this user, by its name in firn:serviceUsers")
    .addOption(
      new Option(
        "--folder <path>",
        "where private halves are written (default: the user's configuration folder)",
      ),
    )
    .addOption(
      new Option(
        "--hand-to <command>",
        "give the private half to a command on its standard input instead",
      ).conflicts("folder"),
    )
    .addHelpText(
      "after",
      `
The public half is written to the file that the stack's configuration names: commit it. An existing pair is left alone.
The command of --hand-to finds the user's name in FIRN_USER:

  npx firn keys --stack prod
  npx firn keys --stack prod --hand-to 'aws secretsmanager create-secret --name "firn/$FIRN_USER" --secret-string file:///dev/stdin'`,
    )
    .action(async (options: { user?: string; folder?: string; handTo?: string }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      const requests = keyRequests(project, options.user);
      const folder = options.folder ?? join(configFolder(), "firn", "keys", stack);
      const { made, kept } = await makeOwnerKeys(
        project.root,
        requests,
        options.handTo === undefined ? { folder } : { command: options.handTo },
      );
      if (json) return console.log(JSON.stringify({ ok: true, made, kept }));
      for (const { user, publicKeyFile } of kept)
        console.log(`${pc.dim("–")} ${user}: ${publicKeyFile} exists, its pair stays`);
      for (const { user, publicKeyFile, privateHalf } of made) {
        console.log(`${pc.green("✔")} ${user}`);
        console.log(`    public half   ${publicKeyFile}   commit it`);
        console.log(`    private half  ${privateHalf}   for whoever logs in as ${user}; in no other place`);
      }
    });
}

const configFolder = (): string => process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config");

function keyRequests(project: Project, only: string | undefined): KeyRequest[] {
  const problems = new Problems();
  const file = `Pulumi.${project.stack}.yaml`;
  const config = readStackConfig(file, readFileSync(project.stackFile, "utf8"), problems);
  problems.throwIfAny();
  const users = config!.serviceUsers;
  if (only !== undefined && users[only] === undefined)
    throw new CliError(
      `${file} has no service user ${only} in firn:serviceUsers.`,
      `It has ${Object.keys(users).join(", ") || "none"}.`,
      EXIT.usage,
    );
  return Object.entries(users).flatMap(([user, { publicKeyFile }]) =>
    publicKeyFile === undefined || (only !== undefined && only !== user) ? [] : [{ user, publicKeyFile }],
  );
}
