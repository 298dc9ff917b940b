import { rule } from "../rule.ts";

/** PUBLIC is everybody, services too. */
export default rule({
  name: "no-public-grants",
  topic: "security",
  level: "mandatory",
  scope: "resource",
  judges: "grant",
  description: "Nothing is granted to PUBLIC.",
  check({ to, privileges, on }) {
    if (!("role" in to) || to.role.toUpperCase() !== "PUBLIC") return undefined;
    return {
      message: `${privileges.join(", ")} on ${on} is granted to everybody`,
      remedy: "Grant it to the role that needs it.",
    };
  },
});
