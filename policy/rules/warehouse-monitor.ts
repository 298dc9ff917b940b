import { rule } from "../rule.ts";

/** Somebody's quota ends what a warehouse can spend. */
export default rule({
  name: "warehouse-monitor",
  topic: "cost",
  level: "mandatory",
  scope: "stack",
  judges: "warehouse",
  description: "Every warehouse has a resource monitor of its own that suspends.",
  check({ monitor }, { all }) {
    if (monitor === undefined) return undefined;
    const remedy = "Name a monitor in firn:warehouses that has a quota and suspends.";
    if (monitor === null) return { message: "it has no resource monitor of its own", remedy };
    const found = all.find((subject) => subject.kind === "monitor" && subject.name === monitor);
    if (found?.kind !== "monitor") return { message: `its monitor ${monitor} is not declared here`, remedy };
    if (!found.suspends || found.quota === null)
      return { message: `its monitor ${monitor} suspends nothing`, remedy };
    return undefined;
  },
});
