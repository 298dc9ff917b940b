import { createHash, generateKeyPairSync, sign } from "node:crypto";

/** A key pair of a user, and tokens signed with it as the drivers make them. */
export function makeKeyPair(account: string, user: string) {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const der = pair.publicKey.export({ type: "spki", format: "der" });
  const fingerprint = `SHA256:${createHash("sha256").update(der).digest("base64")}`;
  const subject = `${account}.${user}`.toUpperCase();
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    publicKey: der.toString("base64"),
    privateKeyPem: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    token(lifetimeSeconds = 3000): string {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: `${subject}.${fingerprint}`, sub: subject, iat: now, exp: now + lifetimeSeconds };
      const signed = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
      return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), pair.privateKey).toString("base64url")}`;
    },
  };
}
