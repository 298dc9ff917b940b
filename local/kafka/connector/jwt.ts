import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { LocalError } from "../../supervisor/errors.ts";

/** Snowflake takes tokens of at most an hour. */
const LIFETIME_SECONDS = 3600;
const RENEW_SECONDS = 600;

/** Makes key-pair tokens for one user, a new one before the old one ends. */
export class KeyPairToken {
  private readonly key: KeyObject;
  private readonly subject: string;
  private readonly issuer: string;
  private current: { token: string; until: number } | undefined;

  /** `account` is an account identifier (ORG-NAME or the locator), without a region. */
  constructor(account: string, user: string, privateKey: string, passphrase?: string) {
    this.key = readKey(privateKey, passphrase);
    const spki = createPublicKey(this.key).export({ type: "spki", format: "der" });
    const fingerprint = createHash("sha256").update(spki).digest("base64");
    this.subject = `${account.toUpperCase()}.${user.toUpperCase()}`;
    this.issuer = `${this.subject}.SHA256:${fingerprint}`;
  }

  /** A token that is valid at `now` (milliseconds since the epoch) and a while longer. */
  at(now: number): string {
    const seconds = Math.floor(now / 1000);
    if (!this.current || this.current.until - RENEW_SECONDS < seconds) {
      const until = seconds + LIFETIME_SECONDS;
      const head = encode({ alg: "RS256", typ: "JWT" });
      const body = encode({ iss: this.issuer, sub: this.subject, iat: seconds, exp: until });
      const signature = sign("RSA-SHA256", Buffer.from(`${head}.${body}`), this.key).toString("base64url");
      this.current = { token: `${head}.${body}.${signature}`, until };
    }
    return this.current.token;
  }

  /** Forgets the token, e.g. because it was refused. */
  renew(): void {
    this.current = undefined;
  }
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A PKCS#8 key: a PEM text, or its base64 body in one line, as snowflake.private.key is written. */
function readKey(text: string, passphrase: string | undefined): KeyObject {
  const label = passphrase ? "ENCRYPTED PRIVATE KEY" : "PRIVATE KEY";
  const pem = text.includes("-----BEGIN")
    ? text
    : `-----BEGIN ${label}-----\n${text.replace(/\s+/g, "")}\n-----END ${label}-----\n`;
  try {
    return createPrivateKey({ key: pem, ...(passphrase ? { passphrase } : {}) });
  } catch {
    throw new LocalError(
      "BAD_CONFIG",
      "snowflake.private.key is not a private key that can be read.",
      "Give the base64 body of a PKCS#8 key, and snowflake.private.key.passphrase when it is encrypted.",
    );
  }
}
