import { errors } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import type { Outcome, StatementKind } from "../../session/outcome.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { number } from "../../types/data-type.ts";
import { type Env, newShared } from "../compile/env.ts";
import "../compile/functions/index.ts";
import { parseStatement, type Statement } from "../parse/index.ts";
import { translateError } from "../run/errors.ts";
import { deleteRows, truncate } from "./delete.ts";
import { insert } from "./insert.ts";
import { merge } from "./merge.ts";
import { multiInsert } from "./multi-insert.ts";
import { lockIds, resolveTargetTable, type Table } from "./target.ts";
import { update } from "./update.ts";

export interface Counts {
  /** Result columns of the statement, in order: name and number. */
  columns: [name: string, count: number][];
  inserted: number;
  updated: number;
  deleted: number;
}

type Dml = Exclude<Statement, { type: "queryStatement" | "copyIntoTable" | "copyIntoLocation" }>;

const KIND: Record<Dml["type"], StatementKind> = {
  insert: "INSERT",
  multiInsert: "MULTI_TABLE_INSERT",
  update: "UPDATE",
  delete: "DELETE",
  merge: "MERGE",
  truncate: "DDL",
};

/** Runs INSERT, UPDATE, DELETE, MERGE, TRUNCATE: one row of counts, in Snowflake's form. */
export async function runDml(ctx: StatementContext): Promise<Outcome> {
  try {
    const statement = parseStatement(ctx.text);
    if (!(statement.type in KIND)) throw errors.internal("not a DML statement");
    const dml = statement as Dml;
    // Names and privileges first, so that no lock is waited for in vain.
    const env: Env = { ctx, shared: newShared(null as unknown as Transaction) };
    const targets = targetsOf(env, dml);
    if (targets === null) return finish(dml, { columns: [], inserted: 0, updated: 0, deleted: 0 });
    const counts = await ctx.onWarehouse(() =>
      ctx.inTransaction(lockIds(ctx, targets, dml), async (transaction) => {
        const result = await execute(ctx, transaction, dml, targets);
        ctx.note({ objectsModified: targets.map((t) => t.id) });
        return result;
      }),
    );
    return finish(dml, counts);
  } catch (error) {
    throw translateError(error);
  }
}

function finish(dml: Dml, counts: Counts): Outcome {
  const kind = KIND[dml.type];
  if (dml.type === "truncate")
    return {
      kind,
      columns: [{ name: "status", type: { kind: "VARCHAR", length: 16_777_216 }, nullable: true }],
      rows: [[["Statement executed successfully."]]],
    };
  return {
    kind,
    columns: counts.columns.map(([name]) => ({ name, type: number(19), nullable: false })),
    rows: [[counts.columns.map(([, count]) => BigInt(count))]],
    affected: { inserted: counts.inserted, updated: counts.updated, deleted: counts.deleted },
  };
}

/** Tables written, or null when TRUNCATE IF EXISTS finds nothing. */
function targetsOf(env: Env, dml: Dml): Table[] | null {
  switch (dml.type) {
    case "insert":
      return [resolveTargetTable(env, dml.into.target, dml.overwrite ? ["INSERT", "DELETE"] : ["INSERT"])];
    case "multiInsert": {
      const intos = [...dml.whens.flatMap((w) => w.into), ...(dml.otherwise ?? [])];
      return intos.map((i) =>
        resolveTargetTable(env, i.target, dml.overwrite ? ["INSERT", "DELETE"] : ["INSERT"]),
      );
    }
    case "update":
      return [resolveTargetTable(env, dml.target, ["UPDATE"])];
    case "delete":
      return [resolveTargetTable(env, dml.target, ["DELETE"])];
    case "merge": {
      const privileges = new Set<string>();
      for (const clause of dml.matched) privileges.add(clause.type === "delete" ? "DELETE" : "UPDATE");
      if (dml.notMatched.length > 0) privileges.add("INSERT");
      return [resolveTargetTable(env, dml.target, [...privileges])];
    }
    case "truncate":
      try {
        return [resolveTargetTable(env, dml.target, ["TRUNCATE"])];
      } catch (error) {
        if (dml.ifExists && (error as { code?: string }).code === "002003") return null;
        throw error;
      }
  }
}

function execute(
  ctx: StatementContext,
  transaction: Transaction,
  dml: Dml,
  targets: Table[],
): Promise<Counts> {
  switch (dml.type) {
    case "insert":
      return insert(ctx, transaction, dml, targets[0]!);
    case "multiInsert":
      return multiInsert(ctx, transaction, dml, targets);
    case "update":
      return update(ctx, transaction, dml, targets[0]!);
    case "delete":
      return deleteRows(ctx, transaction, dml, targets[0]!);
    case "merge":
      return merge(ctx, transaction, dml, targets[0]!);
    case "truncate":
      return truncate(ctx, transaction, targets[0]!);
  }
}
