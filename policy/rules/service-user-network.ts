import { rule } from "../rule.ts";

/** A stolen key is of no use from elsewhere. */
export default rule({
  name: "service-user-network",
  topic: "security",
  level: "mandatory",
  scope: "resource",
  judges: "user",
  description: "Service users are behind a network policy.",
  check({ service, networkPolicy }) {
    if (!service || networkPolicy !== null) return undefined;
    return {
      message: "it may log in from any address",
      remedy: "Name the addresses that it comes from in firn:serviceUsers.<user>.allowedFrom.",
    };
  },
});
