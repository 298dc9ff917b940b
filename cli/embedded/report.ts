import pc from "picocolors";
import type { Platform } from "../../infra/platform.ts";
import type { Project } from "../project.ts";
import type { SnowflakeClient } from "../snowflake-client.ts";
import { renderTable } from "../table.ts";
import type { ActivationReport } from "./activation.ts";
import { accountEndpoint } from "./connect.ts";
import { outboxFile, readInbox } from "./inbox.ts";
import { canonical, compareKpi, type KpiComparison } from "./kpi-comparison.ts";
import type { Landed } from "./landing.ts";
import type { UpSummary } from "./pulumi.ts";
import type { Timings } from "./timings.ts";

export interface Report {
  kpis: KpiComparison[];
  /** KPIs of which the generator tells no truth, such as how good a score is. */
  untold: { name: string; columns: string[]; rows: string[][] }[];
  /** Unique, duplicate, malformed records, by the generator's own count. */
  sources: { source: string; records: number; unique: number; duplicates: number; malformed: number }[];
  /** What was written back to the CRM. */
  activations: ActivationReport[];
  credits: { warehouse: string; credits: string }[];
}

/** Reads every KPI by its query and sets it beside the truth of what was landed. */
export async function readReport(
  client: SnowflakeClient,
  platform: Platform,
  landed: Landed | undefined,
  activations: readonly ActivationReport[] = [],
): Promise<Report> {
  const kpis: KpiComparison[] = [];
  const untold: Report["untold"] = [];
  for (const kpi of landed ? platform.kpis : []) {
    const expected = landed!.truth(kpi.name);
    const { rows } = await client.query(kpi.sql);
    if (!expected) {
      untold.push({ name: kpi.name, columns: kpi.columns, rows: rows.map((row) => row.map(canonical)) });
      continue;
    }
    kpis.push(compareKpi(kpi.name, kpi.columns, rows, expected));
  }
  const credits = await client.query(
    `SELECT warehouse_name, SUM(credits_used) FROM snowflake.account_usage.warehouse_metering_history
     GROUP BY warehouse_name ORDER BY warehouse_name`,
  );
  return {
    kpis,
    untold,
    sources: landed?.sources ?? [],
    activations: [...activations],
    credits: credits.rows.map((row) => ({ warehouse: String(row[0]), credits: String(row[1]) })),
  };
}

export function printReport(project: Project, report: Report, up: UpSummary, timings: Timings): void {
  const heading = (text: string) => console.log(`\n${pc.bold(text)}`);
  if (report.sources.length > 0) {
    heading("Source data (what the generator says it delivered)");
    console.log(
      renderTable(
        ["SOURCE", "RECORDS", "UNIQUE", "DUPLICATES", "MALFORMED"],
        report.sources.map((s) => [s.source, s.records, s.unique, s.duplicates, s.malformed]),
      ),
    );
  }
  if (report.kpis.length > 0) {
    heading("KPIs beside the truth");
    console.log(
      renderTable(
        ["", "KPI", "ROWS", "TRUTH", "FIRST ROW"],
        report.kpis.map((kpi) => [
          kpi.equal ? pc.green("=") : pc.red("≠"),
          kpi.name,
          kpi.rows.length,
          kpi.expectedRows,
          kpi.columns.map((column, i) => `${column} ${kpi.rows[0]?.[i] ?? "–"}`).join(", "),
        ]),
        { maxWidth: 100 },
      ),
    );
    for (const kpi of report.kpis.filter((each) => !each.equal)) {
      console.log(pc.red(`\n${kpi.name} differs from the truth`));
      for (const row of kpi.missing) console.log(`  missing    ${row.join(", ")}`);
      for (const row of kpi.unexpected) console.log(`  unexpected ${row.join(", ")}`);
    }
  }
  if (report.untold.length > 0) {
    heading("KPIs without a truth to compare");
    console.log(
      renderTable(
        ["KPI", "ROWS", "FIRST ROW"],
        report.untold.map((kpi) => [
          kpi.name,
          kpi.rows.length,
          kpi.columns.map((column, i) => `${column} ${kpi.rows[0]?.[i] ?? "–"}`).join(", "),
        ]),
        { maxWidth: 100 },
      ),
    );
  }
  if (report.activations.length > 0) {
    heading("Written back to the CRM, and back with its next export");
    console.log(
      renderTable(
        ["ACTIVATION", "OBJECT", "SENT", "ACCEPTED", "REFUSED", "RETURNED"],
        report.activations.map((one) => [
          one.activation,
          one.object,
          one.sent,
          one.accepted,
          one.refused,
          one.returned,
        ]),
      ),
    );
  }
  heading("Credits used by warehouses");
  console.log(
    renderTable(
      ["WAREHOUSE", "CREDITS"],
      report.credits.map((c) => [c.warehouse, Number(c.credits).toFixed(4)]),
    ),
  );
  const messages = readInbox(project);
  heading("Mail and webhook messages that alerts sent (nothing leaves this machine)");
  console.log(`  ${messages.length} in ${outboxFile(project)}; npx firn inbox shows them`);
  const { host, port, account } = accountEndpoint(project);
  heading("Connect with any Snowflake driver");
  console.log(`  host ${host}   port ${port}   protocol http   account ${account}   user ADMIN`);
  console.log(`  password: accountPassword in ${project.dataDir}/secrets.json`);
  console.log(`  npx firn sql "SELECT * FROM mart.executive.unique_data_points ORDER BY day"`);
  console.log(`  npx firn pulumi preview        npx firn status        npm stop`);
  const changes = Object.entries(up.changes).map(([operation, count]) => `${count} ${operation}`);
  console.log(pc.dim(`\n${timings.total.toFixed(1)} s in all; pulumi: ${changes.join(", ")}.`));
}
