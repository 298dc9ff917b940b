import { createPublicKey, generateKeyPairSync } from "node:crypto";

/** A key pair for key-pair authentication: PKCS#8 and SubjectPublicKeyInfo, PEM. 2048 bits, the least that Snowflake takes. */
export function makeKeyPair(): { privateKey: string; publicKey: string } {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  return { privateKey: pem, publicKey: publicKeyOf(pem) };
}

export const publicKeyOf = (privateKey: string): string =>
  createPublicKey(privateKey).export({ type: "spki", format: "pem" }) as string;
