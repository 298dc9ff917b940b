import { rule } from "../rule.ts";

/** Each producer and consumer has exactly its topic. */
export default rule({
  name: "acl-no-wildcards",
  topic: "security",
  level: "mandatory",
  scope: "resource",
  judges: "acl",
  description: "Kafka ACLs that allow name one principal, one operation and one resource.",
  check({ principal, operation, resource, allow }) {
    if (!allow) return undefined;
    const remedy = "Name the principal, the operation and the topic or group.";
    if (principal === "*" || principal.endsWith(":*"))
      return { message: "it allows every principal", remedy };
    if (resource === "*") return { message: "it allows every resource", remedy };
    if (["ALL", "ANY", "CLUSTERACTION"].includes(operation.toUpperCase()))
      return { message: `it allows ${operation}`, remedy };
    return undefined;
  },
});
