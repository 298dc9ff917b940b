import { SnowflakeError } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import type { StreamPosition, Transaction } from "../../storage/transaction.ts";
import type { TimeTravel } from "../parse/index.ts";

/**
 * A fact that compiling needs but only an asynchronous step can give (a stream's offset, the files of a stage, the
 * values of a pivot). Thrown by `need`, answered by the runner, which then compiles again.
 */
export class Suspension {
  readonly key: string;
  readonly load: (transaction: Transaction) => Promise<unknown>;
  constructor(key: string, load: (transaction: Transaction) => Promise<unknown>) {
    this.key = key;
    this.load = load;
  }
}

/** The version up to which a table is read. */
export type VersionOf = (tableId: number) => number;

/**
 * A view compiled for its stream: every row carries, after its columns, what it is made of (the identities of the
 * tables' rows) and whether any of these changed. Source: "Introduction to streams", streams on views.
 */
export interface Tracked {
  /** The rows of now; those of the offset; those of the offset with those that were inserted since. */
  rows: "NOW" | "THEN" | "APPENDED";
  /** Each table's version at the offset, and now. */
  from: ReadonlyMap<number, number>;
  until: ReadonlyMap<number, number>;
}

/** What one statement's compilation shares, views and subqueries included. */
export interface Shared {
  readonly transaction: Transaction;
  readonly facts: Map<string, unknown>;
  /** Streams read: id to the position up to which they were read. */
  readonly streams: Map<number, StreamPosition>;
  /** Ids of all objects read, for ACCESS_HISTORY. */
  readonly objects: Set<number>;
  /** Those that the statement itself names, rather than a view that it reads. */
  readonly direct: Set<number>;
  /** Columns that are read of tables and views, by the object's id. */
  readonly columns: Map<number, Set<string>>;
  /** Does the result depend on more than tables and constants? */
  readonly aliases: { next: number };
  /** Views being expanded, innermost last: a cycle is an error. */
  readonly viewStack: number[];
  /** True when the query touches rows, so that it needs a warehouse. */
  usesData: boolean;
  /** Does a masking or row access policy have a say in it? */
  governed: boolean;
  /** Tables are read as of these versions instead of the transaction's own (refreshes). */
  versionOf: VersionOf | null;
  tracked: Tracked | null;
  /** Time Travel of the view that is being compiled: what its tables are read at, in the environment that named it. */
  travel: { env: Env; at: TimeTravel } | null;
  /** The session that asks, also inside a view or a policy, which have their owner's rights. */
  invoker: StatementContext | null;
  /** What must be released when the rows have been read (fetched files). */
  readonly releases: (() => Promise<void>)[];
}

/** Where names are resolved and with whose rights; a view's body has another one over the same `shared`. */
export interface Env {
  readonly ctx: StatementContext;
  readonly shared: Shared;
}

export function newShared(transaction: Transaction): Shared {
  return {
    transaction,
    facts: new Map(),
    streams: new Map(),
    objects: new Set(),
    direct: new Set(),
    columns: new Map(),
    aliases: { next: 1 },
    viewStack: [],
    usesData: false,
    governed: false,
    versionOf: null,
    tracked: null,
    travel: null,
    invoker: null,
    releases: [],
  };
}

/** Up to which version the statement reads the table. */
export const readVersionOf = (env: Env, tableId: number): number =>
  env.shared.versionOf?.(tableId) ?? env.shared.transaction.readVersion(tableId);

/** Compiles the rows of a view as tracked, or, with null, what is no part of one (a policy's own reading). */
export function tracking<T>(env: Env, tracked: Tracked | null, compile: () => T): T {
  const before = env.shared.tracked;
  env.shared.tracked = tracked;
  try {
    return compile();
  } finally {
    env.shared.tracked = before;
  }
}

/** Compiles what a view reads at a moment. */
export function travelling<T>(env: Env, at: TimeTravel, compile: () => T): T {
  const before = env.shared.travel;
  env.shared.travel = { env, at };
  try {
    return compile();
  } finally {
    env.shared.travel = before;
  }
}

export const invokerOf = (env: Env): StatementContext => env.shared.invoker ?? env.ctx;

export const nextAlias = (env: Env, prefix: string): string => `${prefix}${env.shared.aliases.next++}`;

export function need<T>(env: Env, key: string, load: (transaction: Transaction) => Promise<T>): T {
  if (env.shared.facts.has(key)) return env.shared.facts.get(key) as T;
  throw new Suspension(key, load);
}

/** Facts of one statement, each found by an attempt of its own: a platform asks all its streams at once. */
const MOST_FACTS = 5_000;

/** Compiles until every fact is known. What was collected by an unfinished attempt is dropped. */
export async function compileWithFacts<T>(
  ctx: StatementContext,
  shared: Shared,
  compile: (env: Env) => T,
): Promise<T> {
  shared.invoker = ctx;
  for (let attempt = 0; attempt < MOST_FACTS; attempt++) {
    try {
      shared.streams.clear();
      shared.objects.clear();
      shared.direct.clear();
      shared.columns.clear();
      shared.aliases.next = 1;
      shared.viewStack.length = 0;
      return compile({ ctx, shared });
    } catch (error) {
      if (!(error instanceof Suspension)) throw error;
      await shared.transaction.open();
      shared.facts.set(error.key, await error.load(shared.transaction));
    }
  }
  throw new SnowflakeError("000603", "XX000", "SQL execution internal error: the statement does not settle");
}

/** What a statement reads, for ACCESS_HISTORY. */
export interface Accessed {
  objects: number[];
  direct: number[];
  columns: [number, string[]][];
}

export const accessedBy = ({ objects, direct, columns }: Shared): Accessed => ({
  objects: [...objects],
  direct: [...direct],
  columns: [...columns].map(([id, names]) => [id, [...names]]),
});

/** Notes that a column is read, if it is a table's or a view's own. */
export function noteColumn(env: Env, origin: { object: number; column: string } | undefined): void {
  if (origin === undefined) return;
  const { columns } = env.shared;
  const names = columns.get(origin.object) ?? new Set();
  columns.set(origin.object, names.add(origin.column));
}

/** A session parameter's value, or the default given. */
export function parameter(env: Env, name: string, fallback: string): string {
  const value = env.ctx.session.parameters.get(name);
  return value === undefined ? fallback : String(value);
}
