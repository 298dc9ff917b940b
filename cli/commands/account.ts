import { Command, InvalidArgumentError } from "commander";

const port = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError("a port is a whole number from 0 to 65535 (0: any free one)");
  return value;
};

/** `firn account`: a local Snowflake account for anybody, in the foreground. */
export function accountCommand(): Command {
  return new Command("account")
    .description("run only the local Snowflake account, in the foreground (one JSON line when it is ready)")
    .option("--port <number>", "port on 127.0.0.1; 0 takes a free one", port, 0)
    .option("--data <folder>", "where to keep its data (default: in memory, gone when it stops)")
    .option("--user <name>", "name of the first user, an ACCOUNTADMIN", "ADMIN")
    .option("--clock <kind>", "`real`, or `virtual` to drive time by statements", "real")
    .option("--clock-start <time>", "when a virtual clock starts (default: 2026-01-01T00:00:00Z)")
    .addHelpText(
      "after",
      `
Connect with any Snowflake driver: protocol http, host and port as printed. The password is FIRN_ACCOUNT_PASSWORD
where that is set, else a new one at each start, printed on the ready line.`,
    )
    .action(
      async (options: { port: number; data?: string; user: string; clock: string; clockStart?: string }) => {
        const { serveAccount } = await import("../../local/account/main.ts");
        await serveAccount(options);
      },
    );
}
