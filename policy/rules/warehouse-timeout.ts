import { rule } from "../rule.ts";

/** A statement that hangs stops by itself; a monitor that suspends waits for it. */
export default rule({
  name: "warehouse-timeout",
  topic: "cost",
  level: "mandatory",
  scope: "resource",
  judges: "warehouse",
  description: "Every warehouse has a statement timeout within the stack's limit.",
  check({ statementTimeout }, { limits }) {
    const remedy = `Set statementTimeout to ${limits.statementTimeout} seconds or less.`;
    if (statementTimeout === null)
      return { message: "STATEMENT_TIMEOUT_IN_SECONDS is not set; Snowflake's default is 2 days", remedy };
    if (statementTimeout === 0)
      return { message: "STATEMENT_TIMEOUT_IN_SECONDS = 0 is Snowflake's maximum, 7 days", remedy };
    if (statementTimeout > limits.statementTimeout)
      return {
        message: `STATEMENT_TIMEOUT_IN_SECONDS is ${statementTimeout}, above ${limits.statementTimeout}`,
        remedy,
      };
    return undefined;
  },
});
