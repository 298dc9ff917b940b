import { rule } from "../rule.ts";

/** Only what Snowflake gives to nobody else (monitors, integrations) runs as ACCOUNTADMIN: the `account` connection. */
export default rule({
  name: "automation-role",
  topic: "security",
  level: "mandatory",
  scope: "stack",
  judges: "automation",
  description:
    "The deployment assumes ACCOUNTADMIN for account-level objects only, never for objects, security or pipelines.",
  check({ key, role }) {
    if (role.toUpperCase() !== "ACCOUNTADMIN" || key === "account") return undefined;
    return {
      message: `the connection ${key} assumes ${role}`,
      remedy: "Name a lower role in firn:automation.",
    };
  },
});
