import { Command, Option } from "commander";
import { accountCommand } from "./commands/account.ts";
import { backfillCommand } from "./commands/backfill.ts";
import { catalogCommand } from "./commands/catalog.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { downCommand } from "./commands/down.ts";
import { forecastCommand } from "./commands/forecast.ts";
import { keysCommand } from "./commands/keys.ts";
import { pulumiCommand } from "./commands/pulumi.ts";
import { replaceCommand } from "./commands/replace.ts";
import { replayCommand } from "./commands/replay.ts";
import { reviewCommand } from "./commands/review.ts";
import { sqlCommand } from "./commands/sql.ts";
import { statusCommand } from "./commands/status.ts";
import { upCommand } from "./commands/up.ts";
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

for (const make of [
  upCommand,
  downCommand,
  statusCommand,
  sqlCommand,
  reviewCommand,
  forecastCommand,
  catalogCommand,
  replayCommand,
  backfillCommand,
  keysCommand,
  replaceCommand,
  accountCommand,
  doctorCommand,
  pulumiCommand,
])
  program.addCommand(make());

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, program.opts<{ json?: boolean }>().json === true);
}
