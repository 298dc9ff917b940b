import { rule } from "../rule.ts";

/** Somebody answers for what a warehouse costs. */
export default rule({
  name: "warehouse-owner",
  topic: "cost",
  level: "mandatory",
  scope: "resource",
  judges: "warehouse",
  description: "Every warehouse has an owner in the stack's configuration.",
  check({ key }, { limits }) {
    if (limits.warehouseOwners[key]) return undefined;
    return { message: "nobody owns it", remedy: `Name its owner in policy:limits.warehouseOwners.${key}.` };
  },
});
