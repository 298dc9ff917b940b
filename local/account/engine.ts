import { advanceClock } from "./advance-clock.ts";
import { classify, runCommand, splitStatements } from "./commands/index.ts";
import { errors } from "./errors.ts";
import type { Engine } from "./session/engine.ts";
import { stubEngine } from "./session/stub-engine.ts";
import type { WorkTracker } from "./work-tracker.ts";

/** sql/ and commands/ as the executor uses them. */
export function composeEngine(tracker: WorkTracker): Engine {
  return {
    ...stubEngine,
    splitStatements,
    classify,
    runCommand: (context) => advanceClock(context, tracker) ?? runCommand(context),
    runScript: () => Promise.reject(errors.unsupported("Snowflake Scripting")),
  };
}
