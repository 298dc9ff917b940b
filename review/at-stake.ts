import { literal } from "../infra/literal.ts";
import { quoted } from "../infra/names.ts";
import type { Risk } from "./risk.ts";

/** Runs one statement and gives its rows as arrays of cells. */
export type Query = (statement: string) => Promise<unknown[][]>;

/** What an account says is at stake: rows of a table, unread rows of a stream, pending files of a pipe. Others pass as they are. */
const STAKES: Record<string, { statement: (name: string) => string; say: (cell: unknown) => string }> = {
  Table: { statement: (name) => `select count(*) from ${name}`, say: (rows) => `${count(rows)} rows` },
  Stream: {
    statement: (name) => `select count(*) from ${name}`,
    say: (rows) => `${count(rows)} unread rows`,
  },
  Pipe: {
    statement: (name) => `select system$pipe_status(${literal(name)})`,
    say: (status) => `${count(pendingFiles(status))} pending files`,
  },
};

/** The risks with what they put at stake now. Nothing is written; what cannot be read is said in `unread`. */
export async function readStakes(
  risks: readonly Risk[],
  query: Query,
): Promise<{ risks: Risk[]; unread: string[] }> {
  const unread: string[] = [];
  const read: Risk[] = [];
  for (const risk of risks) {
    const stake = STAKES[risk.label];
    const parts = risk.name.split(".");
    if (!stake || parts.length !== 3) {
      read.push(risk);
      continue;
    }
    try {
      const [row] = await query(stake.statement(quoted(...parts)));
      read.push({ ...risk, atStake: stake.say(row?.[0]) });
    } catch (error) {
      unread.push(
        `What is at stake in ${risk.label.toLowerCase()} ${risk.name} could not be read: ${error instanceof Error ? error.message : String(error)}`,
      );
      read.push(risk);
    }
  }
  return { risks: read, unread };
}

const count = (value: unknown): string => Number(value ?? 0).toLocaleString("en-US");

function pendingFiles(status: unknown): number {
  const parsed = (typeof status === "string" ? JSON.parse(status) : status) as {
    pendingFileCount?: number;
  } | null;
  return parsed?.pendingFileCount ?? 0;
}
