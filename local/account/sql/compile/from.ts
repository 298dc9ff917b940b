import { errors, SnowflakeError } from "../../errors.ts";
import { isSemiStructured } from "../../types/physical.ts";
import type { FactorTail, Ident, JoinExpr, TableExpr } from "../parse/index.ts";
import { lineAndPosition } from "../parse/index.ts";
import { castTo, coerce } from "./cast.ts";
import { commonOfTwo } from "./common-type.ts";
import { compileDirectory } from "./directory.ts";
import { type Env, nextAlias } from "./env.ts";
import { compileExpr, hooks } from "./expression.ts";
import { flattenBeside } from "./flatten.ts";
import { compare } from "./operators.ts";
import { applyPivots } from "./pivot.ts";
import {
  findCommonTable,
  newScope,
  type OutputColumn,
  type Relation,
  type Scope,
  type ScopeColumn,
} from "./scope.ts";
import { compileStage } from "./stage.ts";
import { compileNamedTable } from "./table.ts";
import { compileTableFunction } from "./table-functions.ts";
import { hideTracked } from "./tracked.ts";
import { quoteName, type Typed } from "./typed.ts";
import { valuesTable } from "./values.ts";

/** A relation's SQL without its alias, and its columns by name. */
export interface Source {
  sql: string;
  columns: OutputColumn[];
  /** Names that qualify the columns when there is no alias: database, schema, table. */
  name: string[];
  /** Columns found by name but not by a star. */
  hidden?: OutputColumn[];
  positional?: (alias: string, index: number) => Typed;
  /** The same rows, for a SELECT that looks for their keys in a subquery (probed-keys.ts). */
  probed?: string;
}

/** Compiles what stands in FROM, adding its relations to the scope. Returns DuckDB's FROM clause. */
export function compileFrom(env: Env, node: TableExpr, scope: Scope): string {
  if (node.type === "join") return compileJoin(env, node, scope);
  if (node.type === "group") {
    if (node.alias === null && node.pivots.length === 0 && node.sample === null) {
      const inside = compileFrom(env, node.inner, scope);
      // DuckDB takes parentheses round a join only.
      return node.inner.type === "join" ? `(${inside})` : inside;
    }
    const inner = newScope(scope.parent);
    const sql = compileFrom(env, node.inner, inner);
    const columns = inner.relations.flatMap((r) => r.columns.filter((c) => !c.hidden));
    const outputs = columns.map((c) => ({ ...c, sqlName: c.name }));
    const source: Source = {
      sql: `(SELECT ${columns.map((c) => `${c.sql} AS ${quoteName(c.name)}`).join(", ")} FROM ${sql})`,
      columns: outputs,
      name: [],
    };
    return place(env, scope, source, node);
  }
  const liftable = node.type === "table" || (node.type === "derived" && !node.lateral);
  return place(env, scope, compileSource(env, node, scope), node, liftable);
}

function compileSource(env: Env, node: Exclude<TableExpr, { type: "join" | "group" }>, scope: Scope): Source {
  switch (node.type) {
    case "table": {
      if (node.name.length === 1 && !node.dynamic) {
        const common = findCommonTable(scope, node.name[0]!.name);
        if (common)
          return hideTracked(env, {
            sql: common.sqlName,
            columns: common.columns,
            name: [node.name[0]!.name],
          });
      }
      return compileNamedTable(env, node);
    }
    case "derived": {
      const compiled = hooks.query(env, node.query, node.lateral ? scope : scope.parent) as {
        sql: string;
        columns: OutputColumn[];
      };
      return hideTracked(env, {
        sql: `${node.lateral ? "LATERAL " : ""}(${compiled.sql})`,
        columns: compiled.columns,
        name: [],
      });
    }
    case "values": {
      const rows = node.rows.map((row) => row.map((item) => compileExpr(env, newScope(scope.parent), item)));
      const compiled = valuesTable(env, rows);
      return { sql: `(${compiled.sql})`, columns: compiled.columns, name: [] };
    }
    case "tableFunction":
      return compileTableFunction(env, node.call, scope);
    case "directory":
      return compileDirectory(env, node.location);
    case "stage":
      return compileStage(env, node.location, node.options);
  }
}

/** Gives the source its alias, pivots and sample, and puts it in sight. */
function place(env: Env, scope: Scope, from: Source, tail: FactorTail, liftable = false): string {
  let source = from;
  const pivotAlias = tail.pivots.at(-1)?.alias ?? null;
  let alias = pivotAlias ?? tail.alias;
  if (tail.pivots.length > 0) {
    // An alias before PIVOT names what is pivoted.
    const given = tail.alias?.columns ?? [];
    if (given.length > source.columns.length) throw tooManyAliases(source.columns.length, given);
    const columns = source.columns.map((c, i) => ({ ...c, name: given[i]?.name ?? c.name }));
    source = applyPivots(env, scope, { ...source, columns }, tail.pivots);
    alias = pivotAlias ?? (tail.alias && { ...tail.alias, columns: [] });
  }
  if (tail.sample) source = sampled(env, scope, source, tail.sample);
  const sqlAlias = nextAlias(env, "r");
  const lifted = liftable ? scope.lifted : undefined;
  const columns: ScopeColumn[] = source.columns.map((c) => ({
    name: c.name,
    sql: `${sqlAlias}.${quoteName(c.sqlName)}`,
    type: c.type,
    nullable: c.nullable,
    ...(c.origin === undefined ? {} : { origin: c.origin }),
    ...(lifted && isSemiStructured(c.type)
      ? { textAt: (path: string) => lifted.text(sqlAlias, c.sqlName, path) }
      : {}),
  }));
  if (alias && alias.columns.length > 0) {
    if (alias.columns.length > columns.length) throw tooManyAliases(columns.length, alias.columns);
    alias.columns.forEach((name, i) => {
      columns[i]!.name = name.name;
    });
  }
  for (const c of source.hidden ?? [])
    columns.push({
      name: c.name,
      sql: `${sqlAlias}.${quoteName(c.sqlName)}`,
      type: c.type,
      nullable: c.nullable,
      hidden: true,
    });
  const relation: Relation = {
    name: alias ? alias.name.name : (source.name.at(-1) ?? null),
    path: alias ? [] : source.name.slice(0, -1),
    columns,
  };
  const { positional } = source;
  if (positional) relation.positional = (index) => positional(sqlAlias, index);
  scope.relations.push(relation);
  const sql = scope.probed && source === from && source.probed ? source.probed : source.sql;
  return `${lifted ? lifted.placeholder(sqlAlias, sql) : sql} AS ${sqlAlias}`;
}

