import { advanceClock } from "./advance-clock.ts";
import { classify, firstTokens, runCommand, splitStatements } from "./commands/index.ts";
import { errors } from "./errors.ts";
import { callProcedure, type HostOf, runBlock } from "./scripting/call.ts";
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
  loadFiles,
  runCopy,
  runDml,
  runQuery,
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
    execute: async (sql) => {
      const queryId = newQueryId(Date.now());
      return { ...(await running().execute(session, sql, { signal, queryId })), queryId };
    },
    check: () => signal.throwIfAborted(),
  });
  return {
    splitStatements,
    classify,
    runQuery,
    runDml,
    runCopy,
    runCommand: (context) => {
      if (classify(context.text) !== "CALL") return runCommand(context);
      return advanceClock(context, tracker) ?? systemCall(context) ?? callProcedure(context, hostOf);
    },
    runScript: (context) => runBlock(context, hostOf),
    describeQuery,
    evaluateCondition,
    loadFiles,
    describeCopy,
  };
}

/** `CALL SYSTEM$…(…)` is the function's value. */
function systemCall(context: StatementContext): Promise<Outcome> | null {
  const [call, name] = firstTokens(context.text, 2);
  if (call?.value !== "CALL" || !name?.value.startsWith("SYSTEM$")) return null;
  const text = { value: `SELECT ${context.text.slice(name.start)}`, enumerable: true };
  return runQuery(Object.create(context, { text }) as StatementContext);
}
