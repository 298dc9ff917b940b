import { Command, Option } from "commander";
import { askedFor } from "./asked-command.ts";
import { EXIT, reportFailure } from "./failure.ts";

const program = new Command("firn")
  .description(
    "A company's whole Snowflake data platform as one Pulumi program that also runs, with data, here.",
  )
  .addOption(new Option("--stack <name>", "the stack: its file is Pulumi.<name>.yaml").default("local"))
  .option("--json", "print one JSON document instead of text")
  .option("--no-color", "plain text (also by the NO_COLOR variable)")
  .showHelpAfterError("(firn --help, or firn COMMAND --help)")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage))
  .addHelpText(
    "after",
    `
Exit codes: 0 done · 1 it failed · 2 the command line or the configuration is wrong · 3 this machine lacks something
· 4 a review reached the decision that --fail-on names · 130 interrupted (run the same command again; it goes on where it was)

  npx firn up                        the whole platform with data on this machine
  npx firn sql "select * from mart.executive.unique_data_points"
  npx firn up --stack prod           the same program for a real account (credentials from the environment)`,
  );

/** Each command's module is loaded when it is asked for: a refusal must not wait for what the others need. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  up: async () => (await import("./commands/up.ts")).upCommand(),
  down: async () => (await import("./commands/down.ts")).downCommand(),
  status: async () => (await import("./commands/status.ts")).statusCommand(),
  sql: async () => (await import("./commands/sql.ts")).sqlCommand(),
  rehearse: async () => (await import("./commands/rehearse.ts")).rehearseCommand(),
  review: async () => (await import("./commands/review.ts")).reviewCommand(),
  forecast: async () => (await import("./commands/forecast.ts")).forecastCommand(),
  catalog: async () => (await import("./commands/catalog.ts")).catalogCommand(),
  inventory: async () => (await import("./commands/inventory.ts")).inventoryCommand(),
  adopt: async () => (await import("./commands/adopt.ts")).adoptCommand(),
  compare: async () => (await import("./commands/compare.ts")).compareCommand(),
  pause: async () => (await import("./commands/pause.ts")).pauseCommand(),
  resume: async () => (await import("./commands/pause.ts")).resumeCommand(),
  replay: async () => (await import("./commands/replay.ts")).replayCommand(),
  backfill: async () => (await import("./commands/backfill.ts")).backfillCommand(),
  inbox: async () => (await import("./commands/inbox.ts")).inboxCommand(),
  keys: async () => (await import("./commands/keys.ts")).keysCommand(),
  replace: async () => (await import("./commands/replace.ts")).replaceCommand(),
  account: async () => (await import("./commands/account.ts")).accountCommand(),
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand(),
  pulumi: async () => (await import("./commands/pulumi.ts")).pulumiCommand(),
};

const asked = askedFor(process.argv.slice(2));
const known = asked !== undefined && Object.hasOwn(COMMANDS, asked);
// Help and mistakes are told from all of them.
for (const load of known ? [COMMANDS[asked]!] : Object.values(COMMANDS)) program.addCommand(await load());

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, program.opts<{ json?: boolean }>().json === true);
}
