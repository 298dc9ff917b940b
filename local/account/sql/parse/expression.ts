import { parseDataType } from "../../types/parse-data-type.ts";
import type {
  BinaryOperator,
  CallExpr,
  Expr,
  Frame,
  FrameBound,
  Ident,
  OrderItem,
  PathStep,
  Query,
  StarExpr,
  WindowSpec,
} from "./ast.ts";
import type { Cursor } from "./cursor.ts";

/**
 * Expressions by precedence climbing. Source: Snowflake documentation, "Operators" (precedence) and the syntax of
 * each function. Queries inside expressions come back to the query parser through `QueryParser`.
 */
export type QueryParser = (cursor: Cursor) => Query;

/** Functions that Snowflake lets one write without parentheses. */
const BARE_FUNCTIONS = new Set([
  "CURRENT_DATE",
  "CURRENT_TIME",
  "CURRENT_TIMESTAMP",
  "LOCALTIME",
  "LOCALTIMESTAMP",
  "CURRENT_USER",
  "CURRENT_ROLE",
  "CURRENT_DATABASE",
  "CURRENT_SCHEMA",
  "CURRENT_WAREHOUSE",
]);

const COMPARISONS: Record<string, BinaryOperator> = {
  "=": "=",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

const TYPED_LITERALS: Record<string, string> = { DATE: "DATE", TIME: "TIME", TIMESTAMP: "TIMESTAMP" };

export class ExpressionParser {
  readonly #c: Cursor;
  readonly #query: QueryParser;

  constructor(cursor: Cursor, query: QueryParser) {
    this.#c = cursor;
    this.#query = query;
  }

  parse(): Expr {
    return this.#or();
  }

  list(): Expr[] {
    return this.#c.commaList(() => this.parse());
  }

  #binary(op: BinaryOperator, left: Expr, right: Expr): Expr {
    return { type: "binary", op, left, right, start: left.start, end: right.end };
  }

  #or(): Expr {
    let left = this.#and();
    while (this.#c.takeWords("OR")) left = this.#binary("OR", left, this.#and());
    return left;
  }

  #and(): Expr {
    let left = this.#not();
    while (this.#c.takeWords("AND")) left = this.#binary("AND", left, this.#not());
    return left;
  }

  #not(): Expr {
    const start = this.#c.token.start;
    if (this.#c.isWord("NOT") && !this.#c.peekOp(1, ".")) {
      this.#c.next();
      const expr = this.#not();
      return { type: "unary", op: "NOT", expr, start, end: expr.end };
    }
    return this.#predicate();
  }

  #predicate(): Expr {
    const c = this.#c;
    let left = this.#additive();
    for (;;) {
      const t = c.token;
      if (t.kind === "op" && COMPARISONS[t.value]) {
        c.next();
        const op = COMPARISONS[t.value]!;
        if (c.isWord("ANY", "ALL", "SOME") && c.peekOp(1, "(")) {
          const quantifier = c.next().value === "ALL" ? "ALL" : "ANY";
          const query = c.parenthesised(() => this.#query(c));
          left = { type: "quantified", op, quantifier, left, query, start: left.start, end: c.lastEnd };
        } else left = this.#binary(op, left, this.#additive());
        continue;
      }
      if (t.kind === "op" && t.value === "<=>") {
        c.next();
        const right = this.#additive();
        left = { type: "distinctFrom", left, right, not: true, start: left.start, end: right.end };
        continue;
      }
      if (t.kind !== "word") return left;
      if (c.takeWords("IS")) {
        const not = c.takeWords("NOT");
        if (c.takeWords("DISTINCT", "FROM")) {
          const right = this.#additive();
          left = { type: "distinctFrom", left, right, not, start: left.start, end: right.end };
        } else if (c.isWord("NULL", "TRUE", "FALSE")) {
          const what = c.next().value as "NULL" | "TRUE" | "FALSE";
          left = { type: "is", expr: left, what, not, start: left.start, end: c.lastEnd };
        } else c.fail();
        continue;
      }
      const negated = c.isWord("NOT");
      const word = negated ? c.peek(1) : t;
      if (word.kind !== "word") return left;
      switch (word.value) {
        case "BETWEEN": {
          c.at += negated ? 2 : 1;
          const low = this.#additive();
          c.expectWords("AND");
          const high = this.#additive();
          left = { type: "between", expr: left, low, high, not: negated, start: left.start, end: high.end };
          continue;
        }
        case "IN":
          c.at += negated ? 2 : 1;
          left = this.#in(left, negated);
          continue;
        case "LIKE":
        case "ILIKE":
        case "RLIKE":
        case "REGEXP":
          c.at += negated ? 2 : 1;
          left = this.#like(left, word.value === "REGEXP" ? "RLIKE" : word.value, negated);
          continue;
        default:
          return left;
      }
    }
  }

  #in(expr: Expr, not: boolean): Expr {
    const c = this.#c;
    if (!c.isOp("(")) {
      const right = this.#primary();
      return { type: "in", expr, list: [right], query: null, not, start: expr.start, end: right.end };
    }
    if (this.#startsQuery(1)) {
      const query = c.parenthesised(() => this.#query(c));
      return { type: "in", expr, list: null, query, not, start: expr.start, end: c.lastEnd };
    }
    const list = c.parenthesised(() => this.list());
    return { type: "in", expr, list, query: null, not, start: expr.start, end: c.lastEnd };
  }

  #like(expr: Expr, kind: "LIKE" | "ILIKE" | "RLIKE", not: boolean): Expr {
    const c = this.#c;
    const quantifier = c.takeWords("ANY") ? "ANY" : c.takeWords("ALL") ? "ALL" : null;
    const patterns = quantifier
      ? c.parenthesised((): Expr[] => {
          if (!this.#startsQuery(0)) return this.list();
          const start = c.token.start;
          return [{ type: "subquery", query: this.#query(c), start, end: c.lastEnd }];
        })
      : [this.#additive()];
    const escapeWith = c.takeWords("ESCAPE") ? this.#additive() : null;
    return {
      type: "like",
      kind,
      quantifier,
      expr,
      patterns,
      escape: escapeWith,
      not,
      start: expr.start,
      end: c.lastEnd,
    };
  }

  /** Does a query start `ahead` tokens from here, maybe inside more parentheses? */
  #startsQuery(ahead: number): boolean {
    let i = ahead;
    while (this.#c.peekOp(i, "(")) i++;
    if (!this.#c.peekWord(i, "SELECT", "WITH", "VALUES")) return false;
    // ((SELECT 1) + 1) is an expression: what follows the query's own parenthesis tells.
    if (i === ahead) return true;
    let depth = 0;
    for (let j = i; ; j++) {
      const t = this.#c.peek(j);
      if (t.kind === "end") return true;
      if (t.kind !== "op") continue;
      if (t.value === "(") depth++;
      if (t.value === ")" && depth-- === 0) {
        const after = this.#c.peek(j + 1);
        return (
          (after.kind === "op" && after.value === ")") ||
          (after.kind === "word" &&
            ["UNION", "EXCEPT", "INTERSECT", "MINUS", "ORDER", "LIMIT", "FETCH", "OFFSET"].includes(
              after.value,
            ))
        );
      }
    }
  }

  #additive(): Expr {
    const c = this.#c;
    let left = this.#multiplicative();
    for (;;) {
      if (c.isOp("+") || c.isOp("-") || c.isOp("||")) {
        const op = c.next().value as BinaryOperator;
        left = this.#binary(op, left, this.#multiplicative());
      } else return left;
    }
  }

  #multiplicative(): Expr {
    const c = this.#c;
    let left = this.#unary();
    while (c.isOp("*") || c.isOp("/") || c.isOp("%")) {
      const op = c.next().value as BinaryOperator;
      left = this.#binary(op, left, this.#unary());
    }
    return left;
  }

  #unary(): Expr {
    const c = this.#c;
    const t = c.token;
    if (t.kind === "op" && (t.value === "-" || t.value === "+")) {
      c.next();
      const expr = this.#unary();
      return { type: "unary", op: t.value, expr, start: t.start, end: expr.end };
    }
    if (c.isWord("CONNECT_BY_ROOT") && (c.peek().kind === "word" || c.peek().kind === "quoted")) {
      const t = c.next();
      const expr = this.#unary();
      return { type: "connectByRoot", expr, start: t.start, end: expr.end };
    }
    if (c.isWord("PRIOR") && (c.peek().kind === "word" || c.peek().kind === "quoted")) {
      c.next();
      const expr = this.#unary();
      return { type: "prior", expr, start: t.start, end: expr.end };
    }
    return this.#postfix(this.#primary());
  }

  #postfix(from: Expr): Expr {
    const c = this.#c;
    let expr = from;
    for (;;) {
      if (c.isOp("::")) {
        c.next();
        const { type, text } = this.dataType();
        expr = {
          type: "cast",
          expr,
          to: type,
          isTry: false,
          typeText: text,
          start: expr.start,
          end: c.lastEnd,
        };
      } else if (c.isOp(":") && (c.peek().kind === "word" || c.peek().kind === "quoted")) {
        c.next();
        const steps: PathStep[] = [this.#pathKey()];
        expr = this.#path(expr, steps);
      } else if (c.isOp("[")) expr = this.#path(expr, []);
      else if (c.isWord("COLLATE")) {
        c.next();
        const collation = c.stringValue();
        expr = { type: "collate", expr, collation, start: expr.start, end: c.lastEnd };
      } else return expr;
    }
  }

  #pathKey(): PathStep {
    const t = this.#c.token;
    if (t.kind !== "word" && t.kind !== "quoted") this.#c.fail();
    this.#c.next();
    // Keys are case-sensitive even when unquoted.
    return { key: t.kind === "quoted" ? t.value : this.#c.text.slice(t.start, t.end) };
  }

  #path(base: Expr, first: PathStep[]): Expr {
    const c = this.#c;
    const steps = first;
    for (;;) {
      if (c.isOp("[")) {
        c.next();
        steps.push({ index: this.parse() });
        c.expectOp("]");
      } else if (c.isOp(".") && (c.peek().kind === "word" || c.peek().kind === "quoted")) {
        c.next();
        steps.push(this.#pathKey());
      } else break;
    }
    return { type: "path", base, steps, start: base.start, end: c.lastEnd };
  }

  #primary(): Expr {
    const c = this.#c;
    const t = c.token;
    switch (t.kind) {
      case "number":
        c.next();
        return { type: "literal", kind: "number", value: t.value, start: t.start, end: t.end };
      case "string":
        c.next();
        return { type: "literal", kind: "string", value: t.value, start: t.start, end: t.end };
      case "dollar": {
        c.next();
        if (/^[0-9]+$/.test(t.value))
          return { type: "positional", qualifier: null, index: Number(t.value), start: t.start, end: t.end };
        return { type: "variable", name: t.value, start: t.start, end: t.end };
      }
      case "op":
        return this.#operatorPrimary();
      case "word":
        return this.#wordPrimary();
      case "quoted":
        return this.#name();
      default:
        return c.fail();
    }
  }

  #operatorPrimary(): Expr {
    const c = this.#c;
    const t = c.token;
    switch (t.value) {
      case "(": {
        if (this.#startsQuery(1)) {
          c.next();
          const query = this.#query(c);
          c.expectOp(")");
          return { type: "subquery", query, start: t.start, end: c.lastEnd };
        }
        const lambda = this.#parenthesisedLambda();
        if (lambda) return lambda;
        c.next();
        const items = this.list();
        c.expectOp(")");
        if (items.length > 1) return { type: "tuple", items, start: t.start, end: c.lastEnd };
        return { ...items[0]!, start: t.start, end: c.lastEnd };
      }
      case "?":
        c.next();
        return { type: "bind", index: ++c.binds, start: t.start, end: t.end };
      case ":": {
        const number = c.peek();
        if (number.kind === "number" && /^[0-9]+$/.test(number.value)) {
          c.at += 2;
          return { type: "bind", index: Number(number.value), start: t.start, end: number.end };
        }
        if (number.kind === "word") {
          c.at += 2;
          return { type: "variable", name: `:${number.value}`, start: t.start, end: number.end };
        }
        return c.fail();
      }
      case "*":
        return this.star([]);
      case "[": {
        c.next();
        const items = c.isOp("]") ? [] : this.list();
        c.expectOp("]");
        return { type: "array", items, start: t.start, end: c.lastEnd };
      }
      case "{":
        return this.#object();
      default:
        return c.fail();
    }
  }

  #object(): Expr {
    const c = this.#c;
    const start = c.next().start;
    const entries: { key: Expr; value: Expr }[] = [];
    if (c.isOp("*")) {
      const star = this.star([]);
      c.expectOp("}");
      return {
        type: "call",
        instance: null,
        name: [{ name: "OBJECT_CONSTRUCT", quoted: false, start, end: start }],
        args: [star],
        named: [],
        distinct: false,
        withinGroup: null,
        nulls: null,
        fromLast: false,
        over: null,
        bare: false,
        start,
        end: c.lastEnd,
      };
    }
    if (!c.isOp("}"))
      do {
        const key = this.#primary();
        c.expectOp(":");
        entries.push({ key, value: this.parse() });
      } while (c.takeOp(","));
    c.expectOp("}");
    return { type: "object", entries, start, end: c.lastEnd };
  }

  /** `(x, y) -> …` or null. A parameter may carry a type, as in `(x INT, y INT) -> …`. */
  #parenthesisedLambda(): Expr | null {
    const c = this.#c;
    let depth = 0;
    for (let i = 0; ; i++) {
      const t = c.peek(i);
      if (t.kind === "end") return null;
      if (t.kind !== "op") continue;
      if (t.value === "(") depth++;
      else if (t.value === ")" && --depth === 0) {
        if (!c.peekOp(i + 1, "->")) return null;
        break;
      }
    }
    const start = c.next().start;
    const params = c.commaList(() => {
      const name = c.ident();
      return c.isOp(",") || c.isOp(")") ? name : { ...name, type: this.dataType().type };
    });
    c.expectOp(")");
    c.expectOp("->");
    const body = this.parse();
    return { type: "lambda", params, body, start, end: body.end };
  }

  #wordPrimary(): Expr {
    const c = this.#c;
    const t = c.token;
    switch (t.value) {
      case "NULL":
        c.next();
        return { type: "literal", kind: "null", value: "", start: t.start, end: t.end };
      case "TRUE":
      case "FALSE":
        c.next();
        return { type: "literal", kind: "boolean", value: t.value, start: t.start, end: t.end };
      case "CASE":
        return this.#case();
      case "CAST":
      case "TRY_CAST": {
        if (!c.peekOp(1, "(")) break;
        c.at += 2;
        const expr = this.parse();
        c.expectWords("AS");
        const { type, text } = this.dataType();
        if (c.isWord("RENAME", "ADD")) c.fail();
        c.expectOp(")");
        return {
          type: "cast",
          expr,
          to: type,
          isTry: t.value === "TRY_CAST",
          typeText: text,
          start: t.start,
          end: c.lastEnd,
        };
      }
      case "EXISTS": {
        if (!c.peekOp(1, "(")) break;
        c.next();
        const query = c.parenthesised(() => this.#query(c));
        return { type: "exists", query, start: t.start, end: c.lastEnd };
      }
      case "INTERVAL":
        if (c.peek().kind === "string") return this.#interval();
        break;
      case "DATE":
      case "TIME":
      case "TIMESTAMP":
        if (c.peek().kind === "string") {
          c.next();
          const value = c.next();
          const text = TYPED_LITERALS[t.value]!;
          const literal: Expr = {
            type: "literal",
            kind: "string",
            value: value.value,
            start: value.start,
            end: value.end,
          };
          return {
            type: "cast",
            expr: literal,
            to: parseDataType(text),
            isTry: false,
            typeText: text,
            start: t.start,
            end: value.end,
          };
        }
        break;
      case "X":
        if (c.peek().kind === "string" && c.peek().start === t.end) {
          const value = c.peek();
          if (!/^([0-9a-fA-F]{2})*$/.test(value.value)) c.fail(value);
          c.at += 2;
          return {
            type: "literal",
            kind: "binary",
            value: value.value.toUpperCase(),
            start: t.start,
            end: value.end,
          };
        }
        break;
    }
    return this.#name();
  }

  #interval(): Expr {
    const c = this.#c;
    const start = c.next().start;
    const text = c.next().value;
    const parts: { amount: string; unit: string }[] = [];
    const unitWord = c.token;
    if (
      /^\s*[+-]?[0-9]+(\.[0-9]+)?\s*$/.test(text) &&
      unitWord.kind === "word" &&
      /^(YEAR|QUARTER|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?$/.test(unitWord.value)
    ) {
      c.next();
      parts.push({ amount: text.trim(), unit: unitWord.value });
    } else
      for (const piece of text.split(",")) {
        const match = /^\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*$/.exec(piece);
        if (!match) c.fail(c.tokens[c.at - 1]!);
        else parts.push({ amount: match[1]!, unit: (match[2] || "SECOND").toUpperCase() });
      }
    return { type: "interval", parts, start, end: c.lastEnd };
  }

  #case(): Expr {
    const c = this.#c;
    const start = c.next().start;
    const operand = c.isWord("WHEN") ? null : this.parse();
    const whens: { when: Expr; result: Expr }[] = [];
    while (c.takeWords("WHEN")) {
      const when = this.parse();
      c.expectWords("THEN");
      whens.push({ when, result: this.parse() });
    }
    if (whens.length === 0) c.fail();
    const otherwise = c.takeWords("ELSE") ? this.parse() : null;
    c.expectWords("END");
    return { type: "case", operand, whens, otherwise, start, end: c.lastEnd };
  }

  star(qualifier: Ident[]): StarExpr {
    const c = this.#c;
    const start = qualifier[0]?.start ?? c.token.start;
    c.expectOp("*");
    const star: StarExpr = {
      type: "star",
      qualifier,
      ilike: null,
      exclude: [],
      replace: [],
      rename: [],
      start,
      end: c.lastEnd,
    };
    if (c.takeWords("ILIKE")) star.ilike = c.stringValue();
    if (c.isWord("EXCLUDE") && (c.peekOp(1, "(") || c.peek().kind === "word" || c.peek().kind === "quoted")) {
      c.next();
      star.exclude = c.isOp("(") ? c.parenthesised(() => c.commaList(() => c.anyIdent())) : [c.anyIdent()];
    }
    if (c.isWord("REPLACE") && c.peekOp(1, "(")) {
      c.next();
      star.replace = c.parenthesised(() =>
        c.commaList(() => {
          const expr = this.parse();
          c.expectWords("AS");
          return { expr, name: c.anyIdent() };
        }),
      );
    }
    if (c.takeWords("RENAME")) {
      const one = () => {
        const from = c.anyIdent();
        c.expectWords("AS");
        return { from, to: c.anyIdent() };
      };
      star.rename = c.isOp("(") ? c.parenthesised(() => c.commaList(one)) : [one()];
    }
    star.end = c.lastEnd;
    return star;
  }

  /** `x INT ->` or `x NUMBER(10, 2) ->` */
  #typedParameter(): boolean {
    const c = this.#c;
    if (c.peek(1).kind !== "word") return false;
    if (c.peekOp(2, "->")) return true;
    if (!c.peekOp(2, "(")) return false;
    for (let i = 3; c.peek(i).kind !== "end"; i++) if (c.peekOp(i, ")")) return c.peekOp(i + 1, "->");
    return false;
  }

  /** A column, a call, a qualified star, or a lambda of one parameter. */
  #name(): Expr {
    const c = this.#c;
    const first = c.token;
    // LEFT, RIGHT, REPLACE, INSERT, LIKE … are functions when a parenthesis follows.
    const callable = first.kind === "word" && c.peekOp(1, "(");
    if (!c.startsColumn && !callable) c.fail();
    if (first.kind === "word" && this.#typedParameter()) {
      const name = c.ident();
      const params = [{ ...name, type: this.dataType().type }];
      c.expectOp("->");
      const body = this.parse();
      return { type: "lambda", params, body, start: first.start, end: body.end };
    }
    const parts = [c.anyIdent()];
    if (c.isOp("->") && parts.length === 1) {
      c.next();
      const body = this.parse();
      return { type: "lambda", params: parts, body, start: first.start, end: body.end };
    }
    while (c.isOp(".")) {
      c.next();
      if (c.isOp("*")) return this.star(parts);
      if (c.token.kind === "dollar" && /^[0-9]+$/.test(c.token.value)) {
        const index = Number(c.next().value);
        return {
          type: "positional",
          qualifier: parts.at(-1)!,
          index,
          start: first.start,
          end: c.lastEnd,
        };
      }
      if (c.isOp(".")) {
        parts.push({ name: "", quoted: false, start: c.token.start, end: c.token.start });
        continue;
      }
      parts.push(c.anyIdent());
    }
    if (c.isOp("(") && c.peekOp(1, "+") && c.peekOp(2, ")")) {
      for (let i = 0; i < 3; i++) c.next();
      return { type: "column", parts, outer: true, start: first.start, end: c.lastEnd };
    }
    if (c.isOp("(")) return this.call(parts);
    // A method of a class's instance: `model!PREDICT(…)`.
    if (c.isOp("!") && c.peek().kind === "word" && c.peekOp(2, "(")) {
      c.next();
      return { ...this.call([c.anyIdent()]), instance: parts, start: first.start };
    }
    if (parts.length === 1 && !parts[0]!.quoted && BARE_FUNCTIONS.has(parts[0]!.name))
      return { ...this.#emptyCall(parts, first.start), bare: true, end: c.lastEnd };
    return { type: "column", parts, start: first.start, end: c.lastEnd };
  }

  #emptyCall(name: Ident[], start: number): CallExpr {
    return {
      type: "call",
      instance: null,
      name,
      args: [],
      named: [],
      distinct: false,
      withinGroup: null,
      nulls: null,
      fromLast: false,
      over: null,
      bare: false,
      start,
      end: start,
    };
  }

  /** The argument list and what may follow it: WITHIN GROUP, IGNORE NULLS, OVER. */
  call(name: Ident[]): CallExpr {
    const c = this.#c;
    const call = this.#emptyCall(name, name[0]!.start);
    c.expectOp("(");
    const bareName = name.length === 1 ? name[0]!.name : "";
    if (!c.isOp(")")) {
      if (c.takeWords("DISTINCT")) call.distinct = true;
      else c.takeWords("ALL");
      if (bareName === "EXTRACT") {
        const unit = c.next();
        if (unit.kind === "end") c.fail(unit);
        call.args.push({
          type: "literal",
          kind: "string",
          value: unit.value,
          start: unit.start,
          end: unit.end,
        });
        if (!c.takeWords("FROM")) c.expectOp(",");
        call.args.push(this.parse());
      } else if (bareName === "TRIM" && c.isWord("BOTH", "LEADING", "TRAILING")) c.fail();
      else this.#arguments(call, bareName);
    }
    if (c.isWord("IGNORE", "RESPECT")) call.nulls = this.#nulls();
    c.expectOp(")");
    if (c.takeWords("WITHIN", "GROUP"))
      call.withinGroup = c.parenthesised(() => {
        c.expectWords("ORDER", "BY");
        return this.orderItems();
      });
    if (c.isWord("FROM") && c.peekWord(1, "FIRST", "LAST")) {
      c.next();
      call.fromLast = c.next().value === "LAST";
    }
    if (c.isWord("IGNORE", "RESPECT") && c.peekWord(1, "NULLS")) call.nulls = this.#nulls();
    if (c.takeWords("OVER"))
      call.over = c.isOp("(") ? c.parenthesised(() => this.windowSpec()) : { name: c.ident().name };
    call.end = c.lastEnd;
    return call;
  }

  #nulls(): "IGNORE" | "RESPECT" {
    const word = this.#c.next().value as "IGNORE" | "RESPECT";
    this.#c.expectWords("NULLS");
    return word;
  }

  #arguments(call: CallExpr, name: string): void {
    const c = this.#c;
    if (this.#startsQuery(0) && !c.isOp("(")) {
      const start = c.token.start;
      const query = this.#query(c);
      call.args.push({ type: "subquery", query, start, end: c.lastEnd });
      return;
    }
    do {
      const t = c.token;
      if ((t.kind === "word" || t.kind === "quoted") && c.peekOp(1, "=>")) {
        c.at += 2;
        const value = c.isWord("TABLE") && c.peekOp(1, "(") ? this.#tableArgument() : this.parse();
        call.named.push({ name: t.value, value });
      } else if (name === "POSITION" && call.args.length === 0) {
        const first = this.#additive();
        if (c.takeWords("IN")) {
          const second = this.#additive();
          call.args.push(first, second);
        } else call.args.push(first);
      } else call.args.push(this.parse());
    } while (c.takeOp(","));
  }

  #tableArgument(): Expr {
    const start = this.#c.next().start;
    return this.#c.parenthesised(() => {
      const query = this.#query(this.#c);
      return { type: "subquery", query, start, end: this.#c.lastEnd } as Expr;
    });
  }

  windowSpec(): WindowSpec {
    const c = this.#c;
    const base = c.isIdent && !c.isWord("PARTITION", "RANGE", "GROUPS") ? c.ident().name : null;
    const partitionBy = c.takeWords("PARTITION", "BY") ? this.list() : [];
    const orderBy = c.takeWords("ORDER", "BY") ? this.orderItems() : [];
    let frame: Frame | null = null;
    if (c.isWord("ROWS", "RANGE", "GROUPS")) {
      const unit = c.next().value as Frame["unit"];
      if (c.takeWords("BETWEEN")) {
        const from = this.#bound();
        c.expectWords("AND");
        frame = { unit, from, to: this.#bound() };
      } else frame = { unit, from: this.#bound(), to: { kind: "CURRENT ROW" } };
    }
    return { base, partitionBy, orderBy, frame };
  }

  #bound(): FrameBound {
    const c = this.#c;
    if (c.takeWords("UNBOUNDED", "PRECEDING")) return { kind: "UNBOUNDED PRECEDING" };
    if (c.takeWords("UNBOUNDED", "FOLLOWING")) return { kind: "UNBOUNDED FOLLOWING" };
    if (c.takeWords("CURRENT", "ROW")) return { kind: "CURRENT ROW" };
    const offset = this.#additive();
    if (c.takeWords("PRECEDING")) return { kind: "PRECEDING", offset };
    c.expectWords("FOLLOWING");
    return { kind: "FOLLOWING", offset };
  }

  orderItems(): OrderItem[] {
    const c = this.#c;
    return c.commaList(() => {
      const expr = this.parse();
      const descending = c.takeWords("DESC") || (c.takeWords("ASC") && false);
      let nulls: OrderItem["nulls"] = null;
      if (c.takeWords("NULLS")) {
        if (!c.isWord("FIRST", "LAST")) c.fail();
        nulls = c.next().value as "FIRST" | "LAST";
      }
      return { expr, descending, nulls };
    });
  }

  /** A data type's name and its arguments, read to their end and parsed as one text. */
  dataType(): { type: ReturnType<typeof parseDataType>; text: string } {
    const c = this.#c;
    const first = c.token;
    if (first.kind !== "word") c.fail();
    c.next();
    if (first.value === "DOUBLE") c.takeWords("PRECISION");
    if (["CHAR", "NCHAR", "CHARACTER"].includes(first.value)) c.takeWords("VARYING");
    if (c.isOp("(")) {
      let depth = 0;
      do {
        const t = c.next();
        if (t.kind === "end") c.fail(t);
        if (t.kind === "op" && t.value === "(") depth++;
        if (t.kind === "op" && t.value === ")") depth--;
      } while (depth > 0);
    }
    if (first.value === "TIMESTAMP" && c.isWord("WITH", "WITHOUT")) {
      c.next();
      c.takeWords("LOCAL");
      c.expectWords("TIME", "ZONE");
    }
    const text = c.text.slice(first.start, c.lastEnd);
    return { type: parseDataType(text), text };
  }
}
