import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Project } from "../project.ts";
import { ensureKeyPair } from "./secrets.ts";

/**
 * Makes the key pairs of the embedded stack's service users where its file names public keys under the data folder.
 * A real account's stack names keys that its owners made; those are never touched.
 */
export function ensureServiceKeys(project: Project): void {
  for (const { publicKeyFile } of Object.values(serviceUsers(project)))
    if (publicKeyFile?.startsWith(".firn/")) ensureKeyPair(join(project.root, publicKeyFile));
}

/** Path of a service user's private key (PKCS#8 PEM), by the user's key in the configuration. */
export function privateKeyFile(project: Project, userKey: string): string {
  const file = serviceUsers(project)[userKey]?.publicKeyFile;
  if (!file)
    throw new Error(`Pulumi.${project.stack}.yaml names no public key file for service user ${userKey}`);
  return join(project.root, file.replace(/\.pub$/, ".p8"));
}

function serviceUsers(project: Project): Record<string, { publicKeyFile?: string }> {
  const file = parse(readFileSync(project.stackFile, "utf8")) as { config?: Record<string, unknown> };
  return (file.config?.["firn:serviceUsers"] ?? {}) as Record<string, { publicKeyFile?: string }>;
}
