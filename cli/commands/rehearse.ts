import { Command, InvalidArgumentError } from "commander";
import { globalOptions, openProject } from "../project.ts";

/** `small` and `full` are names for what people mean by them. */
const SCALES: Record<string, number> = { tiny: 0.02, small: 0.05, full: 1 };

const scale = (text: string): number => {
  const value = SCALES[text] ?? Number(text);
  if (!(value > 0))
    throw new InvalidArgumentError(`a number greater than 0, or ${Object.keys(SCALES).join(", ")}`);
  return value;
};

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`a whole number from ${least} to ${most}`);
    return value;
  };

const day = (text: string): string => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || !Number.isFinite(Date.parse(`${text}T00:00:00Z`)))
    throw new InvalidArgumentError("a day is YYYY-MM-DD");
  return text;
};

/** `firn rehearse`: a stack as it is, on this machine, for days of virtual time. */
export function rehearseCommand(): Command {
  return new Command("rehearse")
    .description(
      "play a stack, production above all, through days of generated data on this machine, and report",
    )
    .option("--days <number>", "days to replay", whole(1, 365), 7)
    .option(
      "--scale <size>",
      "size of the generated company: tiny, small, full or a number",
      scale,
      SCALES["small"],
    )
    .option(
      "--deliveries <number>",
      "deliveries of events a day; exports come with the last one",
      whole(1, 288),
      1,
    )
    .option("--start <day>", "first day of the replay", day, "2026-03-01")
    .option("--seed <number>", "seed of the generated company", whole(0, 2 ** 31), 7)
    .option("--keep", "leave the rehearsal's services running afterwards")
    .addHelpText(
      "after",
      `
Everything is made on endpoints of the rehearsal's own, by the real engine and providers; no credential of yours is seen,
no real endpoint is called. What cannot be executed here is listed by name. Interrupted, the same command goes on.

  npx firn --stack prod rehearse --days 30 --scale small
  npx firn --stack prod forecast --measured rehearsal          what was measured takes the place of assumptions`,
    )
    .action(
      async (
        options: {
          days: number;
          scale: number;
          deliveries: number;
          start: string;
          seed: number;
          keep?: boolean;
        },
        command: Command,
      ) => {
        const { stack, json } = globalOptions(command);
        const { rehearse } = await import("../rehearse/run.ts");
        const { start, keep, ...rest } = options;
        await rehearse(
          openProject(stack),
          { ...rest, startDay: start, keep: keep === true },
          { json: json === true },
        );
      },
    );
}
