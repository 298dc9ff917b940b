import { createHash } from "node:crypto";
import fc from "fast-check";
import { createWorld, type Truth, type World } from "../../../local/data/generate.ts";
import { type Readout, readWorld, type SalesforceRow, tally } from "./naive-reader.ts";

const DAYS = 4;
const world: World = createWorld({ seed: 11, startDay: "2026-03-04", scale: 0.1 });
const { truth, usage } = world.truth(DAYS);
const readout: Readout = readWorld(world, DAYS);
const events = [...readout.events.values()];
const live = (source: string): SalesforceRow[] =>
  [...readout.latest.get(source)!.values()].filter((row) => !row.IsDeleted);
const accountOf = new Map(
  live("salesforce_directory_org__c").map((row) => [row["Org_Id__c"] as string, row["Account__c"] as string]),
);

test("the counts of every source are those a plain reader finds", () => {
  expect(truth.sources.length).toBe(readout.counts.size);
  for (const source of truth.sources) {
    const { records, unique, duplicates, malformed } = readout.counts.get(source.source)!;
    expect(source).toMatchObject({ records, unique, duplicates, malformed });
  }
});

test("files are counted once, and some are delivered twice", () => {
  const files = truth.sources.reduce((sum, source) => sum + source.files, 0);
  const twice = truth.sources.reduce((sum, source) => sum + source.files_delivered_twice, 0);
  expect(files).toBe(readout.files.size);
  expect(twice).toBe([...readout.files.values()].filter((times) => times === 2).length);
  expect(twice).toBeGreaterThan(0);
});

test("late events are those that landed on a later day", () => {
  const late = events.filter((event) => event.landedOn > event.occurred_at.slice(0, 10));
  expect(truth.sources.find((source) => source.source === "product_events")!.late).toBe(late.length);
  expect(late.length).toBeGreaterThan(0);
});

test("unique data points per day and by type", () => {
  expect(truth.kpis.unique_data_points_per_day.map((row) => [row.day, row.events])).toEqual(
    tally(events, (event) => event.occurred_at.slice(0, 10)),
  );
  expect(truth.kpis.events_by_type.map((row) => [row.event_type, row.events])).toEqual(
    tally(events, (event) => event.event_type),
  );
});

test("events of organisations without an account, and active accounts", () => {
  const strangers = events.filter((event) => !accountOf.has(event.org_id));
  expect(truth.kpis.events_without_account_per_day.map((row) => [row.day, row.events])).toEqual(
    tally(strangers, (event) => event.occurred_at.slice(0, 10)),
  );
  const pairs = new Set(
    events
      .filter((event) => accountOf.has(event.org_id))
      .map((event) => `${event.occurred_at.slice(0, 10)} ${accountOf.get(event.org_id)}`),
  );
  expect(truth.kpis.active_accounts_per_day.map((row) => [row.day, row.accounts])).toEqual(
    tally(pairs, (pair) => pair.slice(0, 10)),
  );
});

test("daily account usage, to the row", () => {
  const users = new Map<string, { events: number; users: Set<string> }>();
  for (const event of events) {
    const account = accountOf.get(event.org_id);
    if (!account) continue;
    const key = `${event.occurred_at.slice(0, 10)} ${account}`;
    const row = users.get(key) ?? { events: 0, users: new Set<string>() };
    row.events++;
    row.users.add(event.user_id);
    users.set(key, row);
  }
  const expected = [...users]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, row]) => ({
      day: key.slice(0, 10),
      account_id: key.slice(11),
      events: row.events,
      active_users: row.users.size,
    }));
  expect(usage).toEqual(expected);
  const text = expected.map((row) => `${JSON.stringify(row)}\n`).join("");
  expect(truth.kpis.daily_account_usage).toEqual({
    rows: expected.length,
    sha256: createHash("sha256").update(text).digest("hex"),
  });
});

test("the CRM's numbers, with money to the cent", () => {
  const opportunities = live("salesforce_opportunity");
  const money = (rows: readonly SalesforceRow[], keyOf: (row: SalesforceRow) => string) =>
    tally(rows, keyOf).map(([key, count]) => {
      const cents = rows
        .filter((row) => keyOf(row) === key)
        .reduce((sum, row) => sum + Math.round((row["Amount"] as number) * 100), 0);
      return [key, count, `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`];
    });
  expect(truth.kpis.accounts_by_type.map((row) => [row.type, row.accounts])).toEqual(
    tally(live("salesforce_account"), (row) => row["Type"] as string),
  );
  const open = opportunities.filter((row) => !row["IsClosed"]);
  expect(truth.kpis.open_pipeline_by_stage.map((r) => [r.stage, r.opportunities, r.amount])).toEqual(
    money(open, (row) => row["StageName"] as string),
  );
  const won = opportunities.filter((row) => row["IsWon"]);
  expect(truth.kpis.won_by_month.map((r) => [r.month, r.opportunities, r.amount])).toEqual(
    money(won, (row) => (row["CloseDate"] as string).slice(0, 7)),
  );
  expect(open.length).toBeGreaterThan(0);
  expect(won.length).toBeGreaterThan(0);
});

test("every reason to reject occurs in every source, and the rejects add up", () => {
  for (const source of truth.sources) {
    for (const records of Object.values(source.malformed)) expect(records).toBeGreaterThan(0);
  }
  expect(truth.kpis.rejected_records).toEqual(
    truth.sources.flatMap((source) =>
      (["bad_timestamp", "missing_key", "not_json"] as const).map((reason) => ({
        source: source.source,
        reason,
        records: source.malformed[reason],
      })),
    ),
  );
});

test("duplicates are 2 % of the events", () => {
  const big = createWorld({ seed: 3, startDay: "2026-03-04", scale: 1 }).truth(3).truth.sources;
  const { duplicates, unique } = big.find((source) => source.source === "product_events")!;
  expect(duplicates / unique).toBeGreaterThan(0.017);
  expect(duplicates / unique).toBeLessThan(0.022);
});

test("extending a world by a day changes nothing that landed before", () => {
  const settled = (value: Truth, upTo: string) =>
    value.kpis.unique_data_points_per_day.filter((row) => row.day < upTo);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 3 }), (seed, days) => {
      const options = { seed, startDay: "2026-03-02", scale: 0.02 };
      const grown = createWorld(options);
      for (let n = 1; n <= days; n++) grown.truth(n);
      expect(grown.truth(days + 1)).toEqual(createWorld(options).truth(days + 1));
      // Events are at most 48 hours late: days before the last two are settled.
      const before = grown.truth(days + 2).truth;
      const after = grown.truth(days + 3).truth;
      const bound = grown.day(days + 1).date;
      expect(settled(after, bound)).toEqual(settled(before, bound));
      const counts = (value: Truth) => value.sources.map((source) => source.unique);
      counts(before).forEach((unique, i) => {
        expect(counts(after)[i]!).toBeGreaterThanOrEqual(unique);
      });
    }),
    { numRuns: 15 },
  );
});
