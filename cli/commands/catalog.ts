import { join } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import { globalOptions, openProject } from "../project.ts";

/** `firn catalog`: the data catalogue as a static site. */
export function catalogCommand(): Command {
  return new Command("catalog")
    .description(
      "write the data catalogue as a static site: tables, columns, metrics, lineage, readers, cost, map",
    )
    .option("--output <folder>", "where to write it (default: .firn/<stack>/catalog)")
    .option("--live", "read the metrics' latest values and a few rows of each table from the stack's account")
    .action(async (options: { output?: string; live?: boolean }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      const { runCatalog } = await import("../../review/run-catalog.ts");
      const output = options.output ?? join(project.dataDir, "catalog");
      const run = (query?: Parameters<typeof runCatalog>[0]["query"]) =>
        runCatalog({
          root: project.root,
          stack,
          output,
          query,
          readAt: `read ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
        });
      const result = options.live ? await withAccount(project, run) : await run();
      if (json) return console.log(JSON.stringify({ ok: true, ...result }));
      console.log(
        `${pc.green("✔")} ${result.tables} tables, ${result.metrics} metrics: ${join(result.folder, "index.html")}`,
      );
      for (const reason of result.unread) console.log(`${pc.yellow("!")} no values for ${reason}`);
    });
}

type Queried<T> = (
  query: (statement: string) => Promise<{ columns: string[]; rows: unknown[][] }>,
) => Promise<T>;

async function withAccount<T>(project: ReturnType<typeof openProject>, work: Queried<T>): Promise<T> {
  const { connectEmbedded } = await import("../embedded/connect.ts");
  const client = await connectEmbedded(project, {});
  try {
    return await work(async (statement) => {
      const { columns, rows } = await client.query(statement);
      return { columns, rows: rows as unknown[][] };
    });
  } finally {
    await client.close();
  }
}
