/**
 * Events from landed files, or from Kafka, through the program's own pipes, streams, tasks and models to KPIs, equal to
 * the generator's truth row by row; and DuckDB alone doing the same work on the same files, for the ratio.
 *
 *     node bench/pipeline.ts --events 1000000 [--days 4] [--via files|kafka|both] [--dir DIR] [--no-raw] [--keep] [--json]
 *     node bench/pipeline.ts --history --events 1000000      # a hundred small days: what the last ones cost against the first
 *
 * The events are made a batch ahead and deleted when they are loaded. A killed run goes on where it was when it is
 * started again with the same options and folder.
 */
import { existsSync, mkdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compareKpi, type KpiComparison } from "../cli/embedded/kpi-comparison.ts";
import type { Platform } from "../infra/platform.ts";
import { createWorld, type TruthWithUsage, type World } from "../local/data/generate.ts";
import { stopServices } from "../local/supervisor/stop.ts";
import { AccountSide, eventSeconds, projectIn } from "./pipeline/account-side.ts";
import { type DiskBatch, diskBatches } from "./pipeline/batches.ts";
import { KafkaWay } from "./pipeline/kafka-way.ts";
import { usageOf } from "./pipeline/process-usage.ts";
import { RawClient } from "./pipeline/raw-client.ts";
import { figures, reportText } from "./pipeline/report.ts";
import { type BatchDone, StateFile } from "./pipeline/run-state.ts";
import { KPIS, loadSlice } from "./pipeline/slice.ts";

interface Options {
  events: number;
  days: number;
  via: "files" | "kafka" | "both";
  filesPerBatch: number;
  raw: boolean;
  dir: string;
  keep: boolean;
  json: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      events: { type: "string", default: "1000000" },
      days: { type: "string" },
      history: { type: "boolean", default: false },
      via: { type: "string", default: "files" },
      dir: { type: "string", default: join(import.meta.dirname, "..", ".firn", "bench-pipeline") },
      batch: { type: "string", default: "16" },
      "no-raw": { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const refuse = (option: string, given: string, allowed: string): never => {
    console.error(`--${option}: ${given} given, ${allowed} expected`);
    process.exit(2);
  };
  const whole = (option: string, given: string, least: number): number => {
    const value = Number(given);
    return Number.isInteger(value) && value >= least
      ? value
      : refuse(option, given, `a whole number from ${least}`);
  };
  const via = values.via as Options["via"];
  if (!["files", "kafka", "both"].includes(via)) refuse("via", values.via, "files, kafka or both");
  return {
    events: whole("events", values.events, 1000),
    days: whole("days", values.days ?? (values.history ? "100" : "4"), 1),
    via,
    filesPerBatch: whole("batch", values.batch, 1),
    raw: !values["no-raw"],
    dir: values.dir,
    keep: values.keep,
    json: values.json,
  };
}

/** So many events over the days that about as many unique ones arrive; day 1 is a Monday. */
function worldOf({ events, days }: Options): World {
  const weight = Array.from({ length: days }, (_, day) => (day % 7 >= 5 ? 0.4 : 1)).reduce(
    (a, b) => a + b,
    0,
  );
  return createWorld({
    seed: 1,
    startDay: "2026-03-02",
    scale: 1,
    eventScale: (events * 1.02) / 60_000 / weight,
  });
}

class Run {
  readonly #options: Options;
  readonly #world: World;
  readonly #platform: Platform;
  readonly #file: StateFile;
  readonly #account: AccountSide;
  readonly #kafka: KafkaWay | undefined;
  readonly #raw: RawClient | undefined;
  #resumes: boolean;

  private constructor(
    options: Options,
    platform: Platform,
    file: StateFile,
    account: AccountSide,
    kafka: KafkaWay | undefined,
    raw: RawClient | undefined,
  ) {
    this.#options = options;
    this.#world = worldOf(options);
    this.#platform = platform;
    this.#file = file;
    this.#account = account;
    this.#kafka = kafka;
    this.#raw = raw;
    this.#resumes = file.goesOn;
  }

