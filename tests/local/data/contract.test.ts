import { createWorld } from "../../../local/data/generate.ts";
import { readWorld } from "./naive-reader.ts";

const world = createWorld({ seed: 5, startDay: "2026-03-02", scale: 0.1 });
const readout = readWorld(world, 3);
const events = [...readout.events.values()];
const SALESFORCE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/;

test("events are 200 to 300 bytes and hold what the contract names", () => {
  const wrong = events.filter((event) => {
    const { landedOn, ...sent } = event;
    const text = JSON.stringify(sent);
    return !(
      text.length >= 200 &&
      text.length <= 300 &&
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(event.event_id) &&
      /^org_[0-9a-f]{8}$/.test(event.org_id) &&
      /^usr_[0-9a-f]{8}[0-9a-z]{3}$/.test(event.user_id) &&
      event.occurred_at === new Date(event.occurred_at).toISOString() &&
      event.received_at >= event.occurred_at &&
      event.received_at.slice(0, 10) === landedOn &&
      !/undefined|NaN/.test(text)
    );
  });
  expect(wrong).toEqual([]);
  expect(events.length).toBeGreaterThan(10_000);
});

test("no event is more than 48 hours late, and some are more than a day", () => {
  const delays = events.map((event) => Date.parse(event.received_at) - Date.parse(event.occurred_at));
  expect(Math.max(...delays)).toBeLessThanOrEqual(48 * 3_600_000);
  expect(Math.max(...delays)).toBeGreaterThan(24 * 3_600_000);
});

test("events arrive out of order", () => {
  const times = events.filter((event) => event.org_id === events[0]!.org_id).map((e) => e.occurred_at);
  expect([...times].sort()).not.toEqual(times);
});

test("duplicates repeat the bytes, some on the next day and some in another batch", () => {
  const seen = new Map<string, { text: string; day: number; batch: number }>();
  let sameDay = 0;
  let nextDay = 0;
  for (const day of [1, 2]) {
    let number = 0;
    for (const batch of world.day(day).events(500)) {
      number++;
      for (const message of batch.messages()) {
        const text = message.value.toString();
        const id = /"event_id":"([^"]+)"/.exec(text)?.[1];
        const first = id && seen.get(id);
        if (!first) {
          if (id) seen.set(id, { text, day, batch: number });
          continue;
        }
        expect(text).toBe(first.text);
        if (first.day < day) nextDay++;
        else if (first.batch !== number) sameDay++;
      }
    }
  }
  expect(sameDay).toBeGreaterThan(0);
  expect(nextDay).toBeGreaterThan(0);
});

test("a file that comes twice has the same key and bytes", () => {
  const first = new Map<string, Buffer>();
  let again = 0;
  for (const day of [1, 2, 3]) {
    for (const file of world.day(day).exports()) {
      const known = first.get(file.key);
      expect(file.redelivered).toBe(known !== undefined);
      if (known) {
        expect(file.body().equals(known)).toBe(true);
        again++;
      } else first.set(file.key, file.body());
      expect(file.key).toMatch(/^salesforce\/[a-z_]+\/dt=2026-03-0[234]\/[a-z_]+-\d{4}\.jsonl\.gz$/);
    }
  }
  expect(again).toBeGreaterThan(0);
});

test("rows carry Salesforce's forms", () => {
  for (const rows of readout.latest.values()) {
    for (const row of rows.values()) {
      expect(row.Id).toMatch(/^[0-9A-Za-z]{18}$/);
      expect(typeof row.IsDeleted).toBe("boolean");
      for (const field of ["CreatedDate", "LastModifiedDate", "SystemModstamp"]) {
        expect(row[field]).toMatch(SALESFORCE_TIME);
      }
      expect((row["CreatedDate"] as string) <= row.SystemModstamp).toBe(true);
      expect(row.SystemModstamp < "2026-03-05").toBe(true);
    }
  }
});

test("references lead to rows of the same export", () => {
  const ids = (source: string) => readout.latest.get(source)!;
  const accounts = ids("salesforce_account");
  const follow = (source: string, field: string, target: string) => {
    for (const row of ids(source).values()) {
      if (row[field] !== null) expect(ids(target).has(row[field] as string)).toBe(true);
    }
  };
  follow("salesforce_contact", "AccountId", "salesforce_account");
  follow("salesforce_opportunity", "AccountId", "salesforce_account");
  follow("salesforce_opportunity", "ContactId", "salesforce_contact");
  follow("salesforce_lead", "ConvertedAccountId", "salesforce_account");
  follow("salesforce_lead", "ConvertedContactId", "salesforce_contact");
  follow("salesforce_lead", "ConvertedOpportunityId", "salesforce_opportunity");
  follow("salesforce_directory_org__c", "Account__c", "salesforce_account");
  expect(accounts.size).toBeGreaterThan(0);
});

test("an organisation has one undeleted record, of an account that is not deleted", () => {
  const accounts = readout.latest.get("salesforce_account")!;
  const seen = new Set<unknown>();
  for (const row of readout.latest.get("salesforce_directory_org__c")!.values()) {
    if (row.IsDeleted) continue;
    expect(seen.has(row["Org_Id__c"])).toBe(false);
    seen.add(row["Org_Id__c"]);
    expect(accounts.get(row["Account__c"] as string)!.IsDeleted).toBe(false);
  }
});

test("a row changes from day to day only with its SystemModstamp, and some do", () => {
  const known = new Map<string, string>();
  let changed = 0;
  for (const day of [1, 2, 3, 4, 5, 6]) {
    for (const file of world.day(day).exports()) {
      for (const line of file.lines.toString().split("\n")) {
        let row: { Id?: string; SystemModstamp?: string };
        try {
          row = JSON.parse(line);
        } catch {
          continue;
        }
        if (!row.Id || Number.isNaN(Date.parse(row.SystemModstamp ?? ""))) continue;
        const version = `${row.Id} ${row.SystemModstamp}`;
        if (known.has(version)) expect(known.get(version)).toBe(line);
        else if (day > 1) changed++;
        known.set(version, line);
      }
    }
  }
  expect(changed).toBeGreaterThan(0);
});

test("opportunities move on from stage to stage, and deals are won, over a fortnight", () => {
  const stages = (day: number) => {
    const held = new Map<string, string>();
    for (const file of world.day(day).exports()) {
      if (file.source !== "salesforce_opportunity") continue;
      for (const line of file.lines.toString().split("\n")) {
        const match = /"Id":"(\w{18})".*"StageName":"([^"]+)"/.exec(line);
        if (match) held.set(match[1]!, match[2]!);
      }
    }
    return held;
  };
  const first = stages(1);
  const moved = [...stages(15)].filter(([id, stage]) => first.has(id) && first.get(id) !== stage);
  expect(moved.length).toBeGreaterThan(0);
  expect(moved.some(([, stage]) => stage === "Closed Won")).toBe(true);
});
