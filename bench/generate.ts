/**
 * How fast the source data is made: `node bench/generate.ts [--events N]` (default 2,000,000).
 * The baseline is what the pipeline needs at least: 300,000 events a second on one thread.
 */
import { parseArgs } from "node:util";
import { eventFiles } from "../local/data/event-files.ts";
import { createWorld } from "../local/data/generate.ts";

const TARGET = 300_000;
const { values } = parseArgs({ options: { events: { type: "string", default: "2000000" } } });
const wanted = Number(values.events);
if (!(wanted > 0)) {
  console.error(`--events: ${values.events} given, a number above 0 expected`);
  process.exit(2);
}
const world = createWorld({ seed: 1, startDay: "2026-03-02", scale: 1, eventScale: wanted / 60_000 });
const day = world.day(1);
const row = (what: string, count: number, seconds: number, unit: string, note = "") =>
  console.log(
    `${what.padEnd(28)}${Math.round(count / seconds)
      .toLocaleString("en")
      .padStart(14)} ${unit.padEnd(10)}${seconds.toFixed(2).padStart(8)} s  ${note}`,
  );
const timed = <T>(work: () => T): [T, number] => {
  const start = performance.now();
  const result = work();
  return [result, (performance.now() - start) / 1000];
};

const [made, encoding] = timed(() => {
  let events = 0;
  let bytes = 0;
  for (const batch of day.events(20_000)) {
    events += batch.count;
    bytes += batch.lines.length;
  }
  return { events, bytes };
});
const ratio = made.events / encoding / TARGET;
row("events, encoded", made.events, encoding, "events/s", `${ratio.toFixed(1)} x the baseline of 300,000/s`);
row("", made.bytes / 1e6, encoding, "MB/s", `${(made.bytes / made.events - 1).toFixed(0)} bytes an event`);

const [messages, wrapping] = timed(() => {
  let count = 0;
  for (const batch of day.events(5000)) count += batch.messages().length;
  return count;
});
row("events, as messages", messages, wrapping, "events/s");

const [files, zipping] = timed(() => {
  let records = 0;
  let packed = 0;
  for (const file of eventFiles(day)) {
    records += file.records;
    packed += file.body.length;
    if (records >= 500_000) break;
  }
  return { records, packed };
});
row(
  "events, gzipped files",
  files.records,
  zipping,
  "events/s",
  `${(files.packed / files.records).toFixed(0)} bytes an event`,
);

const [truth, counting] = timed(() => world.truth(1).truth);
const unique = truth.sources.find((source) => source.source === "product_events")!.unique;
row("truth, whole", unique, counting, "events/s");

const [lines, exporting] = timed(() => {
  let count = 0;
  for (const file of createWorld({ ...world.options, scale: 20, eventScale: 1 })
    .day(1)
    .exports()) {
    count += file.records;
    file.body();
  }
  return count;
});
row("file rows, gzipped", lines, exporting, "rows/s", "scale 20");
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
