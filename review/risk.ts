import type { Platform } from "../infra/platform.ts";
import type { ResourceChange, ResourceChanges } from "./resources/changes.ts";

/** Data that a change can lose, and how to make the change without losing it. */
export interface Risk {
  /** `can be computed again`: a model's rows are gone, and what they are made of stays. */
  severity: "loses data" | "can lose data" | "can be computed again" | "shortens history";
  label: string;
  name: string;
  what: string;
  procedure: string;
  /** What an account says it holds now: `1,200 rows`. */
  atStake?: string;
}

type Judge = (change: ResourceChange, base: Platform, head: Platform) => Risk[];

const SAFE_TABLE =
  "Clone it first (CREATE TABLE … CLONE …), deploy, compare counts, then drop the clone after the retention. UNDROP works only within Time Travel.";
const SAFE_MODEL =
  "Nothing has to be saved: with the model back, its full refresh (firn backfill) computes the rows again, at the price of that run. Look under Meaning for who reads them.";
const SAFE_STREAM =
  "Suspend the tasks that read it, run them once more so that the stream is empty (SYSTEM$STREAM_HAS_DATA), deploy, then run the model's full refresh.";
const SAFE_PIPE =
  "Pause it (PIPE_EXECUTION_PAUSED = TRUE), wait until SYSTEM$PIPE_STATUS shows no pending file, deploy, resume, and reload only files newer than the pause: a new pipe does not know what the old one loaded.";
const SAFE_BUCKET =
  "Copy the objects to the new bucket and compare the counts before the old one is emptied; the pipe's history stays with the old paths.";
const SAFE_TOPIC = "Stop the producers, let the connector reach the end of every partition, then change it.";

const JUDGES: Record<string, Judge> = {
  databases: (change) => [
    ...gone(change, "all of its schemas, tables and their history", SAFE_TABLE),
    ...retention(change, "timeTravelDays", "Time Travel"),
  ],
  schemas: (change) => gone(change, "all of its tables and their history", SAFE_TABLE),
  tables: (change, base, head) => [
    ...goneTable(change, base, head),
    ...columns(change, base),
    ...retention(change, "timeTravelDays", "Time Travel"),
  ],
  streams: (change, base, head) =>
    goesWithItsReader(change, base, head)
      ? []
      : gone(change, "rows that its task has not read yet (its offset starts anew)", SAFE_STREAM),
  pipes: (change) =>
    gone(change, "its load history: files could be loaded twice, pending ones not at all", SAFE_PIPE),
  stages: (change) =>
    change.action === "delete" || change.action === "replace"
      ? [risk("can lose data", change, "pipes that read through it stop until it is back", SAFE_PIPE)]
      : [],
  tasks: () => [],
  landing: (change) => [
    ...gone(change, "every landed file and its versions", SAFE_BUCKET),
    ...retention(change, "oldVersionsExpireAfterDays", "the life of replaced versions"),
    ...becomes(
      change,
      "forceDestroy",
      "true",
      "removing the stack may delete a bucket that still holds objects",
      "Leave it false where the data matter.",
    ),
  ],
  topics: (change) => [
    ...gone(change, "records that are not consumed yet", SAFE_TOPIC),
    ...retention(change, "config.retention.ms", "how long records wait for their consumer"),
  ],
  connectors: (change) =>
    change.action === "delete" ||
    change.fields.some((field) => field.path === "name" || field.path === "group")
      ? [risk("can lose data", change, "its offsets: a new group starts where its policy says", SAFE_TOPIC)]
      : [],
};

/** What the changes put at risk, worst first. Views, grants and the like hold no data. */
export function dataAtRisk(resources: ResourceChanges, base: Platform, head: Platform): Risk[] {
  const found = resources.changes.flatMap((change) => {
    const judge = JUDGES[change.kind];
    if (judge) return judge(change, base, head);
    return resources.unknownKinds.includes(change.kind) &&
      (change.action === "delete" || change.action === "replace")
      ? [
          risk(
            "can lose data",
            change,
            "unknown: this review does not know the kind",
            "Find out what it holds before this is applied.",
          ),
        ]
      : [];
  });
  if (base.protect && !head.protect)
    found.push({
      severity: "can lose data",
      label: "Stack",
      name: head.stack,
      what: "protection against deletion is taken off every stateful resource",
      procedure: "Take it off the one resource that has to go, and put it back.",
    });
  const order: Risk["severity"][] = [
    "loses data",
    "can lose data",
    "can be computed again",
    "shortens history",
  ];
  return found.sort((left, right) => order.indexOf(left.severity) - order.indexOf(right.severity));
}

function gone(change: ResourceChange, what: string, procedure: string): Risk[] {
  if (change.action === "delete")
    return [risk("loses data", change, `it is dropped, with ${what}`, procedure)];
  if (change.action === "replace")
    return [
      risk(
        "loses data",
        change,
        `it is replaced (${change.forcedBy.join(", ")} cannot change in place), losing ${what}`,
        procedure,
      ),
    ];
  return [];
}

