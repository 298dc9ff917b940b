import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../../local/supervisor/files.ts";
import { makeKeyPair, publicKeyOf } from "../key-pair.ts";

/** Secrets of an embedded stack: made once, kept in one file that only its user can read, never printed by default. */
export interface EmbeddedSecrets {
  accountUser: string;
  accountPassword: string;
  pulumiPassphrase: string;
}

export function loadSecrets(dataDir: string): EmbeddedSecrets {
  const path = join(dataDir, "secrets.json");
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as EmbeddedSecrets;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const secrets: EmbeddedSecrets = {
    accountUser: "ADMIN",
    accountPassword: randomBytes(18).toString("base64url"),
    pulumiPassphrase: randomBytes(24).toString("base64url"),
  };
  writeFileAtomic(path, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

/** Private (PKCS#8) and public key files of a service user; made at the first call. */
export function ensureKeyPair(publicKeyFile: string): { privateKeyFile: string; publicKeyFile: string } {
  const privateKeyFile = publicKeyFile.replace(/\.pub$/, ".p8");
  if (!existsSync(privateKeyFile)) {
    mkdirSync(dirname(privateKeyFile), { recursive: true, mode: 0o700 });
    writeFileAtomic(privateKeyFile, makeKeyPair().privateKey);
  }
  if (!existsSync(publicKeyFile)) {
    writeFileAtomic(publicKeyFile, publicKeyOf(readFileSync(privateKeyFile, "utf8")));
  }
  return { privateKeyFile, publicKeyFile };
}
