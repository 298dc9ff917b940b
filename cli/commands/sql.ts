import { readFileSync } from "node:fs";
import { Command } from "commander";
import { connectAccount } from "../connect-account.ts";
import { globalOptions, openProject } from "../project.ts";
import { renderTable } from "../table.ts";

/** `firn sql`: one statement on the stack's account. */
export function sqlCommand(): Command {
  return new Command("sql")
    .description("run one SQL statement on the stack's account and print its rows")
    .argument("<statement>", "the statement; `-` reads it from standard input")
    .option("--role <name>", "the role to run as")
    .option("--warehouse <name>", "the warehouse to run on")
    .action(async (statement: string, options: { role?: string; warehouse?: string }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const text = statement === "-" ? readFileSync(0, "utf8") : statement;
      const client = await connectAccount(openProject(stack), options);
      try {
        const result = await client.query(text);
        if (json)
          console.log(
            JSON.stringify({
              ok: true,
              columns: result.columns,
              rows: result.rows,
              rowCount: result.rowCount,
            }),
          );
        else {
          console.log(renderTable(result.columns, result.rows));
          if (result.rows.length !== 1) console.log(`${result.rows.length} rows`);
        }
      } finally {
        await client.close();
      }
    });
}