/** Rows of a source are gone for good; those of a model are computed from tables that may stay. */
function goneTable(change: ResourceChange, base: Platform, head: Platform): Risk[] {
  const lost = gone(change, "its rows", SAFE_TABLE);
  const model = base.models.find((each) => each.logical === change.key);
  if (!model || lost.length === 0) return lost;
  const raw = rawBelow(model.logical, base);
  const kept = new Set(head.tables.map((table) => table.logical));
  if (raw.length === 0 || raw.some((logical) => !kept.has(logical))) return lost;
  return lost.map((each) => ({
    ...each,
    severity: "can be computed again",
    what: `${each.what}; what they are computed from stays`,
    procedure: SAFE_MODEL,
  }));
}

/** The tables of sources that a model's rows come from, all the way up. */
function rawBelow(logical: string, platform: Platform): string[] {
  const models = new Map(platform.models.map((model) => [model.logical, model]));
  const seen = new Set<string>();
  const queue = [logical];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    queue.push(...(models.get(name)?.reads ?? []));
  }
  return [...seen].filter((name) => !models.has(name));
}

/** A stream that goes together with the one task that reads it: its rows stay in their table, and nobody waits for them. */
function goesWithItsReader(change: ResourceChange, base: Platform, head: Platform): boolean {
  if (change.action !== "delete") return false;
  const consumer = base.streams.find((stream) => stream.key === change.key)?.consumer;
  const reads = (task: Platform["tasks"][number]): boolean =>
    task.model === consumer || task.key === consumer;
  return consumer !== undefined && base.tasks.some(reads) && !head.tasks.some(reads);
}

/** A number that shrinks: days of history, milliseconds of a topic. */
function retention(change: ResourceChange, path: string, what: string): Risk[] {
  const field = change.fields.find((each) => each.path === path);
  const before = Number(unquote(field?.before));
  const after = Number(unquote(field?.after));
  if (!field || !(after < before)) return [];
  return [
    risk(
      "shortens history",
      change,
      `${what} falls from ${before} to ${after}`,
      "What is older is gone at once or within a day; export what is still needed first.",
    ),
  ];
}

const becomes = (
  change: ResourceChange,
  path: string,
  value: string,
  what: string,
  procedure: string,
): Risk[] =>
  change.fields.some((field) => field.path === path && field.after === value)
    ? [risk("can lose data", change, what, procedure)]
    : [];

/** Dropped columns, and types that hold less than before. */
function columns(change: ResourceChange, base: Platform): Risk[] {
  if (change.action !== "update") return [];
  const computed = base.models.some((model) => model.logical === change.key);
  const dropped = new Set<string>();
  const risks: Risk[] = [];
  for (const field of change.fields) {
    const match = /^columns\[(.*)\]\.(name|type)$/.exec(field.path);
    if (!match) continue;
    const [, column = "", part] = match;
    if (part === "name" && field.after === undefined && !dropped.has(column)) {
      dropped.add(column);
      risks.push(
        computed
          ? risk(
              "can be computed again",
              change,
              `column ${column} is dropped with its values, which its model computes`,
              "Put the column back into the model and run its full refresh, should it be needed after all (see Meaning for who reads it).",
            )
          : risk(
              "loses data",
              change,
              `column ${column} is dropped with its values`,
              "Keep the column, stop writing it, and drop it when nobody reads it (see Meaning) and a clone exists.",
            ),
      );
    }
    if (
      part === "type" &&
      field.before &&
      field.after &&
      narrows(unquote(field.before), unquote(field.after))
    )
      risks.push(
        risk(
          "can lose data",
          change,
          `column ${column} changes from ${unquote(field.before)} to ${unquote(field.after)}`,
          "Add a column of the new type, fill it, compare, then switch: Snowflake refuses or truncates most such changes.",
        ),
      );
  }
  return risks;
}

/** Whether values of the old type may not fit the new one: another type, or a smaller size of the same. */
function narrows(before: string, after: string): boolean {
  const [from, to] = [parts(before), parts(after)];
  if (from.name !== to.name) return true;
  return from.sizes.some((size, index) => (to.sizes[index] ?? 0) < size);
}

const parts = (type: string): { name: string; sizes: number[] } => ({
  name: type.split("(")[0] ?? type,
  sizes: (/\(([\d, ]+)\)/.exec(type)?.[1] ?? "").split(",").filter(Boolean).map(Number),
});

const risk = (severity: Risk["severity"], change: ResourceChange, what: string, procedure: string): Risk => ({
  severity,
  label: change.label,
  name: change.name,
  what,
  procedure,
});

const unquote = (json: string | undefined): string => (json === undefined ? "" : json.replace(/^"|"$/g, ""));
