export { firstTokens, quoteString, type Token, tokenize, unquoteString } from "./lexer.ts";
export { classify, type StatementClass, type StatementText, splitStatements } from "./statements.ts";
