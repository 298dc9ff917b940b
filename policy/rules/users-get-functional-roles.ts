import { rule } from "../rule.ts";

/** Users get kinds of work; the privileges of that work hang below it. */
export default rule({
  name: "users-get-functional-roles",
  topic: "security",
  level: "mandatory",
  scope: "stack",
  judges: "role grant",
  description: "Users are granted functional roles, not access roles.",
  check({ role, to, access }) {
    if (!("user" in to) || access !== true) return undefined;
    return {
      message: `the access role ${role} is granted to the user ${to.user}`,
      remedy: "Grant it to a functional role of that user.",
    };
  },
});
