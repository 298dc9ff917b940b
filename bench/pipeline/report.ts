import { cpus, totalmem } from "node:os";
import type { KpiComparison } from "../../cli/embedded/kpi-comparison.ts";
import type { RunState } from "./run-state.ts";

/** The ratio that the account is meant to keep to. */
const GOAL = 1.25;

export interface Outcome {
  state: RunState;
  sources: { source: string; records: number; unique: number; duplicates: number; late: number }[];
  kpis: KpiComparison[];
  rawKpis: KpiComparison[];
  /** Size of the databases, GB. */
  disk: { account: number; raw: number };
}

export interface Figures {
  events: number;
  unique: number;
  megabytes: number;
  account: { load: number; graph: number; cpu: number; peakMb: number; diskGb: number };
  raw?: { load: number; core: number; marts: number; cpu: number; peakMb: number; diskGb: number };
  ratio?: number;
  cpuRatio?: number;
  kafkaPerSecond?: number;
  /** What a working day's batches cost at the end against the beginning; only of a run with enough days. */
  history?: { days: number; cpuRatio: number; secondsRatio: number };
  correct: boolean;
}

const total = <T>(list: readonly T[], of: (one: T) => number) => list.reduce((sum, one) => sum + of(one), 0);

export function figures({ state, sources, kpis, rawKpis, disk }: Outcome): Figures {
  const { done, peak } = state;
  const account = {
    load: total(done, (one) => one.account.load.seconds),
    graph: total(done, (one) => one.account.graph.seconds),
    cpu: total(done, (one) => one.account.load.cpu + one.account.graph.cpu),
    peakMb: peak.account,
    diskGb: disk.account,
  };
  // The baseline reads files only: a ratio is of batches that came that way on both sides, from start to end.
  const both = done.filter((one) => one.raw !== undefined && one.way === "files" && !one.resumed);
  const ours = total(both, (one) => one.account.load.seconds + one.account.graph.seconds);
  const theirs = total(both, (one) => one.raw!.load + one.raw!.core + one.raw!.marts);
  const kafka = done.filter((one) => one.way === "kafka");
  return {
    events: total(done, (one) => one.records),
    unique: sources.find((one) => one.source === "product_events")?.unique ?? Number.NaN,
    megabytes: total(done, (one) => one.bytes) / 1e6,
    account,
    ...(both.length > 0 && {
      raw: {
        load: total(both, (one) => one.raw!.load),
        core: total(both, (one) => one.raw!.core),
        marts: total(both, (one) => one.raw!.marts),
        cpu: total(both, (one) => one.raw!.cpu),
        peakMb: peak.raw,
        diskGb: disk.raw,
      },
      ratio: ours / theirs,
      cpuRatio:
        total(both, (one) => one.account.load.cpu + one.account.graph.cpu) /
        total(both, (one) => one.raw!.cpu),
    }),
    ...(kafka.length > 0 && {
      kafkaPerSecond: total(kafka, (one) => one.records) / total(kafka, (one) => one.account.load.seconds),
    }),
    ...history(done),
    correct: [...kpis, ...rawKpis].every((kpi) => kpi.equal),
  };
}

/** Days compared at either end; the first ones are left out, in which everything is made and warmed. */
const COMPARED = 10;
const WARMING = 3;

function history(done: RunState["done"]): Pick<Figures, "history"> {
  const days = [...new Set(done.map((one) => one.day))]
    // Day 1 is a Monday; weekends are smaller.
    .filter((day) => day > WARMING && (day - 1) % 7 < 5)
    .map((day) => {
      const batches = done.filter((one) => one.day === day);
      return {
        cpu: total(batches, (one) => one.account.load.cpu + one.account.graph.cpu),
        seconds: total(batches, (one) => one.account.load.seconds + one.account.graph.seconds),
      };
    });
  if (days.length < 2 * COMPARED) return {};
  const median = (list: typeof days, of: "cpu" | "seconds") => {
    const sorted = list.map((day) => day[of]).sort((a, b) => a - b);
    return (sorted[COMPARED / 2 - 1]! + sorted[COMPARED / 2]!) / 2;
  };
  const [first, last] = [days.slice(0, COMPARED), days.slice(-COMPARED)];
  return {
    history: {
      days: new Set(done.map((one) => one.day)).size,
      cpuRatio: median(last, "cpu") / median(first, "cpu"),
      secondsRatio: median(last, "seconds") / median(first, "seconds"),
    },
  };
}

