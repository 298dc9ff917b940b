import { createHash } from "node:crypto";
import { createWorld, type World } from "../../../local/data/generate.ts";

const options = { seed: 7, startDay: "2026-03-02", scale: 0.02 };

function digest(world: World, day: number): string {
  const hash = createHash("sha256");
  for (const file of world.day(day).exports()) hash.update(file.key).update(file.lines);
  for (const batch of world.day(day).events()) hash.update(batch.lines);
  return hash.digest("hex");
}

test("a seed gives the same bytes, on this machine and on any other", () => {
  expect(digest(createWorld(options), 1)).toBe(
    "34d80fcbefecc0b9964f5bc5451af9d2d85e4e545005f7a70958cf26294c82aa",
  );
});

test("another seed gives another world", () => {
  expect(digest(createWorld({ ...options, seed: 8 }), 1)).not.toBe(digest(createWorld(options), 1));
});

test("a day can be had without the days before it", () => {
  const world = createWorld(options);
  for (const day of [1, 2, 3]) digest(world, day);
  expect(digest(world, 4)).toBe(digest(createWorld(options), 4));
});

test("the size of a batch does not change the stream", () => {
  const world = createWorld(options);
  const text = (size: number) => Buffer.concat([...world.day(2).events(size)].map((batch) => batch.lines));
  expect(text(3).equals(text(5000))).toBe(true);
});

test("messages are the lines, keyed by organisation and numbered", () => {
  const batches = [...createWorld(options).day(2).events(50)];
  const messages = batches.flatMap((batch) => batch.messages());
  expect(messages.map((message) => message.value.toString())).toEqual(
    batches.flatMap((batch) => batch.lines.toString().trimEnd().split("\n")),
  );
  expect(messages.map((message) => message.sequence)).toEqual(messages.map((_, i) => `2:${i}`));
  for (const message of messages) {
    const org = /"org_id":"([^"]+)"/.exec(message.value.toString());
    if (org) expect(message.partitionKey).toBe(org[1]);
  }
});

test("scale 1 is the size of the company", () => {
  const world = createWorld({ ...options, scale: 1 });
  const rows = Object.fromEntries(
    [...world.day(1).exports()].filter((f) => !f.redelivered).map((f) => [f.source, f.records]),
  );
  expect(rows["salesforce_account"]).toBeGreaterThan(350);
  expect(rows["salesforce_account"]).toBeLessThan(500);
  expect(rows["salesforce_contact"]).toBeGreaterThan(1000);
  expect(rows["salesforce_contact"]).toBeLessThan(1500);
  expect(rows["salesforce_lead"]).toBeGreaterThan(1300);
  expect(rows["salesforce_lead"]).toBeLessThan(1700);
  expect(rows["salesforce_opportunity"]).toBeGreaterThan(430);
  expect(rows["salesforce_opportunity"]).toBeLessThan(600);
  let events = 0;
  for (const batch of world.day(1).events()) events += batch.count;
  expect(events).toBeGreaterThan(50_000);
  expect(events).toBeLessThan(70_000);
});

test("eventScale adds events without adding companies", () => {
  const count = (eventScale: number) => {
    const day = createWorld({ ...options, eventScale }).day(1);
    return {
      events: [...day.events()].reduce((sum, batch) => sum + batch.count, 0),
      rows: [...day.exports()].reduce((sum, file) => sum + file.records, 0),
    };
  };
  const one = count(1);
  const ten = count(10);
  expect(ten.rows).toBe(one.rows);
  expect(ten.events / one.events).toBeGreaterThan(8);
  expect(ten.events / one.events).toBeLessThan(12);
});

test.each([
  [{ ...options, scale: 0 }, "scale: 0 given"],
  [{ ...options, scale: Number.NaN }, "scale: NaN given"],
  [{ ...options, startDay: "2026-02-30" }, 'start day: "2026-02-30" given'],
])("a wrong option is named: %j", (wrong, message) => {
  expect(() => createWorld(wrong)).toThrow(message);
});

test.each([0, -1, 1.5])("day %s is refused", (n) => {
  expect(() => createWorld(options).day(n)).toThrow(`day: ${n} given`);
});
