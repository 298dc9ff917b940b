import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse } from "yaml";
import { keyVariable } from "../../infra/service-keys.ts";
import type { Project } from "../project.ts";
import { ensureKeyPair } from "./secrets.ts";

/**
 * Makes the key pairs of the embedded stack's service users where its file names public keys under the data folder, and
 * pairs of its own for a rehearsal. A real account's stack names keys that its owners made; those are never touched.
 */
export function ensureServiceKeys(project: Project): void {
  for (const [user, { publicKeyFile }] of Object.entries(serviceUsers(project)))
    if (project.rehearsal) ensureKeyPair(ownKeyFile(project, user));
    else if (publicKeyFile?.startsWith(".firn/")) ensureKeyPair(join(project.root, publicKeyFile));
}

/** Path of a service user's private key (PKCS#8 PEM), by the user's key in the configuration. */
export function privateKeyFile(project: Project, userKey: string): string {
  const file = project.rehearsal
    ? relative(project.root, ownKeyFile(project, userKey))
    : serviceUsers(project)[userKey]?.publicKeyFile;
  if (!file)
    throw new Error(`Pulumi.${project.stack}.yaml names no public key file for service user ${userKey}`);
  return join(project.root, file.replace(/\.pub$/, ".p8"));
}

/** A rehearsal's public keys as the variables that win over those of the stack's owner. */
export function ownKeyVariables(project: Project): Record<string, string> {
  if (!project.rehearsal) return {};
  return Object.fromEntries(
    Object.keys(serviceUsers(project)).map((user) => [
      keyVariable(user),
      readFileSync(ownKeyFile(project, user), "utf8"),
    ]),
  );
}

const ownKeyFile = (project: Project, user: string): string => join(project.dataDir, "keys", `${user}.pub`);

function serviceUsers(project: Project): Record<string, { publicKeyFile?: string }> {
  const file = parse(readFileSync(project.stackFile, "utf8")) as { config?: Record<string, unknown> };
  return (file.config?.["firn:serviceUsers"] ?? {}) as Record<string, { publicKeyFile?: string }>;
}
