import { WAREHOUSE_SIZES } from "../../infra/config/schema.ts";
import { rule } from "../rule.ts";

/** A serverless task that nobody configured can grow to an XXLARGE; no resource monitor counts it. */
export default rule({
  name: "serverless-cap",
  topic: "cost",
  level: "mandatory",
  scope: "resource",
  judges: "task",
  description: "Every serverless task has a maximum size and a timeout within the stack's limits.",
  check({ serverless, maximumSize, timeout }, { limits }) {
    if (!serverless) return undefined;
    const remedy = `Set SERVERLESS_TASK_MAX_STATEMENT_SIZE to ${limits.serverlessSize} or less, and a timeout of at most ${limits.serverlessTimeout} seconds.`;
    if (maximumSize === null) return { message: "it has no maximum size; the default is XXLARGE", remedy };
    if (SIZES.indexOf(maximumSize.toUpperCase()) > SIZES.indexOf(limits.serverlessSize))
      return { message: `its maximum size is ${maximumSize}`, remedy };
    if (timeout === null || timeout === 0) return { message: "it has no timeout of its own", remedy };
    if (timeout > limits.serverlessTimeout) return { message: `its timeout is ${timeout} seconds`, remedy };
    return undefined;
  },
});

const SIZES: readonly string[] = WAREHOUSE_SIZES;
