import { rule } from "../rule.ts";

/** A role granted to PUBLIC is everybody's. */
export default rule({
  name: "no-public-roles",
  topic: "security",
  level: "mandatory",
  scope: "resource",
  judges: "role grant",
  description: "No role is granted to PUBLIC.",
  check({ role, to }) {
    if (!("role" in to) || to.role.toUpperCase() !== "PUBLIC") return undefined;
    return { message: `${role} is granted to everybody`, remedy: "Grant it to the roles that need it." };
  },
});
