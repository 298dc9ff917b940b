import { WAREHOUSE_SIZES } from "../../infra/config/schema.ts";
import { rule } from "../rule.ts";

/** A department's warehouses stay within what finance agreed with it. */
export default rule({
  name: "warehouse-size",
  topic: "cost",
  level: "mandatory",
  scope: "resource",
  judges: "warehouse",
  description: "Every warehouse is within the size and clusters of its owner's limit.",
  check({ key, size, maxClusters }, { limits }) {
    const owner = limits.warehouseOwners[key] ?? "";
    const limit = limits.departments[owner] ?? limits.anyDepartment;
    const remedy = `Make it smaller, or raise policy:limits.departments.${owner || "<department>"}.`;
    if (size === null)
      return {
        message: "its size is not set; Snowflake's default is XSMALL, a later change of it goes unseen",
        remedy: "Set its size.",
      };
    if (SIZES.indexOf(size.toUpperCase()) > SIZES.indexOf(limit.maxSize))
      return { message: `${size} is above ${limit.maxSize}, the limit of ${owner || "its owner"}`, remedy };
    if (maxClusters > limit.maxClusters)
      return {
        message: `${maxClusters} clusters are above ${limit.maxClusters}, the limit of ${owner || "its owner"}`,
        remedy,
      };
    return undefined;
  },
});

const SIZES: readonly string[] = WAREHOUSE_SIZES;
