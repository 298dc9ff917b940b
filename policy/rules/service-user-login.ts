import { rule } from "../rule.ts";

/** A service proves who it is with a key, never with a password. */
export default rule({
  name: "service-user-login",
  topic: "security",
  level: "mandatory",
  scope: "resource",
  judges: "user",
  description: "Service users log in with a key pair and have no password.",
  check({ service, password, keyPair }) {
    if (!service) return undefined;
    if (password)
      return { message: "it has a password", remedy: "Remove the password; give it a public key." };
    if (!keyPair)
      return { message: "it has no public key", remedy: "Give it a public key in firn:serviceUsers." };
    return undefined;
  },
});
