import { type Measured, parseMeasured } from "../cost/measured.ts";
import type { Query } from "./at-stake.ts";

/** What an account's own metering history says; works alike on a real account and on the local one. Undefined where it has metered nothing. */
export async function readMeasured(query: Query, title: string): Promise<Measured | undefined> {
  const rows = await query(
    `select warehouse_name, sum(credits_used_compute), sum(credits_used_cloud_services),
            to_char(convert_timezone('UTC', min(start_time)), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            to_char(convert_timezone('UTC', max(end_time)), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
     from snowflake.account_usage.warehouse_metering_history
     group by warehouse_name`,
  );
  const from = rows.map((row) => String(row[3])).sort()[0];
  const to = rows
    .map((row) => String(row[4]))
    .sort()
    .at(-1);
  if (from === undefined || to === undefined) return undefined;
  return parseMeasured({
    title,
    from,
    to,
    warehouseCredits: Object.fromEntries(rows.map((row) => [String(row[0]), Number(row[1])])),
    cloudServicesCredits: rows.reduce((total, row) => total + Number(row[2] ?? 0), 0),
  });
}
