import {
  amendWritten,
  customExports,
  type WrittenBack,
  writtenExports,
} from "../../../../local/data/crm/written-back.ts";
import { createWorld } from "../../../../local/data/generate.ts";
import type { Row } from "../../../../local/data/source.ts";

const world = createWorld({ seed: 3, startDay: "2026-03-01", scale: 0.05 });
const day = world.day(2);
const accounts = [...day.rows("salesforce_account")];
const account = String(accounts[0]!["Id"]);
const written: WrittenBack = {
  Account: [
    { id: account, fields: { Id: account, Health_Score__c: 88 }, createdAt: day.end, modifiedAt: day.end },
  ],
  Product_Usage__c: [
    {
      id: "a0B5g0000100000AAA",
      fields: { Account_Key__c: account, Events_7d__c: 7 },
      createdAt: world.day(1).end,
      modifiedAt: day.end,
    },
  ],
};
const rowsOf = (lines: Buffer): Row[] =>
  lines
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);

test("a written field is on the record in each later export, which says that it was modified", () => {
  const later = world.day(3);
  const amend = amendWritten(written);
  const found = [...later.exports(amend)]
    .filter((file) => file.source === "salesforce_account")
    .flatMap((file) => file.lines.toString().split("\n"))
    .filter((line) => line.includes(account) && line.includes("Health_Score__c"));
  expect(found.length).toBeGreaterThan(0);
  const row = JSON.parse(found[0]!) as Row;
  expect(row["Health_Score__c"]).toBe(88);
  expect(String(row["SystemModstamp"]) >= day.end).toBe(true);
});

test("other records and other objects are as they were", () => {
  const amend = amendWritten(written);
  for (const row of accounts.slice(1)) expect(amend("salesforce_account", row)).toBe(row);
  expect(amend("salesforce_contact", { Id: account })).toEqual({ Id: account });
});

test("the next export holds every custom record and the written rows of standard objects, and nothing else", () => {
  const files = [...writtenExports(written, day)];
  expect(files.map((file) => file.source)).toEqual(["salesforce_product_usage__c", "salesforce_account"]);
  const [usage] = rowsOf(files[0]!.lines);
  expect(usage).toMatchObject({
    Id: "a0B5g0000100000AAA",
    IsDeleted: false,
    Account_Key__c: account,
    Events_7d__c: 7,
    SystemModstamp: day.end,
  });
  expect(rowsOf(files[1]!.lines).map((row) => row["Id"])).toEqual([account]);
});

test("the same state is the same file, another state another", () => {
  const key = (state: WrittenBack) => [...customExports(state, day)].map((file) => file.key);
  expect(key(written)).toEqual(key(structuredClone(written)));
  const later = world.day(3).end;
  const changed: WrittenBack = {
    Product_Usage__c: written["Product_Usage__c"]!.map((one) => ({ ...one, modifiedAt: later })),
  };
  expect(key(changed)).not.toEqual(key(written));
});
