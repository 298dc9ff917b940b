import { quotedObject } from "../../../infra/names.ts";
import { type BackfillRequest, planBackfill } from "../../../pipelines/operations/backfill/plan.ts";
import { type Journal, measuredSeconds, runBackfill } from "../../../pipelines/operations/backfill/run.ts";
import { crmPlatform } from "./support/crm-platform.ts";
import { startStack, type TestStack } from "./support/stack.ts";

let stack: TestStack;
let truth: Record<string, string>;
const running = { report: () => undefined };

const memory = (): Journal & { done: Set<string>; ended: boolean } => {
  const done = new Set<string>();
  const journal = {
    done,
    ended: false,
    has: (work: string) => done.has(work),
    add: (work: string) => void done.add(work),
    end: () => {
      journal.ended = true;
    },
  };
  return journal;
};
const everything = async () =>
  Object.assign({}, await stack.digests("core"), await stack.digests("mart"), await stack.digests("ops"));
const backfill = (request: Partial<BackfillRequest> & { model: string }, journal = memory(), more = {}) =>
  runBackfill(
    stack.platform,
    planBackfill(stack.platform, { keys: [], batchDays: 1, overwrite: false, ...request }),
    journal,
    stack.client,
    { ...running, ...more },
  );
const tableOf = (logical: string) =>
  quotedObject(stack.platform.models.find((model) => model.logical === logical)!.name);

beforeAll(async () => {
  const platform = crmPlatform();
  const automation = { ...platform.automation, loader: "ACCOUNTADMIN", transformer: "ACCOUNTADMIN" };
  stack = await startStack({ ...platform, automation });
  const keys = [...(await stack.land(1)), ...(await stack.land(2)), ...(await stack.land(3))];
  await stack.settle(new Set(keys));
  truth = await everything();
}, 300_000);
afterAll(() => stack?.stop());

/** Rows lost, altered and invented. */
async function spoil(logical: string, days: string[]): Promise<void> {
  const table = tableOf(logical);
  for (const day of days) {
    await stack.client.query(`DELETE FROM ${table} WHERE DAY = '${day}' AND HASH(ACCOUNT_ID) % 3 = 0`);
    await stack.client.query(
      `UPDATE ${table} SET "TYPE" = 'spoilt' WHERE DAY = '${day}' AND HASH(ACCOUNT_ID) % 3 = 1`,
    );
    await stack.client.query(
      `INSERT INTO ${table} SELECT * REPLACE ('invented' AS ACCOUNT_ID) FROM ${table} WHERE DAY = '${day}' LIMIT 1`,
    );
  }
}

test("a model that is right is left as it is", async () => {
  const outcome = await backfill({ model: "core.snapshot.account_day" });
  expect(outcome).toMatchObject({ inserted: 0, updated: 0, deleted: 0 });
  expect(await everything()).toEqual(truth);
});

test("only the days that were asked for are mended; what reads the model follows", async () => {
  await spoil("core.snapshot.account_day", ["2026-03-01", "2026-03-03"]);
  const first = await backfill({
    model: "core.snapshot.account_day",
    range: { from: "2026-03-01", to: "2026-03-02" },
  });
  expect(first.deleted).toBe(1);
  expect(first.inserted).toBeGreaterThan(0);
  expect(await everything()).not.toEqual(truth);
  await backfill({ model: "core.snapshot.account_day", range: { from: "2026-03-03", to: "2026-03-03" } });
  await stack.settle();
  expect(await everything()).toEqual(truth);
}, 60_000);

test("rows that enter or leave the days of a column beside the key are mended too", async () => {
  const table = tableOf("core.customer.opportunity");
  await stack.client.query(
    `UPDATE ${table} SET CLOSE_DATE = DATEADD('year', 5, CLOSE_DATE) WHERE HASH(OPPORTUNITY_ID) % 2 = 0`,
  );
  await backfill({
    model: "core.customer.opportunity",
    column: "close_date",
    range: { from: "2028-01-01", to: "2035-12-31" },
    batchDays: 1500,
  });
  await stack.settle();
  expect(await everything()).toEqual(truth);
}, 60_000);

test("single keys are mended, and overwriting yields the same rows", async () => {
  const table = tableOf("core.customer.account");
  const id = String(await stack.one(`SELECT MIN(ACCOUNT_ID) FROM ${table}`));
  await stack.client.query(`DELETE FROM ${table} WHERE ACCOUNT_ID = '${id}'`);
  expect(await backfill({ model: "core.customer.account", keys: [id] })).toMatchObject({
    inserted: 1,
    deleted: 0,
  });
  await backfill({ model: "core.customer.account", overwrite: true });
  await stack.settle();
  expect(await everything()).toEqual(truth);
}, 60_000);

test("interrupted, it goes on with what is left, and its graph runs again", async () => {
  const request = { model: "core.snapshot.account_day", range: { from: "2026-03-01", to: "2026-03-03" } };
  await spoil("core.snapshot.account_day", ["2026-03-01", "2026-03-02", "2026-03-03"]);
  const journal = memory();
  const controller = new AbortController();
  const stopped = backfill(request, journal, {
    signal: controller.signal,
    report: ({ done }: { done?: number }) => done === 1 && controller.abort(),
  });
  await expect(stopped).rejects.toThrow();
  expect(journal.done.size).toBeGreaterThan(0);
  const [root] = await stack.client.records(`SHOW TASKS LIKE 'START_%' IN ACCOUNT`);
  expect(root!["state"]).toBe("started");
  const rest = await backfill(request, journal);
  expect(rest.doneBefore).toBe(journal.done.size - (3 - rest.doneBefore));
  expect(journal.ended).toBe(true);
  await stack.settle();
  expect(await everything()).toEqual(truth);
}, 60_000);

test("the account tells how long the model's task took", async () => {
  const measured = await measuredSeconds(stack.platform, "core.snapshot.account_day", stack.client);
  expect(measured!.runs).toBeGreaterThan(0);
  expect(measured!.seconds).toBeGreaterThan(0);
});
