/** The project's files to the platform: the one place that reads them. Synchronous; the program waits for it anyway. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { SOURCES } from "../pipelines/sources/index.ts";
import { compile } from "./compile.ts";
import { readStackConfig } from "./config/read-stack.ts";
import type { StackConfig } from "./config/schema.ts";
import { didYouMean, FirnError, Problems } from "./errors.ts";
import type { Platform } from "./platform.ts";

export interface LoadOptions {
  /** The project's folder, which holds Pulumi.yaml. */
  root: string;
  /** The stack's short name, e.g. `local`. */
  stack: string;
  /** Keys of service users, base64 of DER, in place of those that the stack names. */
  publicKeys?: Readonly<Record<string, string>>;
}

/** Reads Pulumi.<stack>.yaml, sql/ and the definitions, and compiles them. Throws FirnError with all problems. */
export function loadPlatform({ root, stack, publicKeys }: LoadOptions): Platform {
  const problems = new Problems();
  const config = loadConfig(root, stack, problems);
  if (config === undefined) throw new FirnError(problems.list);
  return compile({
    stack,
    config,
    sources: SOURCES,
    models: sqlFiles(root, "sql").filter((file) => !file.path.startsWith("sql/kpi/")),
    metrics: sqlFiles(root, "sql/metrics", ".yaml"),
    kpis: sqlFiles(root, "sql/kpi"),
    publicKeys: publicKeys ?? readPublicKeys(root, `Pulumi.${stack}.yaml`, config, problems),
    problems,
  });
}

function loadConfig(root: string, stack: string, problems: Problems): StackConfig | undefined {
  const file = `Pulumi.${stack}.yaml`;
  const path = join(root, file);
  if (existsSync(path)) return readStackConfig(file, readFileSync(path, "utf8"), problems);
  const stacks = readdirSync(root)
    .filter((name) => name.startsWith("Pulumi.") && name.endsWith(".yaml") && name !== "Pulumi.yaml")
    .map((name) => name.slice("Pulumi.".length, -".yaml".length));
  problems.add({
    code: "CONFIG_FILE",
    file,
    message: `there is no stack ${stack}`,
    allowed: stacks.join(", "),
    hint: didYouMean(stack, stacks),
  });
  return undefined;
}

function sqlFiles(root: string, folder: string, extension = ".sql"): { path: string; text: string }[] {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: relative(root, path).split(sep).join("/"), text: readFileSync(path, "utf8") }));
}

function readPublicKeys(
  root: string,
  file: string,
  config: StackConfig,
  problems: Problems,
): Record<string, string> {
  const keys: Record<string, string> = {};
  for (const [user, given] of Object.entries(config.serviceUsers)) {
    const path = `firn:serviceUsers.${user}.${given.publicKey === undefined ? "publicKeyFile" : "publicKey"}`;
    let text = given.publicKey;
    if (text === undefined) {
      const keyFile = join(root, given.publicKeyFile!);
      if (!existsSync(keyFile)) {
        problems.add({
          code: "CONFIG_VALUE",
          file,
          path,
          message: "names a file that does not exist",
          given: JSON.stringify(given.publicKeyFile),
          hint: `Write the public key there: openssl rsa -in key.p8 -pubout -out ${given.publicKeyFile}`,
        });
        continue;
      }
      text = readFileSync(keyFile, "utf8");
    }
    const key = keyBody(text);
    if (key === undefined)
      problems.add({
        code: "CONFIG_VALUE",
        file,
        path,
        message: "is no RSA public key",
        allowed: "PEM with BEGIN PUBLIC KEY, or its base64 alone",
      });
    else keys[user] = key;
  }
  return keys;
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
