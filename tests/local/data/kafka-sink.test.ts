import fc from "fast-check";
import { createSkipper, partitionOf } from "../../../local/data/kafka-sink.ts";

const message = (key: string, number: number) => ({
  partitionKey: key,
  sequence: `1:${number}`,
  value: Buffer.from(String(number)),
});

/** What the partitions hold after a run that was cut off, each at its own place, and a second whole run. */
function landTwice(keys: string[], partitions: number, cuts: number[], before: number[]) {
  const messages = keys.map(message);
  const logs = before.map((count) => Array.from({ length: count }, () => "earlier"));
  const lanes = logs.map((_, p) => messages.filter((m) => partitionOf(m.partitionKey, partitions) === p));
  lanes.forEach((lane, p) => {
    logs[p]!.push(...lane.slice(0, cuts[p]! % (lane.length + 1)).map((m) => m.sequence));
  });
  const partitionToSend = createSkipper(
    logs.map((log) => log.length),
    before,
  );
  for (const m of messages) {
    const partition = partitionToSend(m);
    if (partition !== undefined) logs[partition]!.push(m.sequence);
  }
  return logs.map((log, p) => ({ log: log.slice(before[p]), lane: lanes[p]!.map((m) => m.sequence) }));
}

test("a landing that was killed and run again leaves each record once, in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { maxLength: 60 }),
      fc.array(fc.tuple(fc.nat(100), fc.nat(50)), { minLength: 1, maxLength: 5 }),
      (keys, lanes) => {
        const result = landTwice(
          keys,
          lanes.length,
          lanes.map(([cut]) => cut),
          lanes.map(([, before]) => before),
        );
        for (const { log, lane } of result) expect(log).toEqual(lane);
      },
    ),
    { seed: 11 },
  );
});

test("a key has one partition", () => {
  expect(partitionOf("org-1", 3)).toBe(partitionOf("org-1", 3));
  expect(new Set(Array.from({ length: 50 }, (_, i) => partitionOf(`org-${i}`, 3)))).toEqual(
    new Set([0, 1, 2]),
  );
});
