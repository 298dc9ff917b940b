import type { ColumnDef } from "../catalog/model.ts";
import type { StatementContext } from "./context.ts";
import type { Outcome } from "./outcome.ts";

export type StatementClass = "QUERY" | "DML" | "COPY" | "COMMAND" | "SCRIPT" | "UNKNOWN" | (string & {});

/** What the executor needs of sql/ and commands/. account.ts composes it; tests may give a smaller one. */
export interface Engine {
  splitStatements(text: string): { text: string; start: number }[];
  classify(text: string): StatementClass;
  runQuery(context: StatementContext): Promise<Outcome>;
  runDml(context: StatementContext): Promise<Outcome>;
  runCopy(context: StatementContext): Promise<Outcome>;
  runCommand(context: StatementContext): Promise<Outcome>;
  runScript(context: StatementContext): Promise<Outcome>;
  describeQuery(context: StatementContext, text: string): Promise<ColumnDef[]>;
  evaluateCondition(context: StatementContext, text: string): Promise<boolean>;
}
