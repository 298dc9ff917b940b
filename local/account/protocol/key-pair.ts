import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import type { UserProps } from "../catalog/model.ts";

/** Claims of a key-pair JWT. Source: Snowflake documentation, "Key-pair authentication". */
interface Claims {
  iss: string;
  sub: string;
  iat?: number;
  exp?: number;
}

export interface ParsedJwt {
  claims: Claims;
  /** Upper-case account and user of `sub`. */
  account: string;
  user: string;
  fingerprint: string;
  signed: string;
  signature: Buffer;
}

const decode = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());

/** Null for anything that is no RS256 token of the form `iss = ACCOUNT.USER.SHA256:…`, `sub = ACCOUNT.USER`. */
export function parseJwt(token: string): ParsedJwt | null {
  const parts = token.split(".");
  if (parts.length !== 3) return null;
  try {
    const header = decode(parts[0]!) as { alg?: string };
    const claims = decode(parts[1]!) as Claims;
    if (header.alg !== "RS256" || typeof claims.iss !== "string" || typeof claims.sub !== "string")
      return null;
    const mark = claims.iss.indexOf(".SHA256:");
    if (mark < 0 || claims.iss.slice(0, mark).toUpperCase() !== claims.sub.toUpperCase()) return null;
    const dot = claims.sub.indexOf(".");
    if (dot < 0) return null;
    return {
      claims,
      account: claims.sub.slice(0, dot).toUpperCase(),
      user: claims.sub.slice(dot + 1).toUpperCase(),
      fingerprint: claims.iss.slice(mark + 1),
      signed: `${parts[0]}.${parts[1]}`,
      signature: Buffer.from(parts[2]!, "base64url"),
    };
  } catch {
    return null;
  }
}

/** `SHA256:` and the base64 digest of the key's DER, as DESCRIBE USER shows it (RSA_PUBLIC_KEY_FP). */
export function publicKeyFingerprint(key: string): string | null {
  const parsed = readPublicKey(key);
  if (!parsed) return null;
  const der = parsed.export({ type: "spki", format: "der" });
  return `SHA256:${createHash("sha256").update(der).digest("base64")}`;
}

/** RSA_PUBLIC_KEY is base64 DER, with or without PEM's lines. */
export function readPublicKey(key: string): KeyObject | null {
  const base64 = key.replaceAll(/-----[A-Z ]+-----/g, "").replaceAll(/\s/g, "");
  try {
    return createPublicKey({ key: Buffer.from(base64, "base64"), format: "der", type: "spki" });
  } catch {
    return null;
  }
}

/** snowflake-sdk writes milliseconds where the standard has seconds. */
const inSeconds = (time: number | undefined) => (time !== undefined && time > 1e11 ? time / 1000 : time);

/** True when one of the user's keys signed the token and the token is in its time. `nowMs` is wall-clock time. */
export function verifyJwt(jwt: ParsedJwt, user: UserProps, nowMs: number): boolean {
  const now = nowMs / 1000;
  const iat = inSeconds(jwt.claims.iat);
  const exp = inSeconds(jwt.claims.exp);
  // Snowflake takes tokens of at most an hour; a minute of clock skew is allowed.
  if (typeof exp !== "number" || exp <= now || exp > now + 3700) return false;
  if (typeof iat === "number" && (iat > now + 60 || iat < now - 3700)) return false;
  for (const key of [user.rsaPublicKey, user.rsaPublicKey2]) {
    if (!key || publicKeyFingerprint(key) !== jwt.fingerprint) continue;
    const publicKey = readPublicKey(key);
    if (publicKey && verify("RSA-SHA256", Buffer.from(jwt.signed), publicKey, jwt.signature)) return true;
  }
  return false;
}
