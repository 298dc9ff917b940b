import { readFileSync } from "node:fs";
import { Command } from "commander";
import { readStackFile } from "../../infra/config/read-stack-file.ts";
import { Problems } from "../../infra/errors.ts";
import { Names } from "../../infra/names.ts";
import { BI_WAREHOUSE } from "../../roles/functional.ts";
import { connectAccount } from "../connect-account.ts";
import { globalOptions, openProject, type Project } from "../project.ts";
import { renderTable } from "../table.ts";

/** `firn sql`: one statement on the stack's account. */
export function sqlCommand(): Command {
  return new Command("sql")
    .description("run one SQL statement on the stack's account and print its rows")
    .argument("<statement>", "the statement; `-` reads it from standard input")
    .option("--role <name>", "the role to run as")
    .option("--warehouse <name>", "the warehouse to run on (default: the one for people's queries)")
    .action(async (statement: string, options: { role?: string; warehouse?: string }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const text = statement === "-" ? readFileSync(0, "utf8") : statement;
      const project = openProject(stack);
      const client = await connectAccount(project, { warehouse: peoplesWarehouse(project), ...options });
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

/** A role that may not use it has none, and Snowflake says so where a statement wants one. */
function peoplesWarehouse({ root, stack }: Project): string {
  const problems = new Problems();
  const config = readStackFile(root, stack, problems);
  problems.throwIfAny();
  const { warehouses, prefix } = config!;
  const key = warehouses[BI_WAREHOUSE] === undefined ? Object.keys(warehouses)[0]! : BI_WAREHOUSE;
  return new Names(stack, prefix).warehouse(key);
}
