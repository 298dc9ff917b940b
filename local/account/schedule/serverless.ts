import type { Ledger } from "../compute/ledger.ts";
import { parseSize, SERVERLESS, SIZES } from "../compute/rates.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { Services } from "../session/context.ts";
import { objectParameter } from "../session/parameters.ts";

/**
 * Bills a serverless run at the size that the task begins with, bounded by its largest size, per second. Snowflake
 * chooses sizes from earlier runs; here it is the first one always (said in README).
 */
export function billServerlessTask(services: Services, pool: ConnectionPool, ledger: Ledger) {
  return async (taskId: number, startedOn: number, endedOn: number): Promise<void> => {
    const sizeOf = (name: string) =>
      SIZES.indexOf(parseSize(String(objectParameter(services.catalog, taskId, name).value)) ?? "XSMALL");
    const size = Math.min(
      sizeOf("USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE"),
      sizeOf("SERVERLESS_TASK_MAX_STATEMENT_SIZE"),
    );
    const seconds = Math.max(1, Math.ceil((endedOn - startedOn) / 1000));
    await pool.use((connection) =>
      ledger.addServerless(connection, {
        service: "SERVERLESS_TASK",
        objectId: taskId,
        startedOn,
        endedOn,
        credits: (2 ** size * SERVERLESS.taskPerXsmallHour * seconds) / 3600,
        bytes: 0,
        files: 0,
        rows: 0,
      }),
    );
  };
}
