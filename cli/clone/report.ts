import pc from "picocolors";
import type { Platform } from "../../infra/platform.ts";
import { renderTable } from "../table.ts";

export interface CloneReport {
  stack: string;
  of: string;
  at: string;
  cloned: string[];
  /** Tables that were made empty. */
  made: { table: string; because: string }[];
  changes: Record<string, number>;
  /** Models whose tables hold what another definition computed. */
  differ: string[];
  recomputed: string[];
}

export function printCloneReport(report: CloneReport, platform: Platform): void {
  const { stack, of, at } = report;
  console.log(
    `\n${pc.green("✔")} ${stack} has the tables of ${of} as of ${at}; a row is copied only when it changes`,
  );
  const names = (list: readonly { name: string }[]): string => list.map(({ name }) => name).join(", ");
  const [monitor] = platform.monitors;
  console.log(
    renderTable(
      ["", ""],
      [
        ["databases", names(platform.databases)],
        [
          "warehouses",
          `${names(platform.warehouses)} (${platform.warehouses[0]?.size}; ${monitor?.credits} credits a month together)`,
        ],
        ["roles", `${platform.automation.transformer} computes, ${platform.roles.length} in all`],
        [
          "tasks",
          platform.clone?.started ? "run by themselves" : "run when asked: the graphs' roots are suspended",
        ],
      ],
    ),
  );
  if (report.made.length > 0) {
    console.log("Made empty, and not cloned:");
    console.log(
      renderTable(
        ["TABLE", "BECAUSE"],
        report.made.map((one) => [one.table, one.because]),
      ),
    );
  }
  if (report.recomputed.length > 0)
    console.log(`${pc.green("✔")} recomputed, with what reads them: ${report.recomputed.join(", ")}`);
  if (report.differ.length > 0)
    console.log(
      [
        `${pc.yellow("!")} not what filled their tables: ${report.differ.join(", ")}`,
        `  npx firn up --stack ${stack} --backfill recomputes them and what reads them; npx firn backfill tells the cost of each first`,
      ].join("\n"),
    );
  const kpi = platform.models.find((model) => model.logical.startsWith("mart.executive"));
  if (kpi !== undefined) {
    const { database, schema, name } = kpi.name;
    console.log(
      `\n  npx firn sql --stack ${stack} "SELECT * FROM ${[database, schema, name].join(".").toLowerCase()}"`,
    );
  }
  console.log(`  npx firn down --stack ${stack}     # removes it from the account`);
}