const number = (value: number) => Math.round(value).toLocaleString("en");

export function reportText(outcome: Outcome): string {
  const f = figures(outcome);
  const { done } = outcome.state;
  const lines: string[] = [];
  const stage = (what: string, seconds: number, note = "") =>
    lines.push(
      `  ${what.padEnd(34)}${seconds.toFixed(1).padStart(9)} s ${number(f.events / seconds).padStart(11)} events/s ${(f.megabytes / seconds).toFixed(0).padStart(5)} MB/s  ${note}`,
    );
  const source = outcome.sources.find((one) => one.source === "product_events");
  lines.push(
    `${number(f.events)} events delivered, ${number(f.unique)} unique, ${number(source?.duplicates ?? 0)} duplicates, ${number(source?.late ?? 0)} late; ${number(f.megabytes)} MB of JSON; ${done.length} batches`,
    `machine: ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GB`,
    "account",
  );
  stage("load", f.account.load, f.kafkaPerSecond ? `Kafka ${number(f.kafkaPerSecond)} records/s` : "");
  stage("streams and tasks", f.account.graph);
  const models = [...new Set(done.flatMap((one) => Object.keys(one.tasks)))];
  for (const model of models) {
    const seconds = total(done, (one) => one.tasks[model] ?? 0);
    if (seconds >= 0.1) lines.push(`    ${model.padEnd(44)}${seconds.toFixed(1).padStart(7)} s`);
  }
  stage("in all", f.account.load + f.account.graph);
  lines.push(
    `  processor ${f.account.cpu.toFixed(1)} s, peak memory ${number(f.account.peakMb)} MB, database ${f.account.diskGb.toFixed(2)} GB`,
  );
  if (f.raw) {
    lines.push("DuckDB alone, the same files");
    stage("load", f.raw.load);
    stage("extract, dedupe, reject", f.raw.core);
    stage("marts", f.raw.marts);
    stage("in all", f.raw.load + f.raw.core + f.raw.marts);
    lines.push(
      `  processor ${f.raw.cpu.toFixed(1)} s, peak memory ${number(f.raw.peakMb)} MB, database ${f.raw.diskGb.toFixed(2)} GB`,
      `ratio ${f.ratio!.toFixed(3)} of time, ${f.cpuRatio!.toFixed(3)} of processor time (goal ${GOAL})`,
    );
  }
  if (f.history)
    lines.push(
      `a working day after ${f.history.days} days of history costs ${f.history.cpuRatio.toFixed(2)} × the processor time and ${f.history.secondsRatio.toFixed(2)} × the time of one of the first (medians of ${COMPARED}; goal 0.90 to 1.10)`,
    );
  lines.push("KPIs beside the truth");
  for (const kpi of outcome.kpis) lines.push(...comparison("account", kpi));
  for (const kpi of outcome.rawKpis) lines.push(...comparison("DuckDB", kpi));
  return lines.join("\n");
}

function comparison(who: string, kpi: KpiComparison): string[] {
  const head = `  ${kpi.equal ? "=" : "≠"} ${who.padEnd(8)} ${kpi.name.padEnd(32)} ${kpi.rows.length} rows, truth ${kpi.expectedRows}`;
  if (kpi.equal) return [head];
  return [
    head,
    ...kpi.missing.map((row) => `      missing    ${row.join(", ")}`),
    ...kpi.unexpected.map((row) => `      unexpected ${row.join(", ")}`),
  ];
}
