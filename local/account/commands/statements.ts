import { firstTokens, type Token, tokenize } from "./lexer.ts";

export interface StatementText {
  text: string;
  /** Offset of its first character in the whole text. */
  start: number;
}

const isWord = (token: Token | undefined, ...words: string[]): boolean =>
  token?.kind === "WORD" && words.includes(token.value);
const isSymbol = (token: Token | undefined, symbol: string): boolean =>
  token?.kind === "SYMBOL" && token.image === symbol;

/** Does the statement open a Snowflake Scripting block here, so that its semicolons do not end it? */
function opensBlock(tokens: readonly Token[], first: number, at: number): boolean {
  if (!isWord(tokens[at], "BEGIN", "DECLARE")) return false;
  if (at === first) return isWord(tokens[at], "DECLARE") || !isTransactionStart(tokens, at);
  return isWord(tokens[first], "CREATE", "ALTER") && isWord(tokens[at - 1], "AS", "THEN", "ACTION");
}

/** BEGIN, BEGIN TRANSACTION, BEGIN WORK, BEGIN … NAME n: a transaction, not a block. */
function isTransactionStart(tokens: readonly Token[], at: number): boolean {
  const next = tokens[at + 1];
  return next === undefined || isSymbol(next, ";") || isWord(next, "TRANSACTION", "WORK", "NAME");
}

const LOOP_ENDS = ["IF", "FOR", "WHILE", "LOOP", "REPEAT"];

/**
 * Splits at semicolons outside of strings, comments and scripting blocks. Empty statements are left out.
 * Source: "Snowflake Scripting blocks" for what ends a block.
 */
export function splitStatements(text: string): StatementText[] {
  if (!text.includes(";")) {
    const tokens = firstTokens(text, 1);
    return tokens.length === 0
      ? []
      : [{ text: text.slice(tokens[0]!.start).trimEnd(), start: tokens[0]!.start }];
  }
  const tokens = tokenize(text);
  const found: StatementText[] = [];
  let first = 0;
  /** What is open: a DECLARE section, a block's body, a CASE. */
  const open: ("DECLARE" | "BEGIN" | "CASE")[] = [];
  const close = (end: number) => {
    const start = tokens[first]?.start;
    const last = tokens[end - 1];
    if (start !== undefined && last && end > first) found.push({ text: text.slice(start, last.end), start });
  };
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (open.length === 0) {
      if (isSymbol(token, ";")) {
        close(i);
        first = i + 1;
      } else if (opensBlock(tokens, first, i)) open.push(token.value as "DECLARE" | "BEGIN");
      continue;
    }
    if (isWord(token, "DECLARE")) open.push("DECLARE");
    else if (isWord(token, "BEGIN")) {
      // A body ends its DECLARE section, but for the body of a procedure declared in it.
      if (open.at(-1) === "DECLARE" && !isWord(tokens[i - 1], "AS")) open[open.length - 1] = "BEGIN";
      else if (!isTransactionStart(tokens, i)) open.push("BEGIN");
    } else if (isWord(token, "CASE") && !isWord(tokens[i - 1], "END")) open.push("CASE");
    else if (isWord(token, "END") && !isWord(tokens[i + 1], ...LOOP_ENDS)) open.pop();
  }
  close(tokens.length);
  return found;
}

export type StatementClass =
  /** SELECT, WITH, VALUES, set operations. */
  | "QUERY"
  /** INSERT, UPDATE, DELETE, MERGE, TRUNCATE. */
  | "DML"
  /** COPY INTO a table or a location. */
  | "COPY"
  /** Everything that commands/ runs. */
  | "COMMAND"
  /** A scripting block, EXECUTE IMMEDIATE. */
  | "SCRIPT"
  /** CALL, of an anonymous procedure too. */
  | "CALL"
  /** SET and UNSET of session variables. */
  | "SET"
  /** PUT and GET: the driver moves the files. */
  | "FILE_TRANSFER"
  | "EMPTY";

/** The part of the account that runs the statement, told by its first tokens. */
export function classify(text: string): StatementClass {
  const tokens = firstTokens(text, 12);
  let i = 0;
  while (isSymbol(tokens[i], "(")) i++;
  const first = tokens[i];
  if (!first) return "EMPTY";
  if (text.includes("->>") && tokenize(text).some((token) => token.image === "->>")) return "SCRIPT";
  if (first.kind !== "WORD") return "COMMAND";
  switch (first.value) {
    case "WITH":
      return isWord(tokens[i + 2], "AS") && isWord(tokens[i + 3], "PROCEDURE") ? "CALL" : "QUERY";
    case "SELECT":
    case "VALUES":
      return "QUERY";
    case "INSERT":
    case "UPDATE":
    case "DELETE":
    case "MERGE":
    case "TRUNCATE":
      return "DML";
    case "COPY":
      return isWord(tokens[i + 1], "FILES") ? "COMMAND" : "COPY";
    case "CALL":
      return "CALL";
    case "SET":
    case "UNSET":
      return "SET";
    case "PUT":
    case "GET":
      return "FILE_TRANSFER";
    case "DECLARE":
      return "SCRIPT";
    case "BEGIN":
      return isTransactionStart(tokens, i) ? "COMMAND" : "SCRIPT";
    case "EXECUTE":
      return isWord(tokens[i + 1], "IMMEDIATE") ? "SCRIPT" : "COMMAND";
    default:
      return "COMMAND";
  }
}
