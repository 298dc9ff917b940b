import { advanceClock } from "./advance-clock.ts";
import { classify, firstTokens, runCommand, splitStatements, withBoundText } from "./commands/index.ts";
import { errors } from "./errors.ts";
import { callProcedure, type HostOf, runBlock } from "./scripting/call.ts";
import { withTableProcedures } from "./scripting/table-procedures.ts";
import type { StatementContext } from "./session/context.ts";
import type { Engine } from "./session/engine.ts";
import type { Executor } from "./session/executor.ts";
import type { Outcome } from "./session/outcome.ts";
import { newQueryId } from "./session/query-id.ts";
import {
  describeCopy,
  describeQuery,
  evaluateCondition,
  evaluateScalar,
  isTableMethod,
  loadFiles,
  queryInputs,
  runCopy,
  runDml,
  runQuery,
  storeQuery,
} from "./sql/index.ts";
import type { WorkTracker } from "./work-tracker.ts";

/** sql/ and commands/ as the executor uses them. */
export function composeEngine(tracker: WorkTracker, executor?: () => Executor): Engine {
  const running = () => {
    if (!executor) throw errors.unsupported("scripts without an executor");
    return executor();
  };
  const hostOf: HostOf = (session, signal) => ({
    evaluate: (expression) =>
      running().within(session, expression, (context) => evaluateScalar(context, expression), signal),
    execute: async (sql, binds) => {
      const queryId = newQueryId(Date.now());
      return { ...(await running().execute(session, sql, { signal, queryId, binds })), queryId };
    },
    check: () => signal.throwIfAborted(),
  });
  return {
    splitStatements,
    classify,
    runQuery: (context) => withTableProcedures(context, hostOf, runQuery),
    runDml: (context) => withTableProcedures(context, hostOf, runDml),
    runCopy: (context) => runCopy(withBoundText(context)),
    runCommand: (given) => {
      const context = withBoundText(given);
      if (classify(context.text) !== "CALL")
        return createsTable(context.text)
          ? withTableProcedures(context, hostOf, runCommand)
          : runCommand(context);
      return (
        advanceClock(context, tracker) ??
        systemCall(context) ??
        methodCall(context) ??
        callProcedure(context, hostOf)
      );
    },
    runScript: (context) => runBlock(context, hostOf),
    describeQuery,
    evaluateCondition,
    loadFiles,
    describeCopy,
    queryInputs,
    storeQuery,
  };
}

/** CREATE … TABLE, whose AS may select from a procedure; objects that keep a query may not. */
function createsTable(text: string): boolean {
  const tokens = firstTokens(text, 6);
  const kind = tokens.find(({ value }) => ["TABLE", "VIEW", "DYNAMIC", "FUNCTION", "AS"].includes(value));
  return tokens[0]?.value === "CREATE" && kind?.value === "TABLE";
}

/** `CALL SYSTEM$…(…)` is the function's value. */
function systemCall(context: StatementContext): Promise<Outcome> | null {
  const [call, name] = firstTokens(context.text, 2);
  if (call?.value !== "CALL" || !name?.value.startsWith("SYSTEM$")) return null;
  return runQuery(withText(context, `SELECT ${context.text.slice(name.start)}`));
}

const withText = (context: StatementContext, text: string): StatementContext =>
  Object.create(context, { text: { value: text, enumerable: true } }) as StatementContext;

/** `CALL model!METHOD(…)` is the method's rows, or its value. */
function methodCall(context: StatementContext): Promise<Outcome> | null {
  const tokens = firstTokens(context.text, 12);
  const mark = tokens.findIndex((token) => token.image === "!");
  const open = tokens.findIndex((token) => token.image === "(");
  if (mark < 2 || (open >= 0 && open < mark)) return null;
  const call = context.text.slice(tokens[1]!.start).replace(/;\s*$/, "");
  const rows = isTableMethod(tokens[mark + 1]?.value ?? "");
  return runQuery(withText(context, rows ? `SELECT * FROM TABLE(${call})` : `SELECT ${call}`));
}
