import type { DataType } from "../../types/data-type.ts";

/**
 * The tree of a query or DML statement. Nodes carry their offsets in the text where an error or the name of an
 * unaliased column needs them. Names are as stored: unquoted identifiers are upper-cased.
 */
export interface Ident {
  name: string;
  quoted: boolean;
  start: number;
  end: number;
}

interface Span {
  start: number;
  end: number;
}

export type PathStep = { key: string } | { index: Expr };

export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "||"
  | "="
  | "<>"
  | "<"
  | "<="
  | ">"
  | ">="
  | "AND"
  | "OR";

export interface OrderItem {
  expr: Expr;
  descending: boolean;
  nulls: "FIRST" | "LAST" | null;
}

export interface WindowSpec {
  base: string | null;
  partitionBy: Expr[];
  orderBy: OrderItem[];
  frame: Frame | null;
}

export type FrameBound =
  | { kind: "UNBOUNDED PRECEDING" | "UNBOUNDED FOLLOWING" | "CURRENT ROW" }
  | { kind: "PRECEDING" | "FOLLOWING"; offset: Expr };

export interface Frame {
  unit: "ROWS" | "RANGE" | "GROUPS";
  from: FrameBound;
  to: FrameBound;
}

export interface CallExpr extends Span {
  type: "call";
  /** `model!PREDICT(…)`: the instance of a class whose method it is. */
  instance: Ident[] | null;
  name: Ident[];
  args: Expr[];
  named: { name: string; value: Expr }[];
  distinct: boolean;
  withinGroup: OrderItem[] | null;
  nulls: "IGNORE" | "RESPECT" | null;
  fromLast: boolean;
  over: WindowSpec | { name: string } | null;
  /** Written without parentheses: CURRENT_DATE. */
  bare: boolean;
}

export interface StarExpr extends Span {
  type: "star";
  qualifier: Ident[];
  ilike: string | null;
  exclude: Ident[];
  replace: { expr: Expr; name: Ident }[];
  rename: { from: Ident; to: Ident }[];
}

export type Expr =
  | ({ type: "literal"; kind: "string" | "number" | "boolean" | "null" | "binary"; value: string } & Span)
  /** `outer`: written with (+), the old outer join. */
  | ({ type: "column"; parts: Ident[]; outer?: true } & Span)
  | StarExpr
  | ({ type: "positional"; qualifier: Ident | null; index: number } & Span)
  | ({ type: "variable"; name: string } & Span)
  | ({ type: "bind"; index: number } & Span)
  | ({ type: "path"; base: Expr; steps: PathStep[] } & Span)
  | ({ type: "cast"; expr: Expr; to: DataType; isTry: boolean; typeText: string } & Span)
  | ({ type: "unary"; op: "-" | "+" | "NOT"; expr: Expr } & Span)
  | ({ type: "binary"; op: BinaryOperator; left: Expr; right: Expr } & Span)
  | ({ type: "is"; expr: Expr; what: "NULL" | "TRUE" | "FALSE"; not: boolean } & Span)
  | ({ type: "distinctFrom"; left: Expr; right: Expr; not: boolean } & Span)
  | ({ type: "between"; expr: Expr; low: Expr; high: Expr; not: boolean } & Span)
  | ({ type: "in"; expr: Expr; list: Expr[] | null; query: Query | null; not: boolean } & Span)
  | ({
      type: "like";
      kind: "LIKE" | "ILIKE" | "RLIKE";
      quantifier: "ANY" | "ALL" | null;
      expr: Expr;
      patterns: Expr[];
      escape: Expr | null;
      not: boolean;
    } & Span)
  | ({
      type: "quantified";
      op: BinaryOperator;
      quantifier: "ANY" | "ALL";
      left: Expr;
      query: Query;
    } & Span)
  | ({
      type: "case";
      operand: Expr | null;
      whens: { when: Expr; result: Expr }[];
      otherwise: Expr | null;
    } & Span)
  | ({ type: "exists"; query: Query } & Span)
  | ({ type: "subquery"; query: Query } & Span)
  | CallExpr
  | ({ type: "interval"; parts: { amount: string; unit: string }[] } & Span)
  | ({ type: "array"; items: Expr[] } & Span)
  | ({ type: "object"; entries: { key: Expr; value: Expr }[] } & Span)
  | ({ type: "tuple"; items: Expr[] } & Span)
  | ({ type: "lambda"; params: (Ident & { type?: DataType })[]; body: Expr } & Span)
  | ({ type: "prior"; expr: Expr } & Span)
  | ({ type: "connectByRoot"; expr: Expr } & Span)
  | ({ type: "collate"; expr: Expr; collation: string } & Span);

export interface SelectItem {
  expr: Expr;
  alias: Ident | null;
}

export interface TimeTravel {
  kind: "AT" | "BEFORE";
  by: "TIMESTAMP" | "OFFSET" | "STATEMENT" | "STREAM";
  value: Expr;
}

export interface TableAlias {
  name: Ident;
  columns: Ident[];
}

export interface StageOptions {
  fileFormat: Expr | null;
  /** FILE_FORMAT => (TYPE = …) is not legal in queries; PATTERN is. */
  pattern: Expr | null;
}

