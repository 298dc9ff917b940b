import pc from "picocolors";
import { renderTable } from "../table.ts";
import type { Rehearsal } from "./report.ts";

/** A rehearsal for people. */
export function printRehearsal(rehearsal: Rehearsal): void {
  const { settings } = rehearsal;
  const heading = (text: string) => console.log(`\n${pc.bold(text)}`);
  const table = (head: string[], rows: (string | number)[][]) =>
    console.log(renderTable(head, rows, { maxWidth: 110 }));

  heading(
    `Rehearsal of ${rehearsal.stack}: ${settings.days} days from ${settings.startDay}, scale ${settings.scale}`,
  );
  const resources = Object.entries(rehearsal.resources).map(([operation, count]) => `${count} ${operation}`);
  console.log(`  resources: ${resources.join(", ")}`);

  heading("Not executed here");
  if (rehearsal.notExecuted.length === 0) console.log("  nothing: every resource was made");
  for (const { type, name, because } of rehearsal.notExecuted)
    console.log(`  ${pc.yellow("!")} ${type} ${pc.bold(name)}: ${firstLine(because)}`);
  for (const limit of rehearsal.limits) console.log(pc.dim(`  ${limit}`));

  heading("KPIs beside the truth");
  table(
    ["", "KPI", "ROWS", "TRUTH"],
    rehearsal.kpis.map((kpi) => [
      kpi.equal ? pc.green("=") : pc.red("≠"),
      kpi.name,
      kpi.rows.length,
      kpi.expectedRows,
    ]),
  );
  for (const kpi of rehearsal.kpis.filter((each) => !each.equal)) {
    console.log(pc.red(`\n${kpi.name} differs from the truth`));
    for (const row of kpi.missing) console.log(`  missing    ${row.join(", ")}`);
    for (const row of kpi.unexpected) console.log(`  unexpected ${row.join(", ")}`);
  }

  heading("Freshness: the longest that a delivery waited, beside the schedule's promise");
  const late = rehearsal.freshness.filter((each) => !each.kept);
  table(
    ["CLASS", "PROMISED", "WORST REACHED", "MODELS", "LATE", "STILL COMING"],
    [...Map.groupBy(rehearsal.freshness, (each) => each.class)].map(([name, models]) => [
      name,
      duration(models[0]?.promised ?? null),
      duration(Math.max(...models.map((each) => each.reached ?? 0))),
      models.length,
      models.filter((each) => !each.kept).length,
      Math.max(...models.map((each) => each.coming)),
    ]),
  );
  for (const { model, promised, reached, waiting } of late)
    console.log(
      pc.red(
        `  ${model}: promised ${duration(promised)}, reached ${duration(reached)}${waiting > 0 ? `, ${waiting} deliveries not dealt with in time` : ""}`,
      ),
    );
  for (const stream of rehearsal.unreadStreams)
    console.log(pc.red(`  the stream ${stream} still holds rows that were to be read`));

  heading("Tasks that failed");
  if (rehearsal.failedTasks.length === 0) console.log("  none");
  for (const { task, runs, blocked, lastError } of rehearsal.failedTasks)
    console.log(
      `  ${pc.red("✖")} ${task}: ${runs} runs${blocked > 0 ? `, ${blocked} more not begun` : ""}: ${firstLine(lastError)}`,
    );

  heading("Credits, by the account's ledger");
  for (const [kind, of] of Object.entries(rehearsal.credits))
    table(
      [kind.slice(0, -1).toUpperCase(), "CREDITS"],
      Object.entries(of).map(([name, credits]) => [name, credits.toFixed(3)]),
    );
  heading("Quotas and budgets");
  table(
    ["MONITOR", "USED", "QUOTA", "%"],
    rehearsal.monitors.map((each) => [
      each.name,
      each.used.toFixed(2),
      each.quota,
      `${each.percent.toFixed(1)} %`,
    ]),
  );
  table(
    ["DEPARTMENT", `SPENT IN ${settings.days} DAYS`, "BUDGET A MONTH"],
    rehearsal.budgets.map((each) => [each.department, `$${each.spent.toFixed(2)}`, `$${each.budget}`]),
  );
  console.log(
    pc.dim(
      `\nMeasured use is in ${rehearsal.usageFile}: firn forecast --stack ${rehearsal.stack} --measured rehearsal`,
    ),
  );
  const seconds = Object.entries(rehearsal.seconds).map(([phase, count]) => `${phase} ${count.toFixed(1)} s`);
  console.log(pc.dim(seconds.join(", ")));
}

const firstLine = (text: string): string => text.split("\n")[0] ?? "";

function duration(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
