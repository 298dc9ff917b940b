import { rule } from "../rule.ts";

/** Who may do what is read from roles alone. */
export default rule({
  name: "no-user-grants",
  topic: "security",
  level: "mandatory",
  scope: "resource",
  judges: "grant",
  description: "Privileges are granted to roles, never to users.",
  check({ to, privileges, on }) {
    if (!("user" in to)) return undefined;
    return {
      message: `${privileges.join(", ")} on ${on} is granted to the user ${to.user}`,
      remedy: "Grant it to a role, and the role to the user.",
    };
  },
});
