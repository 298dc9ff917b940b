import { errors } from "../../errors.ts";
import type {
  CommonTable,
  Expr,
  FactorTail,
  GroupItem,
  Ident,
  JoinExpr,
  Pivot,
  Query,
  QueryBody,
  Sample,
  Select,
  SelectItem,
  StageOptions,
  TableAlias,
  TableExpr,
  TimeTravel,
  Unpivot,
  Values,
  WindowSpec,
} from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { ExpressionParser } from "./expression.ts";

/** Queries. Source: Snowflake documentation, "Query syntax" and the page of each clause. */
export class QueryParser {
  readonly c: Cursor;
  readonly expressions: ExpressionParser;

  constructor(cursor: Cursor) {
    this.c = cursor;
    this.expressions = new ExpressionParser(cursor, () => this.query());
  }

  expr(): Expr {
    return this.expressions.parse();
  }

  startsQuery(): boolean {
    let i = 0;
    while (this.c.peekOp(i, "(")) i++;
    return this.c.peekWord(i, "SELECT", "WITH", "VALUES");
  }

  query(): Query {
    const c = this.c;
    const start = c.token.start;
    const { tables, recursive } = this.commonTables();
    const body = this.#setOperations();
    const query: Query = {
      type: "query",
      recursive,
      with: tables,
      body,
      orderBy: [],
      limit: null,
      offset: null,
      start,
      end: c.lastEnd,
    };
    if (c.takeWords("ORDER", "BY")) {
      if (c.isWord("ALL") && !c.peekOp(1, ".")) {
        c.next();
        query.orderBy = "ALL";
        if (c.isWord("ASC", "DESC", "NULLS")) throw errors.unsupported("ORDER BY ALL with a direction");
      } else query.orderBy = this.expressions.orderItems();
    }
    this.#limit(query);
    query.end = c.lastEnd;
    return query;
  }

