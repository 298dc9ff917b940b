import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import { absentShowCommands } from "./absent-shows.ts";
import { accountPolicyCommands } from "./account-policies.ts";
import { accountShowCommands } from "./account-shows.ts";
import { alertCommands } from "./alerts.ts";
import { alterTableCommands } from "./alter-table.ts";
import { classificationCommands } from "./classifications.ts";
import { commentCommands } from "./comments.ts";
import { databaseCommands } from "./databases.ts";
import { describeResultCommands } from "./describe-result.ts";
import { dynamicTableCommands } from "./dynamic-tables.ts";
import { explainCommands } from "./explain.ts";
import { fileFormatCommands } from "./file-formats.ts";
import { fileCommands } from "./files.ts";
import { grantCommands } from "./grants.ts";
import { integrationCommands } from "./integrations.ts";
import { materializedViewCommands } from "./materialized-views.ts";
import { networkCommands } from "./network.ts";
import { pipeCommands } from "./pipes.ts";
import { allPolicyCommands } from "./policies.ts";
import { CommandRegistry } from "./registry.ts";
import { resourceMonitorCommands } from "./resource-monitors.ts";
import { roleCommands } from "./roles.ts";
import { allRoutineCommands } from "./routines.ts";
import { secretCommands } from "./secrets.ts";
import { sequenceCommands } from "./sequences.ts";
import { sessionCommands } from "./session-commands.ts";
import { showGrantsCommands } from "./show-grants.ts";
import { showParametersCommands } from "./show-parameters.ts";
import { showTableCommands } from "./show-tables.ts";
import { stageCommands } from "./stages.ts";
import { streamCommands } from "./streams.ts";
import { tableCommands } from "./tables.ts";
import { tagCommands } from "./tags.ts";
import { taskCommands } from "./tasks.ts";
import { transactionShowCommands } from "./transaction-shows.ts";
import { userCommands } from "./users.ts";
import { viewCommands } from "./views.ts";
import { warehouseCommands } from "./warehouses.ts";

export { bindMarks, bindsOfEach, boundText, withBoundText } from "./bound-text.ts";
export { firstTokens, quoteString, type Token, tokenize, unquoteString } from "./lexer.ts";
export type { CommandDef, CommandStatus } from "./registry.ts";
export { readAnonymousProcedure, readNestedProcedure } from "./routines.ts";
export { classify, type StatementClass, type StatementText, splitStatements } from "./statements.ts";
export { dropTemporaryTables } from "./tables.ts";
export { type TagValue, tagsOn } from "./tag-values.ts";

export { enableTaskDependents } from "./tasks.ts";

/** Every account command; docs/coverage.md is generated from it. */
export const commands = new CommandRegistry([
  ...databaseCommands,
  ...warehouseCommands,
  ...resourceMonitorCommands,
  ...roleCommands,
  ...userCommands,
  ...grantCommands,
  ...showGrantsCommands,
  ...showParametersCommands,
  ...sessionCommands,
  ...transactionShowCommands,
  ...commentCommands,
  ...explainCommands,
  ...integrationCommands,
  ...fileFormatCommands,
  ...stageCommands,
  ...fileCommands,
  ...tableCommands,
  ...alterTableCommands,
  ...showTableCommands,
  ...viewCommands,
  ...materializedViewCommands,
  ...dynamicTableCommands,
  ...streamCommands,
  ...taskCommands,
  ...pipeCommands,
  ...allPolicyCommands,
  ...accountPolicyCommands,
  ...tagCommands,
  ...networkCommands,
  ...allRoutineCommands,
  ...sequenceCommands,
  ...secretCommands,
  ...alertCommands,
  ...classificationCommands,
  ...accountShowCommands,
  ...absentShowCommands,
  ...describeResultCommands,
]);

/** Runs a statement that classify() calls a command. */
export function runCommand(ctx: StatementContext): Promise<Outcome> {
  return commands.run(ctx);
}
