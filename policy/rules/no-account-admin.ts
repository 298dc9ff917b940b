import { rule } from "../rule.ts";

const ABOVE_ALL = new Set(["ACCOUNTADMIN", "ORGADMIN", "GLOBALORGADMIN"]);

/** Nothing that is declared hands out the account's highest roles. */
export default rule({
  name: "no-account-admin",
  topic: "security",
  level: "mandatory",
  scope: "resource",
  judges: "role grant",
  description: "ACCOUNTADMIN and ORGADMIN are granted to nothing.",
  check({ role, to }) {
    if (!ABOVE_ALL.has(role.toUpperCase())) return undefined;
    return {
      message: `${role} is granted to ${"user" in to ? to.user : to.role}`,
      remedy: "Grant a role that may do exactly what is needed.",
    };
  },
});
