import { findHeld, heldError } from "../../../cli/embedded/held.ts";
import { runGraphs } from "../../../cli/embedded/settle.ts";
import { CliError } from "../../../cli/failure.ts";
import type { SnowflakeClient } from "../../../cli/snowflake-client.ts";
import { loadProject } from "../../infra/sample.ts";

const platform = loadProject("small");
const checked = platform.tasks.find((task) => task.checks === "core.customer.account")!;
const stream = platform.streams.find((one) => one.consumer === checked.key)!;
const results = (failing: number) => [
  {
    check_name: "core.customer.account.not_null.name",
    model: "core.customer.account",
    failing_rows: failing,
  },
  { check_name: "core.usage.event.unique", model: "core.usage.event", failing_rows: 7 },
];
const answering = (failing: number) => ({ records: async () => results(failing) });

test("a blocking check that found rows holds its stream and the models that read the model", async () => {
  const [held, ...others] = await findHeld(answering(3), platform, [stream.name]);
  expect(others).toEqual([]);
  expect(held).toMatchObject({ check: "core.customer.account.not_null.name", failingRows: 3 });
  expect(held!.waiting).toContain("mart.executive.accounts_by_type");
  expect(heldError([held!]).message).toContain(
    "The blocking check core.customer.account.not_null.name found 3 rows: core.",
  );
});

test("one that passed since holds nothing, and neither do streams that no check reads", async () => {
  expect(await findHeld(answering(0), platform, [stream.name])).toEqual([]);
  const other = platform.streams.find((one) => one.consumer === "core.customer.account")!;
  expect(await findHeld(answering(3), platform, [other.name])).toEqual([]);
});

test("graphs that run and move nothing end with the name of the check, long before patience does", async () => {
  const started: string[] = [];
  const client = {
    records: async (sql: string) => (sql.includes("error_message") ? [] : results(3)),
    query: async (sql: string) => {
      if (sql.startsWith("EXECUTE TASK")) started.push(sql);
      if (sql.includes("SYSTEM$STREAM_HAS_DATA"))
        return { columns: [], rowCount: 1, rows: [platform.streams.map((one) => String(one === stream))] };
      return { columns: [], rowCount: 1, rows: [["0"]] };
    },
  } as unknown as SnowflakeClient;
  const run = runGraphs(client, platform, { progress: () => undefined, patience: 600_000 });
  await expect(run).rejects.toThrow(CliError);
  await expect(run).rejects.toThrow(/core.customer.account.not_null.name found 3 rows/);
  expect(started.length).toBeGreaterThan(0);
});
