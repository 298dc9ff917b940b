import { rule } from "../rule.ts";

/** An Allow names what, on what, for whom. A Deny may be as wide as it likes. */
export default rule({
  name: "iam-no-wildcards",
  topic: "security",
  level: "mandatory",
  scope: "resource",
  judges: "iam",
  description: "IAM statements that allow have no wildcard action, resource or principal.",
  check({ statements }) {
    const remedy = "Name the actions, the resources and the principals.";
    for (const statement of statements.filter((each) => each.effect === "Allow")) {
      const action = statement.actions.find((each) => each === "*" || each.endsWith(":*"));
      if (action) return { message: `it allows the action ${action}`, remedy };
      if (statement.resources.includes("*")) return { message: "it allows every resource", remedy };
      if (statement.principals.includes("*") && !statement.conditional)
        return { message: "it allows every principal", remedy };
    }
    return undefined;
  },
});
