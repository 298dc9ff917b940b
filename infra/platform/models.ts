/** What the data mean: sources, models, checks, metrics, questions. */
import type { ObjectName } from "../names.ts";
import type { Column } from "./storage.ts";

/** An enabled source, for reports: who answers for it, what it promises, which way it comes in. */
export interface SourcePlan {
  key: string;
  description: string;
  owner: string;
  wayIn: "files" | "flow" | "topic" | "documents" | "loader";
  /** Seconds after which the newest record counts as late. */
  freshness?: number;
  /** Seconds after which its rows are deleted from RAW; absent where they stay. */
  keep?: number;
  objects: {
    label: string;
    /** Its table, as models write it; absent for documents and what a loader makes. */
    table?: string;
    key?: string;
    time?: string;
    /** Field names and types; a `!` where the field must be there. */
    fields?: Record<string, string>;
    drift?: "absorb" | "reject";
  }[];
}

/** How a model's table is kept up to date. */
export type Maintenance =
  | { kind: "view" }
  /** Only arriving rows are computed; inputs are insert-only, lookups repair earlier rows. */
  | { kind: "arrivals"; driver: string; lookups: string[] }
  /** The keys that a change can touch are recomputed. `grain` is the part of the key that is collected. */
  | { kind: "affected"; grain: string[] }
  /** Rebuilt whole, because of `reason`. */
  | { kind: "rebuild"; reason: string };

export interface Model {
  logical: string;
  file: string;
  name: ObjectName;
  description: string;
  owner: string;
  key: string[];
  /** Sentence that says what one row is. */
  grain: string;
  freshness: string;
  warehouse: string;
  columns: Column[];
  /** Tables and views that it reads, as models write them. */
  reads: string[];
  /** For each column, the columns that its value comes from: `core.usage.event.event_id`. */
  lineage: Record<string, string[]>;
  /** The part of lineage whose values can be read from the column, down to a record's field: `raw.crm.lead.record:Email`. */
  shows: Record<string, string[]>;
  maintenance: Maintenance;
  /** The SELECT with physical names; what a score's task does; empty for what such a task writes besides. */
  query: string;
  /** One statement that rebuilds the target; for backfills and for comparing. Absent for views. */
  fullRefresh?: string;
}

/** Something that must hold of a model's rows. */
export interface Check {
  /** `core.customer.account.not_null.name` */
  key: string;
  model: string;
  /** Department that is told. */
  owner: string;
  /** Kind of a header's test, or `select` for a file of its own. */
  kind: string;
  /** What must hold, in words. */
  says: string;
  /** `blocking`: what reads the model waits while rows break it. */
  severity: "warning" | "blocking";
  file: string;
  /** Over the rows that changed, after the model's task; or over whole tables, on a schedule. */
  run: "changes" | "schedule";
  /** Other tables that it reads, as models write them. */
  reads: string[];
  /** Columns of its rows that are kept as samples: none of them personal. */
  sample: string[];
  /** SELECT of the rows that break it, over `changed` or over tables by physical names. */
  query: string;
}

/** A metric's one written definition, and the column that holds it. */
export interface Metric {
  name: string;
  file: string;
  owner: string;
  description: string;
  /** As models write it; the metric is its column of the same name. */
  table: string;
  /** Table whose rows, called `r`, are counted. */
  from: string;
  statistic: "count" | "count_distinct" | "sum" | "mean" | "median" | "min" | "max";
  /** Expression over `r` that the statistic is of; absent for count. */
  of?: string;
  /** Conditions that say which rows the table is about, and which of them this metric counts. */
  population: string[];
  where?: string;
  dimensions: { name: string; of: string; description: string }[];
  type: string;
}

/** A question that reports ask, with the columns of its answer. */
export interface Kpi {
  name: string;
  sql: string;
  columns: string[];
}
