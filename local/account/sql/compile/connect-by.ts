import { errors } from "../../errors.ts";
import { type DataType, number, varchar } from "../../types/data-type.ts";
import { duckType } from "../../types/physical.ts";
import type { Expr, Select } from "../parse/index.ts";
import { castTo } from "./cast.ts";
import { type Env, nextAlias } from "./env.ts";
import { compileExpr } from "./expression.ts";
import { newScope, type Scope, uniqueNames } from "./scope.ts";
import { quoteName, typed } from "./typed.ts";

/**
 * START WITH … CONNECT BY as a recursive common table. Columns then mean the current row, PRIOR its parent, LEVEL its
 * depth from 1. Source: Snowflake documentation, "CONNECT BY". Returns the new FROM; the scope points to it.
 */
export function compileConnectBy(env: Env, select: Select, scope: Scope, from: string): string {
  const rows = nextAlias(env, "b");
  const tree = nextAlias(env, "h");
  const all = scope.relations.flatMap((relation) => relation.columns.map((column) => ({ relation, column })));
  const unique = uniqueNames(all.map(({ column }) => column.name));
  const base = `SELECT ${all.map(({ column }, i) => `${column.sql} AS ${quoteName(unique[i]!)}`).join(", ")} FROM ${from}`;
  if (scope.merged.size > 0) throw errors.unsupported("CONNECT BY over JOIN … USING");
  const pointTo = (alias: string, withLevel: boolean): Scope => {
    const at = newScope(scope.parent);
    at.aliases = scope.aliases;
    for (const relation of scope.relations)
      at.relations.push({
        ...relation,
        columns: all
          .map(({ relation: own, column }, i) => ({
            own,
            column: { ...column, sql: `${alias}.${quoteName(unique[i]!)}` },
          }))
          .filter(({ own }) => own === relation)
          .map(({ column }) => column),
      });
    if (withLevel) at.relations.push(levelRelation(`${alias}."LEVEL"`));
    return at;
  };
  const current = pointTo(rows, false);
  const parent = pointTo(tree, true);
  // In CONNECT BY itself it is the depth of the row that would be taken.
  const below = pointTo(rows, false);
  below.relations.push(levelRelation(`(${tree}."LEVEL" + 1)`));
  current.prior = (name) => {
    for (const relation of parent.relations) {
      const column = relation.columns.find((c) => c.name === name);
      if (column) return { sql: column.sql, type: column.type, nullable: column.nullable };
    }
    return undefined;
  };
  const boolean = { kind: "BOOLEAN" } as const;
  const start = select.startWith
    ? ` WHERE ${castTo(env, compileExpr(env, current, select.startWith), boolean).sql}`
    : "";
  below.prior = current.prior;
  const step = castTo(env, compileExpr(env, below, select.connectBy!), boolean).sql;
  const parents = unique.map((name) => `prior ${name}`);
  const carried = carriedValues(env, current, tree, carriedNodes(select));
  const columns = [...unique, ...parents, ...carried.map((c) => c.name)].map(quoteName).join(", ");
  const own = unique.map((name) => `${rows}.${quoteName(name)}`).join(", ");
  const root = [
    own,
    ...all.map(({ column }) => `CAST(NULL AS ${duckType(column.type)})`),
    ...carried.map((c) => c.start),
  ].join(", ");
  const child = [
    own,
    ...unique.map((name) => `${tree}.${quoteName(name)}`),
    ...carried.map((c) => c.step),
  ].join(", ");
  const result = nextAlias(env, "r");
  scope.relations = pointTo(result, true).relations;
  scope.hierarchy = new Map(carried.map((c) => [c.node, typed(`${result}.${quoteName(c.name)}`, c.type)]));
  scope.prior = (name) => {
    const at = all.findIndex(({ column }) => column.name === name);
    return at === -1 ? undefined : typed(`${result}.${quoteName(parents[at]!)}`, all[at]!.column.type);
  };
  return (
    `(WITH RECURSIVE ${rows} AS (${base}), ${tree}(${columns}, "LEVEL") AS (SELECT ${root}, 1 FROM ${rows}${start} ` +
    `UNION ALL SELECT ${child}, ${tree}."LEVEL" + 1 FROM ${rows}, ${tree} WHERE ${step}) SELECT * FROM ${tree}) AS ${result}`
  );
}

interface Carried {
  node: object;
  name: string;
  start: string;
  step: string;
  type: DataType;
}

/** SYS_CONNECT_BY_PATH(column, separator) and CONNECT_BY_ROOT column in the query's own clauses. */
function carriedNodes(select: Select): Expr[] {
  const found: Expr[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) visit(item);
    else if (typeof node === "object" && node !== null) {
      const expr = node as Expr;
      if (expr.type === "connectByRoot") found.push(expr);
      else if (expr.type === "call" && expr.name.at(-1)?.name === "SYS_CONNECT_BY_PATH") found.push(expr);
      else for (const value of Object.values(node)) visit(value);
    }
  };
  visit([select.items, select.where, select.groupBy, select.having, select.qualify]);
  return found;
}

/** Each as a column of the recursive table: its value at a root, and at a child of a row of `tree`. */
function carriedValues(env: Env, current: Scope, tree: string, nodes: Expr[]): Carried[] {
  return nodes.map((node, i) => {
    const name = `carried ${i}`;
    const before = `${tree}.${quoteName(name)}`;
    if (node.type === "connectByRoot") {
      const value = compileExpr(env, current, node.expr);
      return { node, name, start: value.sql, step: before, type: value.type };
    }
    if (node.type !== "call" || node.args.length !== 2)
      throw errors.unsupported("SYS_CONNECT_BY_PATH without two arguments");
    const [value, separator] = node.args.map((a) => castTo(env, compileExpr(env, current, a), varchar()).sql);
    const own = `(${separator} || ${value})`;
    return { node, name, start: own, step: `${before} || ${own}`, type: varchar() };
  });
}

const levelRelation = (sql: string) => ({
  name: null,
  path: [],
  columns: [{ name: "LEVEL", sql, type: number(9), nullable: false, hidden: true }],
});
