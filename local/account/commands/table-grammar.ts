import type { ColumnDef, ConstraintDef } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import { checkCollation } from "../sql/index.ts";
import type { DataType } from "../types/data-type.ts";
import { parseDataType } from "../types/parse-data-type.ts";
import type { Cursor } from "./cursor.ts";
import { readTypeText } from "./signature.ts";
import { readTagValues, type TagValue } from "./tag-values.ts";

/** A column as CREATE TABLE gives it; names are resolved later. */
export interface ColumnSyntax {
  def: ColumnDef;
  typed: boolean;
  tags: TagValue[];
  maskingPolicy: { name: string[]; using: string[] } | null;
  constraints: ConstraintSyntax[];
}

export interface ConstraintSyntax {
  name: string | null;
  kind: ConstraintDef["kind"];
  columns: string[];
  references: { table: string[]; columns: string[] } | null;
  rely?: boolean;
}

/** Words that end a DEFAULT expression because they begin the next column property. */
const COLUMN_WORDS = [
  "NOT",
  "NULL",
  "COMMENT",
  "PRIMARY",
  "UNIQUE",
  "FOREIGN",
  "REFERENCES",
  "CONSTRAINT",
  "WITH",
  "MASKING",
  "PROJECTION",
  "TAG",
  "COLLATE",
  "AUTOINCREMENT",
  "IDENTITY",
  "DEFAULT",
];

const CONSTRAINT_PROPERTIES = [
  "NOT ENFORCED",
  "ENFORCED",
  "NOT DEFERRABLE",
  "DEFERRABLE",
  "INITIALLY DEFERRED",
  "INITIALLY IMMEDIATE",
  "ENABLE VALIDATE",
  "ENABLE NOVALIDATE",
  "DISABLE VALIDATE",
  "DISABLE NOVALIDATE",
  "ENABLE",
  "DISABLE",
  "VALIDATE",
  "NOVALIDATE",
  "NORELY",
  "RELY",
];

/** Properties of a constraint in any order; only RELY is kept, since no constraint of the kinds is enforced. */
export function readConstraintProperties(cursor: Cursor): { rely?: boolean } {
  const found: { rely?: boolean } = {};
  for (;;) {
    const phrase = CONSTRAINT_PROPERTIES.find((one) => cursor.acceptPhrase(one));
    if (!phrase) return found;
    if (phrase === "RELY" || phrase === "NORELY") found.rely = phrase === "RELY";
  }
}

/** Text of an expression up to a comma, a closing parenthesis or a word that begins something else. */
export function readExpressionText(cursor: Cursor, stops: readonly string[]): string {
  const start = cursor.at;
  let depth = 0;
  for (let token = cursor.peek(); token; token = cursor.peek()) {
    if (token.kind === "SYMBOL") {
      if (token.image === "(" || token.image === "[" || token.image === "{") depth++;
      else if (token.image === ")" || token.image === "]" || token.image === "}") {
        if (depth === 0) break;
        depth--;
      } else if (token.image === "," && depth === 0) break;
    } else if (depth === 0 && cursor.at > start && token.kind === "WORD" && stops.includes(token.value))
      break;
    cursor.at++;
  }
  if (cursor.at === start) throw cursor.syntaxError();
  return cursor.textSince(start);
}

/** The column properties after name and type, in any order. */
export function readColumnProperties(cursor: Cursor, column: ColumnSyntax): void {
  const { def } = column;
  for (;;) {
    if (cursor.accept("NOT", "NULL")) def.nullable = false;
    else if (cursor.accept("NULL")) def.nullable = true;
    else if (cursor.accept("COLLATE")) def.collation = readCollation(cursor, def.type);
    else if (cursor.accept("DEFAULT")) def.defaultSql = readExpressionText(cursor, COLUMN_WORDS);
    else if (cursor.accept("AUTOINCREMENT") || cursor.accept("IDENTITY"))
      def.autoincrement = readIdentity(cursor);
    else if (cursor.accept("COMMENT")) {
      cursor.acceptSymbol("=");
      def.comment = cursor.string();
    } else if (cursor.accept("WITH", "MASKING", "POLICY") || cursor.accept("MASKING", "POLICY")) {
      const name = cursor.name();
      const using = cursor.accept("USING") ? cursor.parenthesized(() => cursor.identifier()) : [];
      column.maskingPolicy = { name, using };
    } else if (cursor.accept("WITH", "TAG") || cursor.accept("TAG"))
      column.tags.push(...readTagValues(cursor));
    else if (cursor.sees("WITH", "PROJECTION") || cursor.sees("PROJECTION"))
      throw errors.unsupported("PROJECTION POLICY");
    else if (cursor.sees("AS")) throw errors.unsupported("computed column");
    else {
      const constraint = readInlineConstraint(cursor, def.name);
      if (!constraint) return;
      column.constraints.push(constraint);
    }
  }
}

function readCollation(cursor: Cursor, type: DataType): string {
  const spec = cursor.string();
  checkCollation(type, spec);
  return spec;
}