const tooManyAliases = (expected: number, given: readonly Ident[]) =>
  new SnowflakeError(
    "002020",
    "21S01",
    `SQL compilation error:\nInvalid number of column aliases: expected ${expected} but got ${given.length}`,
  );

function sampled(env: Env, scope: Scope, source: Source, sample: NonNullable<FactorTail["sample"]>): Source {
  const amount = compileExpr(env, newScope(scope.parent), sample.amount);
  if (amount.constant?.kind !== "number") throw errors.unsupported("SAMPLE with a computed size");
  const seed = sample.seed ? compileExpr(env, newScope(scope.parent), sample.seed) : null;
  const given = amount.constant.value;
  const repeat = seed?.constant?.value;
  const method = sample.isRows
    ? `reservoir(${given} ROWS)${repeat === undefined ? "" : ` REPEATABLE (${repeat})`}`
    : `${given} PERCENT (bernoulli${repeat === undefined ? "" : `, ${repeat}`})`;
  return { ...source, sql: `(SELECT * FROM ${source.sql} AS s USING SAMPLE ${method})` };
}

function compileJoin(env: Env, node: JoinExpr, scope: Scope): string {
  const before = scope.relations.length;
  const left = compileFrom(env, node.left, scope);
  const middle = scope.relations.length;
  const isPlain =
    node.kind === "CROSS" || (node.kind === "INNER" && !node.on && !node.using && !node.natural);
  if (isPlain) {
    const beside = flattenBeside(env, scope, node.right, {
      sql: left,
      relations: scope.relations.slice(before),
    });
    if (beside) return beside;
  }
  const right = compileFrom(env, node.right, scope);
  const leftRelations = scope.relations.slice(before, middle);
  const rightRelations = scope.relations.slice(middle);
  let using = node.using?.map((u) => u.name) ?? null;
  if (node.natural)
    using = leftRelations
      .flatMap((r) => r.columns.filter((c) => !c.hidden).map((c) => c.name))
      .filter((name) => rightRelations.some((r) => r.columns.some((c) => c.name === name && !c.hidden)));
  const conditions: string[] = [];
  for (const name of using ?? [])
    conditions.push(mergeColumn(env, node, scope, name, leftRelations, rightRelations));
  if (node.on) conditions.push(castTo(env, compileExpr(env, scope, node.on), { kind: "BOOLEAN" }).sql);
  if (node.matchCondition)
    conditions.push(castTo(env, compileExpr(env, scope, node.matchCondition), { kind: "BOOLEAN" }).sql);
  const on = conditions.length > 0 ? ` ON ${conditions.join(" AND ")}` : "";
  switch (node.kind) {
    case "CROSS":
      return `${left} CROSS JOIN ${right}`;
    case "ASOF":
      return `${left} ASOF LEFT JOIN ${right}${on}`;
    case "INNER":
      return on === "" ? `${left} CROSS JOIN ${right}` : `${left} INNER JOIN ${right}${on}`;
    default:
      return `${left} ${node.kind} JOIN ${right}${on || " ON TRUE"}`;
  }
}

/** A USING column: equal on both sides, one column afterwards. Returns the join condition. */
function mergeColumn(
  env: Env,
  node: JoinExpr,
  scope: Scope,
  name: string,
  left: readonly Relation[],
  right: readonly Relation[],
): string {
  const pick = (relations: readonly Relation[]): ScopeColumn => {
    const merged = relations === left ? scope.merged.get(name) : undefined;
    if (merged) return merged;
    const found = relations.flatMap((r) => r.columns.filter((c) => c.name === name));
    if (found.length > 1) throw errors.ambiguousColumn(name);
    if (!found[0]) {
      const { line, position } = lineAndPosition(env.ctx.text, node.start);
      throw errors.invalidIdentifier(name, line, position);
    }
    return found[0];
  };
  const l = pick(left);
  const r = pick(right);
  const type = commonOfTwo(l.type, r.type);
  const value = (c: ScopeColumn): Typed => ({ sql: c.sql, type: c.type, nullable: c.nullable });
  const merged: ScopeColumn =
    node.kind === "RIGHT"
      ? { ...r }
      : node.kind === "FULL"
        ? {
            name,
            sql: `coalesce(${coerce(env, value(l), type).sql}, ${coerce(env, value(r), type).sql})`,
            type,
            nullable: true,
          }
        : { ...l };
  scope.merged.set(name, { ...merged, name });
  return compare(env, "=", value(l), value(r)).sql;
}
