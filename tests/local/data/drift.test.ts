import { type Drift, driftRows, HARMLESS_DRIFTS } from "../../../local/data/drift.ts";
import { createWorld } from "../../../local/data/generate.ts";

const world = createWorld({ seed: 5, startDay: "2026-03-01", scale: 0.1 });
const rows = [...world.day(2).rows("salesforce_account")];
const drifted = (drifts: readonly Drift[], share = 0.2) => {
  const amend = driftRows({ seed: 5, drifts, share });
  return rows.map((row) => amend("salesforce_account", row));
};
const on = (change: Drift["change"], field: string): Drift[] => [
  { source: "salesforce_account", field, change },
];

test("about the share of rows drifts, the same ones each time, and the others are as they were", () => {
  const once = drifted(on("new", "Segment__c"));
  expect(drifted(on("new", "Segment__c"))).toEqual(once);
  const changed = once.filter((row, index) => row !== rows[index]);
  expect(changed.length / rows.length).toBeGreaterThan(0.05);
  expect(changed.length / rows.length).toBeLessThan(0.4);
  for (const row of changed) expect(row["Segment__c"]).toBe("Enterprise");
});

test("a missing field is not there, a retyped one holds its value as another type", () => {
  for (const row of drifted(on("missing", "Name"), 1)) expect(row).not.toHaveProperty("Name");
  const employees = drifted(on("retyped", "NumberOfEmployees"), 1);
  expect(employees.map((row) => row["NumberOfEmployees"])).toEqual(
    rows.map((row) => String(row["NumberOfEmployees"])),
  );
  expect(drifted(on("retyped", "Industry"), 1)[0]!["Industry"]).toEqual([rows[0]!["Industry"]]);
});

test("other sources do not drift", () => {
  const amend = driftRows({ seed: 5, drifts: HARMLESS_DRIFTS, share: 1 });
  const row = { Id: "1", Name: "x" };
  expect(amend("salesforce_lead", row)).toBe(row);
});
