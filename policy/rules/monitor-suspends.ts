import { rule } from "../rule.ts";

/** A monitor that only notifies limits nothing. */
export default rule({
  name: "monitor-suspends",
  topic: "cost",
  level: "mandatory",
  scope: "resource",
  judges: "monitor",
  description: "Every resource monitor has a quota and an action that suspends.",
  check({ quota, suspends }) {
    if (quota === null || quota === 0)
      return {
        message: "it has no CREDIT_QUOTA; Snowflake takes that as unlimited",
        remedy: "Give it credits.",
      };
    if (!suspends)
      return {
        message: "it only notifies; its warehouses go on",
        remedy: "Give it suspend or suspendImmediate.",
      };
    return undefined;
  },
});
