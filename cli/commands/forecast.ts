import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { readMeasurement } from "../measurement.ts";
import { globalOptions, openProject } from "../project.ts";

interface Options {
  from?: string;
  months?: number;
  if: string[];
  measured?: string;
  format?: "text" | "md" | "html" | "json" | "csv";
  output?: string;
}

const month = (text: string): string => {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError("a month is YYYY-MM");
  return text;
};

const months = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 120)
    throw new InvalidArgumentError("a whole number from 1 to 120");
  return value;
};

/** `firn forecast`: what the platform will cost, from data volume. */
export function forecastCommand(): Command {
  return new Command("forecast")
    .description("what the platform will cost over two years, from data volume: low, expected and high")
    .option("--from <month>", "the first month, YYYY-MM (default: the next one)", month)
    .option("--months <number>", "how many months (default: 24)", months)
    .option(
      "--if <setting=value>",
      "suppose a setting; repeat it for several",
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option(
      "--measured <where>",
      "replace assumptions by a measurement: `rehearsal`, `account`, or a JSON file",
    )
    .addOption(
      new Option("--format <kind>", "how to print it").choices(["text", "md", "html", "json", "csv"]),
    )
    .option("--output <file>", "write it to a file instead")
    .addHelpText(
      "after",
      `
Can be supposed: warehouse.transform.size=LARGE, warehouse.bi.autoSuspend="5 minutes", monitor.account.credits=500,
database.raw.timeTravelDays=30, schedule.continuous="every 15 minutes", edition=business_critical, region=aws.us-west-2,
usage.forecast.growth.expected=0.05 and any other key of cost/usage.yaml.

  npx firn forecast --stack prod --format html --output forecast.html
  npx firn forecast --stack prod --if warehouse.transform.size=LARGE
  npx firn forecast --stack prod --format csv --output forecast.csv     rows with FinOps FOCUS column names`,
    )
    .action(async (options: Options, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      const { runForecast } = await import("../../review/run-forecast.ts");
      const { renderForecast } = await import("../../review/forecast-report.ts");
      const report = await runForecast({
        root: project.root,
        stack,
        from: options.from ?? nextMonth(new Date()),
        months: options.months,
        suppositions: options.if,
        measured: options.measured ? await readMeasurement(project, options.measured) : undefined,
      });
      const format = options.format ?? (json ? "json" : "text");
      const { csv, ...plain } = report;
      const rendered =
        format === "csv"
          ? csv()
          : renderForecast(plain, format, {
              color: pc.isColorSupported && !options.output,
              width: process.stdout.columns,
            });
      if (options.output) {
        writeFileSync(options.output, rendered);
        if (!json) console.log(pc.dim(`written to ${options.output}`));
      } else process.stdout.write(rendered);
    });
}

const nextMonth = (now: Date): string =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString().slice(0, 7);
