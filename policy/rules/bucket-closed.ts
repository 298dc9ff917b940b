import { rule } from "../rule.ts";

/** Landed files are readable by the integration alone, and only over TLS. */
export default rule({
  name: "bucket-closed",
  topic: "security",
  level: "mandatory",
  scope: "stack",
  judges: "bucket",
  description: "Buckets block public access, are encrypted, refuse plain HTTP and keep versions.",
  check({ publicAccessBlocked, encrypted, tlsOnly, versioned }) {
    const missing = [
      publicAccessBlocked === false ? "public access is not blocked" : undefined,
      encrypted === false ? "it is not encrypted" : undefined,
      tlsOnly === false ? "it answers without TLS" : undefined,
      versioned === false ? "it keeps no versions" : undefined,
    ].filter((each) => each !== undefined);
    if (missing.length === 0) return undefined;
    return {
      message: missing.join("; "),
      remedy:
        "Declare the public access block, the encryption, the TLS-only policy and the versioning beside it.",
    };
  },
});
