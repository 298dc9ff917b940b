import type { ColumnDef, DerivedTable } from "../catalog/model.ts";
import type { Transaction } from "../storage/transaction.ts";
import type { StagedFile, StatementContext } from "./context.ts";
import type { Outcome } from "./outcome.ts";

export type StatementClass = "QUERY" | "DML" | "COPY" | "COMMAND" | "SCRIPT" | "UNKNOWN" | (string & {});

/** What became of one file. */
export interface FileLoad {
  path: string;
  status: "LOADED" | "PARTIALLY_LOADED" | "LOAD_FAILED";
  rowsParsed: number;
  rowsLoaded: number;
  errorsSeen: number;
  firstError: string | null;
  firstErrorLine: number | null;
  firstErrorColumn: string | null;
}

export interface CopyFacts {
  stageId: number;
  path: string;
  pattern: string | null;
  tableId: number;
}

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
  /** Loads these files by a pipe's COPY statement, within the transaction. */
  loadFiles(
    context: StatementContext,
    copy: string,
    files: StagedFile[],
    transaction: Transaction,
  ): Promise<FileLoad[]>;
  /** Where a pipe's COPY reads: `path` below the stage, PATTERN, and the table it fills. */
  describeCopy(context: StatementContext, copy: string): CopyFacts;
  /** What a stored query reads, compiled with the statement's rights. */
  queryInputs(
    context: StatementContext,
    text: string,
  ): Promise<{ objects: number[]; volatile: boolean; governed: boolean; columns: number }>;
  /** Makes a stored table's rows those of its query, its sources read as of the given versions. */
  storeQuery(
    context: StatementContext,
    transaction: Transaction,
    table: DerivedTable,
    versionOf: (tableId: number) => number,
    frozen?: string | null,
  ): Promise<{ inserted: number; deleted: number }>;
  evaluateCondition(context: StatementContext, text: string): Promise<boolean>;
}
