import { advanceClock } from "./advance-clock.ts";
import { classify, runCommand, splitStatements } from "./commands/index.ts";
import { setSqlBridge } from "./commands/sql-bridge.ts";
import { errors } from "./errors.ts";
import type { Engine } from "./session/engine.ts";
import { describeQuery, evaluateCondition, runCopy, runDml, runQuery } from "./sql/index.ts";
import type { WorkTracker } from "./work-tracker.ts";

/** sql/ and commands/ as the executor uses them. */
export function composeEngine(tracker: WorkTracker): Engine {
  setSqlBridge({ describeQuery });
  return {
    splitStatements,
    classify,
    runQuery,
    runDml,
    runCopy,
    runCommand: (context) => advanceClock(context, tracker) ?? runCommand(context),
    runScript: () => Promise.reject(errors.unsupported("Snowflake Scripting")),
    describeQuery,
    evaluateCondition,
    loadFiles: () => Promise.reject(errors.unsupported("loading files by pipes")),
    describeCopy: () => {
      throw errors.unsupported("pipes");
    },
  };
}