function readIdentity(cursor: Cursor): NonNullable<ColumnDef["autoincrement"]> {
  let start = "1";
  let increment = "1";
  if (cursor.acceptSymbol("(")) {
    start = cursor.numberText();
    cursor.expectSymbol(",");
    increment = cursor.numberText();
    cursor.expectSymbol(")");
  } else {
    if (cursor.accept("START")) {
      cursor.accept("WITH");
      cursor.acceptSymbol("=");
      start = cursor.numberText();
    }
    if (cursor.accept("INCREMENT")) {
      cursor.accept("BY");
      cursor.acceptSymbol("=");
      increment = cursor.numberText();
    }
  }
  const order = cursor.accept("ORDER");
  if (!order) cursor.accept("NOORDER");
  return { start, increment, order };
}

function readInlineConstraint(cursor: Cursor, column: string): ConstraintSyntax | undefined {
  const name = cursor.accept("CONSTRAINT") ? cursor.identifier() : null;
  let found: ConstraintSyntax | undefined;
  if (cursor.accept("PRIMARY", "KEY"))
    found = { name, kind: "PRIMARY KEY", columns: [column], references: null };
  else if (cursor.accept("UNIQUE")) found = { name, kind: "UNIQUE", columns: [column], references: null };
  else if (cursor.sees("FOREIGN", "KEY") || cursor.sees("REFERENCES")) {
    cursor.accept("FOREIGN", "KEY");
    found = { name, kind: "FOREIGN KEY", columns: [column], references: readReferences(cursor) };
  } else if (name !== null && cursor.accept("NOT", "NULL")) return undefined;
  else if (name !== null) throw cursor.syntaxError();
  return found && { ...found, ...readConstraintProperties(cursor) };
}

function readReferences(cursor: Cursor): ConstraintSyntax["references"] {
  cursor.expect("REFERENCES");
  const table = cursor.name();
  const columns = cursor.seesSymbol("(") ? cursor.parenthesized(() => cursor.identifier()) : [];
  if (cursor.accept("MATCH")) cursor.identifier();
  while (cursor.accept("ON")) {
    if (!cursor.acceptOneOf("UPDATE", "DELETE")) throw cursor.syntaxError();
    if (!cursor.accept("SET", "NULL") && !cursor.accept("SET", "DEFAULT") && !cursor.accept("NO", "ACTION"))
      if (!cursor.acceptOneOf("CASCADE", "RESTRICT")) throw cursor.syntaxError();
  }
  return { table, columns };
}

/** `[CONSTRAINT n] PRIMARY KEY (…)` and its like among the columns, or after ADD. */
export function readOutOfLineConstraint(cursor: Cursor): ConstraintSyntax | undefined {
  const start = cursor.at;
  const name = cursor.accept("CONSTRAINT") ? cursor.identifier() : null;
  const columns = () => cursor.parenthesized(() => cursor.identifier());
  let found: ConstraintSyntax | undefined;
  if (cursor.accept("PRIMARY", "KEY"))
    found = { name, kind: "PRIMARY KEY", columns: columns(), references: null };
  else if (cursor.sees("UNIQUE") && cursor.seesSymbol("(", 1)) {
    cursor.at++;
    found = { name, kind: "UNIQUE", columns: columns(), references: null };
  } else if (cursor.accept("FOREIGN", "KEY"))
    found = { name, kind: "FOREIGN KEY", columns: columns(), references: readReferences(cursor) };
  if (!found) {
    if (name !== null && cursor.sees("CHECK")) throw errors.unsupported("CHECK constraint");
    cursor.at = start;
    return undefined;
  }
  return { ...found, ...readConstraintProperties(cursor) };
}

/** One column: name, type (CTAS may leave it out), properties. */
export function readColumn(cursor: Cursor, typeRequired: boolean): ColumnSyntax {
  const name = cursor.identifier();
  const column: ColumnSyntax = {
    def: { name, type: { kind: "VARIANT" }, nullable: true, defaultSql: null, comment: null },
    typed: false,
    tags: [],
    maskingPolicy: null,
    constraints: [],
  };
  const next = cursor.peek();
  const bare = !typeRequired && (next?.kind !== "WORD" || COLUMN_WORDS.includes(next.value));
  if (!bare) {
    column.def.type = parseDataType(readTypeText(cursor));
    column.typed = true;
  }
  readColumnProperties(cursor, column);
  return column;
}

/** `( column | constraint, … )`. */
export function readColumns(
  cursor: Cursor,
  typeRequired: boolean,
): { columns: ColumnSyntax[]; constraints: ConstraintSyntax[] } {
  const columns: ColumnSyntax[] = [];
  const constraints: ConstraintSyntax[] = [];
  cursor.parenthesized(() => {
    const constraint = readOutOfLineConstraint(cursor);
    if (constraint) constraints.push(constraint);
    else columns.push(readColumn(cursor, typeRequired));
  });
  const names = new Set<string>();
  for (const { def } of columns) {
    if (names.has(def.name))
      throw errors.compilation("002025", "42S21", `duplicate column name '${def.name}'`);
    names.add(def.name);
  }
  return { columns, constraints };
}

/** `CLUSTER BY [LINEAR] (expression, …)` as texts; undefined when it is not next. */
export function readClusterBy(cursor: Cursor): string[] | undefined {
  if (!cursor.accept("CLUSTER", "BY")) return undefined;
  cursor.accept("LINEAR");
  return cursor.parenthesized(() => readExpressionText(cursor, []));
}
