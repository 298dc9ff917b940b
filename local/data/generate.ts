import type { EventBatch } from "./batch.ts";
import { dayEnd, dayStart } from "./calendar.ts";
import { type Amend, type ExportFile, exportFiles, objectFiles } from "./deliver.ts";
import type { Row } from "./source.ts";
import { chooseSources } from "./sources.ts";
import { type TruthWithUsage, truthThrough } from "./truth/truth.ts";
import { createUniverse, type WorldOptions } from "./world.ts";

export type { EventBatch, EventMessage } from "./batch.ts";
export type { Amend, ExportFile } from "./deliver.ts";
export type { TruthWithUsage } from "./truth/truth.ts";
export type { AccountUsage, KpiTruth, SourceTruth, Truth } from "./truth/types.ts";
export { writeTruth } from "./truth/write.ts";
export type { WorldOptions } from "./world.ts";

/** A company's source data, day by day. Everything is lazy and a pure function of the options. */
export interface World {
  readonly options: Required<WorldOptions>;
  /** The names of what it delivers. */
  readonly sources: readonly string[];
  /** Day n, from 1. Throws a RangeError for anything else. */
  day(n: number): WorldDay;
  /** What is true of everything landed on days 1 to `lastDay`. */
  truth(lastDay: number): TruthWithUsage;
}

export interface WorldDay {
  readonly number: number;
  /** The date, e.g. `2026-03-01`. */
  readonly date: string;
  /** Its last moment, in Salesforce's form: what the day's exports know. */
  readonly end: string;
  /** The clean rows that a source of files has on this day. Throws a RangeError for one that this world lacks. */
  rows(source: string): Iterable<Row>;
  /**
   * The day's files, made one at a time as they are read; some keys come twice with the same bytes. `amend` changes
   * rows on their way out: what was written back to the source system, or a schema that drifts.
   */
  exports(amend?: Amend): Iterable<ExportFile>;
  /** What arrives on the day's topics, one after the other, made one batch at a time. Default batch: 5,000 records. */
  events(batchSize?: number): Iterable<EventBatch>;
}

/** Makes a world. Throws a RangeError that names the wrong option. */
export function createWorld(options: WorldOptions): World {
  const universe = createUniverse(options);
  const sources = chooseSources(universe.options.sources);
  const checked = (n: number): number => {
    if (!Number.isInteger(n) || n < 1)
      throw new RangeError(`day: ${n} given, a whole number from 1 expected`);
    return n;
  };
  return {
    options: universe.options,
    sources: sources.map((source) => source.name),
    truth: (lastDay) => truthThrough(universe, sources, checked(lastDay)),
    day: (n) => ({
      number: checked(n),
      date: universe.calendar.date(dayStart(n)),
      end: universe.calendar.salesforce(dayEnd(n)),
      rows(name) {
        const source = sources.find((one) => one.name === name);
        if (source?.kind !== "files") throw new RangeError(`${name} is no source of files of this world`);
        return source.rows(universe, n);
      },
      *exports(amend) {
        for (const source of sources) {
          if (source.kind === "files") yield* exportFiles(source, universe, n, amend);
          if (source.kind === "objects") yield* objectFiles(source, universe, n);
        }
      },
      *events(batchSize = 5000) {
        for (const source of sources) {
          if (source.kind === "topic") yield* source.batches(universe, n, batchSize);
        }
      },
    }),
  };
}