export type TableFactor =
  | ({
      type: "table";
      name: Ident[];
      /** IDENTIFIER('…') or IDENTIFIER($x), resolved when compiled. */
      dynamic: Expr | null;
      timeTravel: TimeTravel | null;
      changes: { information: "DEFAULT" | "APPEND_ONLY"; from: TimeTravel; until: TimeTravel | null } | null;
    } & FactorTail)
  | ({ type: "derived"; query: Query; lateral: boolean } & FactorTail)
  | ({ type: "tableFunction"; call: CallExpr; lateral: boolean } & FactorTail)
  | ({ type: "stage"; location: string; options: StageOptions } & FactorTail)
  | ({ type: "directory"; location: string } & FactorTail)
  | ({ type: "values"; rows: Expr[][] } & FactorTail)
  | ({ type: "group"; inner: TableExpr } & FactorTail)
  | JoinExpr;

export interface FactorTail extends Span {
  alias: TableAlias | null;
  sample: Sample | null;
  pivots: (Pivot | Unpivot)[];
}

export interface Pivot {
  type: "pivot";
  aggregates: { call: CallExpr; alias: Ident | null }[];
  column: Ident;
  values: { expr: Expr; alias: Ident | null }[] | { any: OrderItem[] } | Query;
  defaultOnNull: Expr | null;
  alias: TableAlias | null;
}

export interface Unpivot {
  type: "unpivot";
  includeNulls: boolean;
  value: Ident;
  name: Ident;
  columns: { column: Ident; alias: Ident | string | null }[];
  alias: TableAlias | null;
}

export interface Sample {
  method: "BERNOULLI" | "SYSTEM";
  /** Percent, or rows. */
  amount: Expr;
  isRows: boolean;
  seed: Expr | null;
}

export interface JoinExpr extends Span {
  type: "join";
  kind: "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS" | "ASOF";
  natural: boolean;
  left: TableExpr;
  right: TableExpr;
  on: Expr | null;
  using: Ident[] | null;
  matchCondition: Expr | null;
}

export type TableExpr = TableFactor;

export type GroupItem =
  | { type: "expr"; expr: Expr }
  | { type: "rollup" | "cube"; sets: Expr[][] }
  | { type: "groupingSets"; sets: GroupItem[] }
  | { type: "tuple"; items: Expr[] };

export interface Select extends Span {
  type: "select";
  distinct: boolean;
  top: Expr | null;
  items: SelectItem[];
  from: TableExpr | null;
  where: Expr | null;
  startWith: Expr | null;
  connectBy: Expr | null;
  groupBy: "ALL" | GroupItem[] | null;
  having: Expr | null;
  qualify: Expr | null;
  windows: { name: string; spec: WindowSpec }[];
}

export interface Values extends Span {
  type: "values";
  rows: Expr[][];
}

export interface SetOperation extends Span {
  type: "set";
  op: "UNION" | "EXCEPT" | "INTERSECT";
  all: boolean;
  byName: boolean;
  left: QueryBody;
  right: QueryBody;
}

export type QueryBody = Select | Values | SetOperation | Query;

export interface CommonTable {
  name: Ident;
  columns: Ident[];
  query: Query;
}

export interface Query extends Span {
  type: "query";
  recursive: boolean;
  with: CommonTable[];
  body: QueryBody;
  orderBy: OrderItem[] | "ALL";
  limit: Expr | null;
  offset: Expr | null;
}

export interface Target {
  name: Ident[];
  dynamic: Expr | null;
  alias: Ident | null;
  start: number;
}

export interface InsertInto {
  target: Target;
  columns: Ident[];
  /** null: the source's columns as they are; DEFAULT is a `column` expression of that name. */
  values: Expr[] | null;
}

export interface Assignment {
  column: Ident[];
  value: Expr;
}

export type MergeClause =
  | { type: "update"; and: Expr | null; set: Assignment[] | "ALL BY NAME" }
  | { type: "delete"; and: Expr | null }
  | { type: "insert"; and: Expr | null; columns: Ident[]; values: Expr[] | "ALL BY NAME" };

export interface CopySource {
  /** `@stage/path` or a URL literal. */
  location: string;
  alias: Ident | null;
}

export type OptionValue = string | number | boolean | OptionValue[] | { [key: string]: OptionValue };
export type Options = Record<string, OptionValue>;

export interface CopyIntoTable extends Span {
  type: "copyIntoTable";
  target: Target;
  columns: Ident[];
  /** Transformation: SELECT items over the stage; null loads files as they are. */
  select: Select | null;
  source: CopySource;
  files: string[] | null;
  pattern: string | null;
  fileFormat: Options;
  options: Options;
}

export interface CopyIntoLocation extends Span {
  type: "copyIntoLocation";
  location: string;
  query: Query | null;
  table: Target | null;
  partitionBy: Expr | null;
  fileFormat: Options;
  options: Options;
}

export type Statement =
  | ({ type: "queryStatement"; query: Query } & Span)
  | ({
      type: "insert";
      overwrite: boolean;
      into: InsertInto;
      with: CommonTable[];
      recursive: boolean;
      query: Query | null;
      rows: Expr[][] | null;
    } & Span)
  | ({
      type: "multiInsert";
      overwrite: boolean;
      first: boolean;
      whens: { when: Expr | null; into: InsertInto[] }[];
      otherwise: InsertInto[] | null;
      query: Query;
    } & Span)
  | ({
      type: "update";
      target: Target;
      set: Assignment[];
      from: TableExpr | null;
      where: Expr | null;
    } & Span)
  | ({ type: "delete"; target: Target; using: TableExpr | null; where: Expr | null } & Span)
  | ({
      type: "merge";
      target: Target;
      source: TableExpr;
      on: Expr;
      matched: MergeClause[];
      notMatched: MergeClause[];
    } & Span)
  | ({ type: "truncate"; target: Target; ifExists: boolean } & Span)
  | CopyIntoTable
  | CopyIntoLocation;
