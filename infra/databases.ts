/** The four databases, and the schemas that sources and models ask for. */
import type { StackConfig } from "./config/schema.ts";
import {
  DATABASES,
  type DatabaseKey,
  GOVERNANCE_SCHEMA,
  LANDING_SCHEMA,
  type Names,
  PIPELINE_SCHEMA,
} from "./names.ts";
import type { Database, Schema } from "./platform.ts";

const DATABASE_COMMENTS: Record<DatabaseKey, string> = {
  raw: "What sources sent, as it came. Never changed.",
  core: "What the company knows: customers, usage, money; one definition each.",
  mart: "What departments read, one schema each.",
  ops: "How the platform runs: data quality, tasks and streams.",
};

export function planDatabases(config: StackConfig, names: Names): Database[] {
  return DATABASES.map((key) => ({
    key,
    name: names.database(key),
    comment: DATABASE_COMMENTS[key],
    timeTravelDays: config.timeTravelDays,
  }));
}

export interface WantedSchema {
  database: DatabaseKey;
  schema: string;
  comment: string;
}

export const OWN_SCHEMAS: readonly WantedSchema[] = [
  { database: "raw", schema: LANDING_SCHEMA, comment: "The landing bucket's stage and file format." },
  {
    database: "ops",
    schema: PIPELINE_SCHEMA,
    comment: "Every task and stream: a graph's tasks share one schema.",
  },
  {
    database: "ops",
    schema: GOVERNANCE_SCHEMA,
    comment: "Tags and policies: what hides and what admits.",
  },
];

/** Each wanted schema once, in order of name; the first comment counts. */
export function planSchemas(wanted: readonly WantedSchema[], names: Names): Schema[] {
  const byName = new Map<string, Schema>();
  for (const one of wanted) {
    const logical = `${one.database}.${one.schema}`;
    if (byName.has(logical)) continue;
    byName.set(logical, {
      key: logical,
      logical,
      databaseKey: one.database,
      ...names.schema(one.database, one.schema),
      comment: one.comment,
    });
  }
  return [...byName.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
