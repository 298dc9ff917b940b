import { advanceClock } from "./advance-clock.ts";
import { classify, firstTokens, runCommand, splitStatements } from "./commands/index.ts";
import { errors } from "./errors.ts";
import type { StatementContext } from "./session/context.ts";
import type { Engine } from "./session/engine.ts";
import type { Outcome } from "./session/outcome.ts";
import {
  describeCopy,
  describeQuery,
  evaluateCondition,
  loadFiles,
  runCopy,
  runDml,
  runQuery,
} from "./sql/index.ts";
import type { WorkTracker } from "./work-tracker.ts";

/** sql/ and commands/ as the executor uses them. */
export function composeEngine(tracker: WorkTracker): Engine {
  return {
    splitStatements,
    classify,
    runQuery,
    runDml,
    runCopy,
    runCommand: (context) => advanceClock(context, tracker) ?? systemCall(context) ?? runCommand(context),
    runScript: () => Promise.reject(errors.unsupported("Snowflake Scripting")),
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
