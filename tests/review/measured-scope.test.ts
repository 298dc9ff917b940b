import type { Measured } from "../../cost/measured.ts";
import type { Platform, Task, Warehouse } from "../../infra/platform.ts";
import { measuredInBoth } from "../../review/measured-scope.ts";

const MEASURED: Measured = {
  title: "Rehearsal of prod",
  from: "2026-03-01",
  to: "2026-03-31",
  warehouseCredits: { TRANSFORM: 100, LOADING: 3 },
  pipeGb: {},
  tableBytes: {},
};

function platform(size: string, minutes: number): Platform {
  const warehouse = (name: string, of: string) => ({ name, size: of }) as unknown as Warehouse;
  const task = (key: string, on: string, every?: number) =>
    ({
      key,
      warehouse: on,
      freshness: "continuous",
      schedule: every === undefined ? undefined : { kind: "interval", minutes: every },
    }) as unknown as Task;
  return {
    warehouses: [warehouse("TRANSFORM", size), warehouse("LOADING", "XSMALL")],
    tasks: [task("start", "TRANSFORM", minutes), task("a", "TRANSFORM")],
  } as unknown as Platform;
}

test("a measurement holds where nothing that drives the warehouse changes", () => {
  expect(measuredInBoth(MEASURED, platform("MEDIUM", 5), platform("MEDIUM", 5))).toEqual({
    measured: MEASURED,
    left: [],
  });
});

test.each([
  ["size", platform("LARGE", 5)],
  ["schedule", platform("MEDIUM", 15)],
])("a change of %s leaves the warehouse to the assumptions, and is told", (_what, head) => {
  const { measured, left } = measuredInBoth(MEASURED, platform("MEDIUM", 5), head);
  expect(left).toEqual(["TRANSFORM"]);
  expect(measured.warehouseCredits).toEqual({ LOADING: 3 });
});

test("without a base there is nothing that it could differ from", () => {
  expect(measuredInBoth(MEASURED, undefined, platform("LARGE", 1)).left).toEqual([]);
});
