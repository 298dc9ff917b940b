import { rule } from "../rule.ts";

/** An idle warehouse stops billing. */
export default rule({
  name: "warehouse-auto-suspend",
  topic: "cost",
  level: "mandatory",
  scope: "resource",
  judges: "warehouse",
  description: "Every warehouse has an AUTO_SUSPEND within the stack's bounds.",
  check({ autoSuspend }, { limits }) {
    const { least, most } = limits.autoSuspend;
    const remedy = `Set autoSuspend to between ${least} and ${most} seconds.`;
    if (autoSuspend === null)
      return { message: "AUTO_SUSPEND is not set; Snowflake's default is 600 seconds", remedy };
    if (autoSuspend === 0)
      return { message: "AUTO_SUSPEND = 0 never suspends: it bills around the clock", remedy };
    if (autoSuspend < least || autoSuspend > most)
      return { message: `AUTO_SUSPEND is ${autoSuspend} seconds, outside ${least} to ${most}`, remedy };
    return undefined;
  },
});
