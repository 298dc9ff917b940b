/**
 * Public keys of service users. Their owner makes the pairs (`firn keys`) and gives the public half in one of three ways:
 * an environment variable, the stack's file, or a file that the stack names. A deployment needs every one of them; a
 * review needs none and shows what is not at hand as a placeholder.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { StackConfig } from "./config/schema.ts";
import type { Problems } from "./errors.ts";

/** `FIRN_PUBLIC_KEY_KAFKA_LOADER`: wins over what the stack's file says. */
export const keyVariable = (user: string): string => `FIRN_PUBLIC_KEY_${user.toUpperCase()}`;

/** Stands for a key that is not at hand where nothing is deployed. No key looks like it. */
export const keyPlaceholder = (user: string): string => `<public key of ${user}>`;
export const isKeyPlaceholder = (publicKey: string): boolean => publicKey.startsWith("<");

export interface KeySources {
  root: string;
  stack: string;
  config: Pick<StackConfig, "serviceUsers">;
  environment: NodeJS.ProcessEnv;
  /** Whether a key that is nowhere is an error, or is shown as a placeholder. */
  deploying: boolean;
  problems: Problems;
}

/** Base64 of the DER by service user's key in the configuration. */
export function readPublicKeys(sources: KeySources): Record<string, string> {
  const keys: Record<string, string> = {};
  for (const user of Object.keys(sources.config.serviceUsers)) {
    const key = readPublicKey(user, sources);
    if (key !== undefined) keys[user] = key;
  }
  return keys;
}

function readPublicKey(user: string, sources: KeySources): string | undefined {
  const { root, stack, config, environment, deploying, problems } = sources;
  const file = `Pulumi.${stack}.yaml`;
  const given = config.serviceUsers[user]!;
  const variable = keyVariable(user);
  const path = `firn:serviceUsers.${user}.${given.publicKey === undefined ? "publicKeyFile" : "publicKey"}`;
  const fromVariable = environment[variable];
  let text = fromVariable || given.publicKey;
  if (text === undefined) {
    const keyFile = join(root, given.publicKeyFile!);
    if (!existsSync(keyFile)) {
      if (!deploying) return keyPlaceholder(user);
      problems.add({
        code: "CONFIG_VALUE",
        file,
        path,
        message: "names a file that does not exist: nobody has made a key pair for this user yet",
        given: JSON.stringify(given.publicKeyFile),
        hint: `Make one with \`npx firn keys --stack ${stack}\`, or give the public key of your own pair as that file or in the variable ${variable}.`,
      });
      return undefined;
    }
    text = readFileSync(keyFile, "utf8");
  }
  const key = keyBody(text);
  if (key !== undefined) return key;
  problems.add({
    code: "CONFIG_VALUE",
    file: fromVariable ? variable : file,
    path: fromVariable ? undefined : path,
    message: "is no RSA public key",
    allowed: "PEM with BEGIN PUBLIC KEY, or its base64 alone",
  });
  return undefined;
}

/** Base64 of the key without header, footer and line ends; undefined for anything else, a private key above all. */
function keyBody(text: string): string | undefined {
  const lines = text.trim().split(/\r?\n/);
  const marked = lines[0]!.startsWith("-----");
  if (marked && lines[0] !== "-----BEGIN PUBLIC KEY-----") return undefined;
  const body = (marked ? lines.slice(1, -1) : lines).join("").trim();
  // The DER of every RSA public key of 2048 to 4096 bits begins alike (SubjectPublicKeyInfo).
  return /^MII[A-Za-z0-9+/]{300,}={0,2}$/.test(body) ? body : undefined;
}
