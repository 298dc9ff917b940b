/** What holds rows and what moves them: tables, views, stages, pipes, streams, tasks. */
import type { ObjectName } from "../names.ts";
import type { Schedule } from "../units.ts";
import type { ColumnMasking } from "./access.ts";

export interface FileFormat extends ObjectName {
  key: string;
  type: "CSV";
  options: {
    compression: string;
    fieldDelimiter: string;
    fieldOptionallyEnclosedBy: string;
    escapeUnenclosedField: string;
    skipBlankLines: boolean;
    replaceInvalidCharacters: boolean;
    emptyFieldAsNull: boolean;
    errorOnColumnCountMismatch: boolean;
    skipByteOrderMark: boolean;
    trimSpace: boolean;
    encoding: string;
  };
  comment: string;
}

export interface StorageIntegration {
  key: string;
  name: string;
  roleArn: string;
  allowedLocations: string[];
  comment: string;
}

export interface Stage extends ObjectName {
  key: string;
  url: string;
  integration: string;
  /** Keeps a directory table: the list of its files, refreshed by the bucket's events. */
  directory?: boolean;
  comment: string;
}

export interface Column {
  name: string;
  /** As DESCRIBE prints it: `NUMBER(38,0)`, `VARCHAR(16777216)`. */
  type: string;
  nullable: boolean;
  description: string;
  tags: string[];
  /** Of a column that is tagged as personal and holds records: the fields that are so; all by default. */
  personalFields?: readonly string[];
  /** Column of the same table whose values it holds in another form: the line that a record was read from. */
  sameAs?: string;
  /** The policy that hides its values; of a view's column, the one of the table's column that it shows. */
  masking?: ColumnMasking;
}

export interface Table extends ObjectName {
  key: string;
  logical: string;
  columns: Column[];
  clusterBy: string[];
  comment: string;
  /** Written by pipes and connectors only, never updated: streams on it may be append-only. */
  insertOnly: boolean;
  /** Its own Time Travel; absent where it has its database's. */
  timeTravelDays?: number;
}

export interface View extends ObjectName {
  key: string;
  logical: string;
  columns: Column[];
  statement: string;
  /** Its definition and its optimizer tell nothing to those who only read it. */
  secure?: boolean;
  /** Logical names of what it reads, where no model says so. */
  reads?: string[];
  /** Made by the account role: it reads what no other role sees. */
  asAccount?: boolean;
  /** Which of its rows who sees, by the values of its columns `on`. */
  rowAccess?: { policy: ObjectName; on: string[] };
  comment: string;
}

export interface Pipe extends ObjectName {
  key: string;
  copy: string;
  /** What the COPY statement is made of, for statements that read the same files in another way. */
  load: PipeLoad;
  comment: string;
}

/** A pipe or a connector that stands still, because the stack pauses its source. */
export interface Pause {
  /** `pause` and the key of what is paused. */
  key: string;
  name: string;
  source: string;
  /** Exactly one of the two. */
  pipe?: ObjectName;
  /** Key of the connector. */
  connector?: string;
}

export interface PipeLoad {
  /** Key of the source. */
  source: string;
  stage: ObjectName;
  format: ObjectName;
  /** Folder of its files below the stage's URL, with the final `/`. */
  prefix: string;
  columns: string[];
  /** What is read of each line, in the order of the columns. */
  selected: string[];
}

export interface Stream extends ObjectName {
  key: string;
  table: ObjectName;
  /** The table, as models write it. */
  source: string;
  /** The one model that reads it, or the key of the task with its checks. */
  consumer: string;
  appendOnly: boolean;
  /** False where it begins with what comes later, and not with the rows that the table has. */
  initialRows?: boolean;
  comment: string;
}

export interface Task extends ObjectName {
  key: string;
  /** Absent for the root of a graph. */
  model?: string;
  /** The model whose checks it runs, or `schedule` for those of whole tables. */
  checks?: string;
  freshness: string;
  /** Whose privileges it has; the transformer's unless told. */
  role?: "activator";
  warehouse: string;
  warehouseKey: string;
  /** Roots have a schedule, the others predecessors (keys of tasks). */
  schedule?: Schedule;
  after: string[];
  when?: string;
  statement: string;
  timeout: number;
  suspendAfterFailures?: number;
  retries?: number;
  errorIntegration?: string;
  started: boolean;
  comment: string;
}
