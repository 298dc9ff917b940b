import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(scrypt) as (password: string, salt: Buffer, length: number) => Promise<Buffer>;

/** `salt:hash` in hex, for UserProps.passwordHash. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, 32);
  return `${salt.toString("hex")}:${hash.toString("hex")}`;
}

const ABSENT = `${"00".repeat(16)}:${"00".repeat(32)}`;

/** Takes the same time for a user without a password (or no user) as for a wrong password. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [salt, hash] = (stored ?? ABSENT).split(":");
  const expected = Buffer.from(hash ?? "", "hex");
  const actual = await derive(password, Buffer.from(salt ?? "", "hex"), 32);
  return expected.length === actual.length && timingSafeEqual(expected, actual) && stored !== null;
}