  static async open(options: Options): Promise<Run> {
    const { dir, events, days, via, filesPerBatch } = options;
    mkdirSync(dir, { recursive: true });
    const key = JSON.stringify({ events, days, via, filesPerBatch, raw: options.raw });
    const file = new StateFile(join(dir, "state.json"), key);
    const platform = loadSlice();
    const account = await AccountSide.open(platform, dir);
    const kafka = via === "files" ? undefined : await KafkaWay.open(platform, account, dir);
    const raw = options.raw
      ? await RawClient.start({
          path: join(dir, "raw.duckdb"),
          memoryLimit: `${Math.round(totalmem() / 2 ** 22)}MiB`,
        })
      : undefined;
    return new Run(options, platform, file, account, kafka, raw);
  }

  async batches(): Promise<void> {
    const { days, events, filesPerBatch, dir } = this.#options;
    const { state } = this.#file;
    if (state.done.length > 0) this.#say(`going on after ${state.done.length} batches`);
    const recordsPerFile = Math.min(250_000, Math.max(1000, Math.ceil(events / days / 8)));
    const folder = join(dir, "files");
    const from = this.#file.from();
    for (const batch of diskBatches(this.#world, { folder, days, recordsPerFile, filesPerBatch, from }))
      if (batch.batch >= state.done.length) await this.#batch(batch);
  }

  async #batch(batch: DiskBatch): Promise<void> {
    const { via } = this.#options;
    const { state } = this.#file;
    const way = via === "both" ? (batch.batch % 2 === 0 ? "files" : "kafka") : via;
    const { day, records, bytes, lastOfDay } = batch;
    const done: BatchDone = {
      day,
      way,
      files: batch.files.length,
      records,
      bytes,
      lastOfDay,
      ...(this.#resumes && { resumed: true }),
      account: { load: { seconds: 0, cpu: 0 }, graph: { seconds: 0, cpu: 0 } },
      tasks: {},
    };
    if (state.crmDays < day) {
      const crm = await this.#account.crm(this.#world.day(day).exports());
      // A changed organisation repairs earlier events, which DuckDB alone does within its own steps.
      const seconds = Math.min(crm.seconds, eventSeconds(crm.tasks));
      done.account.graph = { seconds, cpu: (crm.cpu * seconds) / crm.seconds };
      done.tasks = { ...crm.tasks };
      state.crmDays = day;
      this.#file.save();
    }
    const ours = () => this.#ours(batch, done);
    const alone = () => this.#alone(batch, done);
    for (const work of batch.batch % 2 === 0 ? [ours, alone] : [alone, ours]) await work();
    this.#peaks();
    state.done.push(done);
    this.#file.save();
    this.#resumes = false;
    this.#tell(done);
  }

  async #ours(batch: DiskBatch, done: BatchDone): Promise<void> {
    done.account.load =
      done.way === "files"
        ? await this.#account.load(batch.files, batch.firstFile)
        : await this.#kafka!.load(batch);
    const graph = await this.#account.graph();
    done.account.graph.seconds += graph.seconds;
    done.account.graph.cpu += graph.cpu;
    for (const [model, seconds] of Object.entries(graph.tasks))
      done.tasks[model] = (done.tasks[model] ?? 0) + seconds;
  }

  async #alone(batch: DiskBatch, done: BatchDone): Promise<void> {
    if (!this.#raw) return;
    const organizations = await this.#account.organizations();
    const before = this.#raw.usage().cpu;
    const stages = await this.#raw.run({ ...batch, organizations });
    done.raw = { ...stages, cpu: this.#raw.usage().cpu - before };
  }

  #peaks(): void {
    const { peak } = this.#file.state;
    peak.account = Math.max(peak.account, usageOf(this.#account.pid).peak);
    if (this.#raw) peak.raw = Math.max(peak.raw, this.#raw.usage().peak);
  }

  #say(text: string): void {
    if (!this.#options.json) console.log(text);
  }

  #tell({ day, way, records, account, raw }: BatchDone): void {
    const { bavail, bsize } = statfsSync(this.#options.dir);
    const ours = account.load.seconds + account.graph.seconds;
    const batch = this.#file.state.done.length;
    const compared = raw
      ? `; DuckDB alone ${raw.load.toFixed(1)} + ${(raw.core + raw.marts).toFixed(1)} s, ratio ${(ours / (raw.load + raw.core + raw.marts)).toFixed(2)}, of processor time ${((account.load.cpu + account.graph.cpu) / raw.cpu).toFixed(2)}`
      : "";
    this.#say(
      `day ${day}, batch ${batch} by ${way}: ${records.toLocaleString("en")} events, load ${account.load.seconds.toFixed(1)} s, graph ${account.graph.seconds.toFixed(1)} s${compared}; ${((bavail * bsize) / 1e9).toFixed(0)} GB of disk left`,
    );
  }

  /** Compares with the truth, stops everything and prints the report. True when all is as it should be. */
  async finish(): Promise<boolean> {
    const { days, dir, keep, json } = this.#options;
    const truth = this.#world.truth(days);
    const kpis: KpiComparison[] = [];
    const rawKpis: KpiComparison[] = [];
    for (const name of KPIS) {
      const kpi = this.#platform.kpis.find((one) => one.name === name)!;
      const { rows } = await this.#account.client.query(kpi.sql);
      kpis.push(compare(name, kpi.columns, rows, truth));
      if (this.#raw)
        rawKpis.push(compare(name, kpi.columns, await this.#raw.kpi(name), truth, "product_events"));
    }
    await this.close();
    const size = (path: string) => (existsSync(path) ? statSync(path).size / 1e9 : Number.NaN);
    const outcome = {
      state: this.#file.state,
      sources: [...truth.truth.sources],
      kpis,
      rawKpis,
      disk: { account: size(join(dir, "account", "account.duckdb")), raw: size(join(dir, "raw.duckdb")) },
    };
    console.log(json ? JSON.stringify(figures(outcome)) : reportText(outcome));
    const { correct } = figures(outcome);
    if (correct && !keep) rmSync(dir, { recursive: true, force: true });
    return correct;
  }

  async close(): Promise<void> {
    await this.#account.close();
    await this.#kafka?.close();
    await this.#raw?.close();
    await stopServices(projectIn(this.#options.dir).servicesDir);
  }
}

/** By files, a record that is not JSON comes as text without an id (slice.ts): both count as one reason here. */
function compare(
  name: string,
  columns: string[],
  rows: unknown[][],
  { truth, usage }: TruthWithUsage,
  only?: string,
): KpiComparison {
  if (name === "daily_account_usage") return compareKpi(name, columns, rows, usage as never);
  const expected = (truth.kpis as unknown as Record<string, Record<string, unknown>[]>)[name]!;
  if (name !== "rejected_records") return compareKpi(name, columns, rows, expected);
  const merged = (list: { source: string; reason: string; records: number }[]) => {
    const sums = new Map<string, number>();
    for (const { source, reason, records } of list) {
      if (only !== undefined && source !== only) continue;
      const key = `${source}\n${source === "product_events" && reason === "not_json" ? "missing_key" : reason}`;
      sums.set(key, (sums.get(key) ?? 0) + records);
    }
    return [...sums].map(([key, records]) => {
      const [source, reason] = key.split("\n");
      return { source, reason, records };
    });
  };
  const actual = merged(
    rows.map((row) => ({ source: String(row[0]), reason: String(row[1]), records: Number(row[2]) })),
  );
  return compareKpi(
    name,
    columns,
    actual.map((row) => Object.values(row)),
    merged(expected as never),
  );
}

const options = readOptions();
let run: Run | undefined;
let isCorrect = false;
try {
  run = await Run.open(options);
  await run.batches();
  isCorrect = await run.finish();
} catch (error) {
  await run?.close().catch(() => {});
  await stopServices(projectIn(options.dir).servicesDir);
  throw error;
}
process.exit(isCorrect ? 0 : 1);