  #limit(query: Query): void {
    const c = this.c;
    if (c.takeWords("LIMIT")) {
      query.limit = this.expr();
      if (c.takeWords("OFFSET")) query.offset = this.expr();
    } else if (c.takeWords("OFFSET")) {
      query.offset = this.expr();
      if (c.isWord("ROW", "ROWS")) c.next();
    }
    if (query.limit === null && c.takeWords("FETCH")) {
      if (c.isWord("FIRST", "NEXT")) c.next();
      query.limit = this.expr();
      if (c.isWord("ROW", "ROWS")) c.next();
      c.takeWords("ONLY");
    }
  }

  commonTables(): { tables: CommonTable[]; recursive: boolean } {
    const c = this.c;
    if (!c.takeWords("WITH")) return { tables: [], recursive: false };
    const recursive = c.takeWords("RECURSIVE");
    const tables = c.commaList(() => {
      const name = c.ident();
      const columns = c.isOp("(") ? c.parenthesised(() => c.commaList(() => c.anyIdent())) : [];
      c.expectWords("AS");
      const query = c.parenthesised(() => this.query());
      return { name, columns, query };
    });
    return { tables, recursive };
  }

  #setOperations(): QueryBody {
    const c = this.c;
    let left = this.#intersections();
    while (c.isWord("UNION", "EXCEPT", "MINUS")) {
      const op = c.next().value === "UNION" ? "UNION" : "EXCEPT";
      const { all, byName } = this.#setModifiers();
      const right = this.#intersections();
      left = { type: "set", op, all, byName, left, right, start: left.start, end: right.end };
    }
    return left;
  }

  #setModifiers() {
    const all = this.c.takeWords("ALL");
    if (!all) this.c.takeWords("DISTINCT");
    return { all, byName: this.c.takeWords("BY", "NAME") };
  }

  #intersections(): QueryBody {
    const c = this.c;
    let left = this.#operand();
    while (c.takeWords("INTERSECT")) {
      const { all, byName } = this.#setModifiers();
      const right = this.#operand();
      left = { type: "set", op: "INTERSECT", all, byName, left, right, start: left.start, end: right.end };
    }
    return left;
  }

  #operand(): QueryBody {
    const c = this.c;
    if (c.isOp("(")) return c.parenthesised(() => this.query());
    if (c.isWord("VALUES")) return this.values();
    return this.select();
  }

  values(): Values {
    const c = this.c;
    const start = c.token.start;
    c.expectWords("VALUES");
    const rows = c.commaList(() => c.parenthesised(() => this.expressions.list()));
    return { type: "values", rows, start, end: c.lastEnd };
  }

  select(): Select {
    const c = this.c;
    const start = c.token.start;
    c.expectWords("SELECT");
    const select: Select = {
      type: "select",
      distinct: false,
      top: null,
      items: [],
      from: null,
      where: null,
      startWith: null,
      connectBy: null,
      groupBy: null,
      having: null,
      qualify: null,
      windows: [],
      start,
      end: start,
    };
    if (c.takeWords("DISTINCT")) select.distinct = true;
    else c.takeWords("ALL");
    if (c.isWord("TOP") && (c.peek().kind === "number" || c.peek().kind === "op")) {
      const mark = c.at;
      c.next();
      const t = c.token;
      if (t.kind === "number") {
        c.next();
        select.top = { type: "literal", kind: "number", value: t.value, start: t.start, end: t.end };
      } else c.at = mark;
    }
    do {
      // A trailing comma before FROM is allowed.
      if (select.items.length > 0 && c.isWord("FROM")) break;
      select.items.push(this.#item());
    } while (c.takeOp(","));
    if (c.takeWords("FROM")) select.from = this.from();
    if (c.takeWords("WHERE")) select.where = this.expr();
    for (;;) {
      if (c.takeWords("START", "WITH")) select.startWith = this.expr();
      else if (c.takeWords("CONNECT", "BY")) select.connectBy = this.expr();
      else break;
    }
    if (c.takeWords("GROUP", "BY")) {
      if (c.isWord("ALL")) {
        c.next();
        select.groupBy = "ALL";
      } else select.groupBy = c.commaList(() => this.#groupItem());
    }
    if (c.takeWords("HAVING")) select.having = this.expr();
    for (;;) {
      if (c.takeWords("QUALIFY")) select.qualify = this.expr();
      else if (c.isWord("WINDOW") && (c.peek().kind === "word" || c.peek().kind === "quoted")) {
        c.next();
        select.windows = c.commaList(() => {
          const name = c.ident().name;
          c.expectWords("AS");
          const spec: WindowSpec = c.parenthesised(() => this.expressions.windowSpec());
          return { name, spec };
        });
      } else break;
    }
    select.end = c.lastEnd;
    return select;
  }

  #item(): SelectItem {
    const expr = this.expr();
    return { expr, alias: expr.type === "star" ? null : this.c.alias() };
  }

  #groupItem(): GroupItem {
    const c = this.c;
    if (c.isWord("ROLLUP", "CUBE") && c.peekOp(1, "(")) {
      const type = c.next().value === "ROLLUP" ? "rollup" : "cube";
      const sets = c.parenthesised(() =>
        c.commaList(() => {
          const expr = this.expr();
          return expr.type === "tuple" ? expr.items : [expr];
        }),
      );
      return { type, sets };
    }
    if (c.takeWords("GROUPING", "SETS")) {
      const sets = c.parenthesised(() => c.commaList(() => this.#groupItem()));
      return { type: "groupingSets", sets };
    }
    if (c.isOp("(") && c.peekOp(1, ")")) {
      c.at += 2;
      return { type: "tuple", items: [] };
    }
    const expr = this.expr();
    return expr.type === "tuple" ? { type: "tuple", items: expr.items } : { type: "expr", expr };
  }

  /** What follows FROM: comma joins are cross joins that see what stands to their left. */
  from(): TableExpr {
    const c = this.c;
    let left = this.#joins();
    while (c.takeOp(",")) {
      const right = this.#joins();
      left = this.#join(left, right, "CROSS");
    }
    return left;
  }

  #join(left: TableExpr, right: TableExpr, kind: JoinExpr["kind"]): JoinExpr {
    return {
      type: "join",
      kind,
      natural: false,
      left,
      right,
      on: null,
      using: null,
      matchCondition: null,
      start: left.start,
      end: right.end,
    };
  }

  #joins(): TableExpr {
    const c = this.c;
    let left = this.#factor();
    for (;;) {
      const natural = c.isWord("NATURAL") && this.c.next() !== null;
      let kind: JoinExpr["kind"];
      if (c.takeWords("CROSS", "JOIN")) kind = "CROSS";
      else if (c.takeWords("ASOF", "JOIN")) kind = "ASOF";
      else if (c.takeWords("INNER", "JOIN") || c.takeWords("JOIN")) kind = "INNER";
      else if (c.takeWords("LEFT", "OUTER", "JOIN") || c.takeWords("LEFT", "JOIN")) kind = "LEFT";
      else if (c.takeWords("RIGHT", "OUTER", "JOIN") || c.takeWords("RIGHT", "JOIN")) kind = "RIGHT";
      else if (c.takeWords("FULL", "OUTER", "JOIN") || c.takeWords("FULL", "JOIN")) kind = "FULL";
      else {
        if (natural) c.fail();
        return left;
      }
      const join = this.#join(left, this.#factor(), kind);
      join.natural = natural;
      if (kind === "ASOF") {
        c.expectWords("MATCH_CONDITION");
        join.matchCondition = c.parenthesised(() => this.expr());
      }
      if (c.takeWords("ON")) join.on = this.expr();
      else if (c.takeWords("USING")) join.using = c.parenthesised(() => c.commaList(() => c.anyIdent()));
      join.end = c.lastEnd;
      left = join;
    }
  }

  #tail(start: number, alias: TableAlias | null = null): FactorTail {
    return { alias, sample: null, pivots: [], start, end: this.c.lastEnd };
  }

  #factor(): TableExpr {
    const c = this.c;
    const start = c.token.start;
    const lateral = c.takeWords("LATERAL");
    if (c.isWord("TABLE") && c.peekOp(1, "(")) {
      c.at += 2;
      const expr = this.expr();
      c.expectOp(")");
      if (expr.type === "call")
        return this.#finish({
          type: "tableFunction",
          call: expr,
          lateral: true,
          ...this.#tail(start),
        });
      // TABLE('name') and TABLE($variable): a table by its name in a string.
      return this.#finish({
        type: "table",
        name: [],
        dynamic: expr,
        timeTravel: null,
        changes: null,
        ...this.#tail(start),
      });
    }
    if (c.isOp("(")) {
      if (this.startsQuery() && this.#parenthesisHoldsQuery()) {
        const query = c.parenthesised(() => this.query());
        return this.#finish({ type: "derived", query, lateral, ...this.#tail(start) });
      }
      if (c.peekWord(1, "VALUES")) {
        c.next();
        const rows = this.values().rows;
        c.expectOp(")");
        return this.#finish({ type: "values", rows, ...this.#tail(start) });
      }
      const inner = c.parenthesised(() => this.from());
      return this.#finish({ type: "group", inner, ...this.#tail(start) });
    }
    if (c.isWord("VALUES") && c.peekOp(1, "(")) {
      const rows = this.values().rows;
      return this.#finish({ type: "values", rows, ...this.#tail(start) });
    }
    if (c.isWord("DIRECTORY") && c.peekOp(1, "(") && c.peek(2).kind === "stage") {
      c.next();
      const location = c.parenthesised(() => c.next().value);
      return this.#finish({ type: "directory", location, ...this.#tail(start) });
    }
    if (c.token.kind === "stage") {
      const location = c.next().value;
      return this.#finish({
        type: "stage",
        location,
        options: this.#stageOptions(),
        ...this.#tail(start),
      });
    }
    if (c.token.kind === "string") {
      const location = c.next().value;
      if (!location.startsWith("@")) c.fail(c.tokens[c.at - 1]!);
      return this.#finish({
        type: "stage",
        location: location.slice(1),
        options: this.#stageOptions(),
        ...this.#tail(start),
      });
    }
    if (c.isWord("IDENTIFIER") && c.peekOp(1, "(")) {
      c.next();
      const dynamic = c.parenthesised(() => this.expr());
      return this.#table([], dynamic, start);
    }
    const name = c.qualifiedName();
    if (c.isOp("("))
      return this.#finish({
        type: "tableFunction",
        call: this.expressions.call(name),
        lateral,
        ...this.#tail(start),
      });
    return this.#table(name, null, start);
  }

  /** `((select …) union …)` and `(select …)`, but not `((select …) a join b)`. */
  #parenthesisHoldsQuery(): boolean {
    const c = this.c;
    if (!c.peekOp(1, "(")) return true;
    const mark = c.at;
    const binds = c.binds;
    try {
      c.parenthesised(() => this.query());
      return true;
    } catch {
      return false;
    } finally {
      c.at = mark;
      c.binds = binds;
    }
  }

  #table(name: Ident[], dynamic: Expr | null, start: number): TableExpr {
    const c = this.c;
    let changes: Extract<TableExpr, { type: "table" }>["changes"] = null;
    let timeTravel: TimeTravel | null = null;
    if (c.isWord("CHANGES") && c.peekOp(1, "(")) {
      c.next();
      const information = c.parenthesised(() => {
        c.expectWords("INFORMATION");
        c.expectOp("=>");
        if (!c.isWord("DEFAULT", "APPEND_ONLY")) c.fail();
        return c.next().value as "DEFAULT" | "APPEND_ONLY";
      });
      const from = this.#timeTravel();
      if (!from) c.fail();
      const until = c.isWord("END") && c.peekOp(1, "(") ? this.#timeTravel(true) : null;
      changes = { information, from: from as TimeTravel, until };
    } else timeTravel = this.#timeTravel();
    return this.#finish({ type: "table", name, dynamic, timeTravel, changes, ...this.#tail(start) });
  }

  #timeTravel(end = false): TimeTravel | null {
    const c = this.c;
    const words = end ? ["END"] : ["AT", "BEFORE"];
    if (!c.isWord(...words) || !c.peekOp(1, "(") || !c.peekOp(3, "=>")) return null;
    const kind = c.next().value === "BEFORE" ? "BEFORE" : "AT";
    return c.parenthesised(() => {
      if (!c.isWord("TIMESTAMP", "OFFSET", "STATEMENT", "STREAM")) c.fail();
      const by = c.next().value as TimeTravel["by"];
      c.expectOp("=>");
      return { kind, by, value: this.expr() } as TimeTravel;
    });
  }

  #stageOptions(): StageOptions {
    const c = this.c;
    const options: StageOptions = { fileFormat: null, pattern: null };
    if (!c.isOp("(")) return options;
    c.next();
    do {
      const key = c.anyIdent();
      c.expectOp("=>");
      const value = this.expr();
      if (key.name === "FILE_FORMAT") options.fileFormat = value;
      else if (key.name === "PATTERN") options.pattern = value;
      else c.fail(c.tokens[c.at - 1]!);
    } while (c.takeOp(","));
    c.expectOp(")");
    return options;
  }

  #tableAlias(): TableAlias | null {
    const c = this.c;
    const name = c.alias();
    if (!name) return null;
    const columns = c.isOp("(") ? c.parenthesised(() => c.commaList(() => c.anyIdent())) : [];
    return { name, columns };
  }

  /** Pivots, alias and sample, in the orders that Snowflake takes them. */
  #finish<T extends TableExpr & FactorTail>(factor: T): T {
    const c = this.c;
    for (;;) {
      if (c.isWord("PIVOT") && c.peekOp(1, "(")) factor.pivots.push(this.#pivot());
      else if (c.isWord("UNPIVOT")) factor.pivots.push(this.#unpivot());
      else if (c.isWord("SAMPLE", "TABLESAMPLE")) factor.sample = this.#sample();
      else if (c.isWord("MATCH_RECOGNIZE")) throw errors.unsupported("MATCH_RECOGNIZE");
      else {
        if (factor.alias) break;
        const alias = this.#tableAlias();
        if (!alias) break;
        const last = factor.pivots.at(-1);
        if (last) {
          last.alias = alias;
          break;
        }
        factor.alias = alias;
      }
    }
    factor.end = c.lastEnd;
    return factor;
  }

  #sample(): Sample {
    const c = this.c;
    c.next();
    let method: Sample["method"] = "BERNOULLI";
    if (c.isWord("SYSTEM", "BLOCK")) {
      c.next();
      method = "SYSTEM";
    } else if (c.isWord("BERNOULLI", "ROW")) c.next();
    const sample = c.parenthesised(() => {
      const amount = this.expr();
      const isRows = c.takeWords("ROWS");
      return { method, amount, isRows, seed: null as Expr | null };
    });
    if (c.isWord("SEED", "REPEATABLE")) {
      c.next();
      sample.seed = c.parenthesised(() => this.expr());
    }
    return sample;
  }

  #pivot(): Pivot {
    const c = this.c;
    c.next();
    c.expectOp("(");
    const aggregates = c.commaList(() => {
      const call = this.expr();
      if (call.type !== "call") return c.fail();
      return { call, alias: c.isWord("FOR") ? null : c.alias() };
    });
    c.expectWords("FOR");
    const column = c.anyIdent();
    c.expectWords("IN");
    c.expectOp("(");
    let values: Pivot["values"];
    if (c.takeWords("ANY")) {
      values = { any: c.takeWords("ORDER", "BY") ? this.expressions.orderItems() : [] };
    } else if (this.startsQuery()) values = this.query();
    else values = c.commaList(() => ({ expr: this.expr(), alias: c.alias() }));
    c.expectOp(")");
    let defaultOnNull: Expr | null = null;
    if (c.takeWords("DEFAULT", "ON", "NULL")) defaultOnNull = c.parenthesised(() => this.expr());
    c.expectOp(")");
    return { type: "pivot", aggregates, column, values, defaultOnNull, alias: null };
  }

  #unpivot(): Unpivot {
    const c = this.c;
    c.next();
    let includeNulls = false;
    if (c.takeWords("INCLUDE", "NULLS")) includeNulls = true;
    else c.takeWords("EXCLUDE", "NULLS");
    return c.parenthesised(() => {
      const value = c.anyIdent();
      c.expectWords("FOR");
      const name = c.anyIdent();
      c.expectWords("IN");
      const columns = c.parenthesised(() =>
        c.commaList(() => {
          const column = c.anyIdent();
          if (!c.takeWords("AS")) return { column, alias: null };
          const alias = c.token.kind === "string" ? c.stringValue() : c.anyIdent();
          return { column, alias };
        }),
      );
      return { type: "unpivot", includeNulls, value, name, columns, alias: null } as Unpivot;
    });
  }
}
