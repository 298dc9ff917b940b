import { FirnError } from "../../../infra/errors.ts";
import { compileSample, sampleText, stackConfig } from "../../infra/sample.ts";

const paused = (list: string) =>
  compileSample(
    [],
    stackConfig(sampleText().replace("  firn:schedules:", `  firn:paused: ${list}\n  firn:schedules:`)),
  );

test("nothing stands still unless the stack says so", () => {
  expect(compileSample([]).pauses).toEqual([]);
});

test("a paused source's pipes stand still, a topic's connectors for records and dead letters too", () => {
  expect(paused("[salesforce]").pauses.map((pause) => pause.key)).toEqual(
    compileSample([]).pipes.map((pipe) => `pause ${pipe.key}`),
  );
  expect(paused("[product]").pauses.map((pause) => pause.connector)).toEqual([
    "product.events",
    "product.events.dlq",
  ]);
});

test("a source that is none is refused with the nearest", () => {
  expect(() => paused("[saleforce]")).toThrow(FirnError);
  expect(() => paused("[saleforce]")).toThrow(
    /firn:paused: saleforce is no source of this stack .*Did you mean "salesforce"/,
  );
});
