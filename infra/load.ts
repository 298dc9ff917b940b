/** The project's files to the platform: the one place that reads them. Synchronous; the program waits for it anyway. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { ACTIVATIONS } from "../pipelines/activations/index.ts";
import { SOURCES } from "../pipelines/sources/index.ts";
import { adoptedFile, readAdopted } from "./adopted/read.ts";
import { compile } from "./compile.ts";
import { readStackFile } from "./config/read-stack-file.ts";
import { ANY_AWS_ACCOUNT, type StackConfig } from "./config/schema.ts";
import { requireVariables } from "./config/variables.ts";
import { FirnError, Problems } from "./errors.ts";
import type { Platform } from "./platform.ts";
import { readPublicKeys } from "./service-keys.ts";

export interface LoadOptions {
  /** The project's folder, which holds Pulumi.yaml. */
  root: string;
  /** The stack's short name, e.g. `local`. */
  stack: string;
  /** Keys of service users, base64 of DER, in place of those that the stack names. */
  publicKeys?: Readonly<Record<string, string>>;
  /**
   * The AWS account that the credentials are of; unknown until the provider has been asked, and in reviews and reports,
   * where a placeholder stands for it.
   */
  awsAccountId?: string;
  /**
   * The environment of a deployment, which gives what the stack's file leaves to it: public keys (`FIRN_PUBLIC_KEY_<USER>`),
   * secrets, brokers. Without it, keys that are not at hand are placeholders, so that nothing is needed to read a change.
   */
  environment?: NodeJS.ProcessEnv;
}

/** Reads Pulumi.<stack>.yaml, sql/ and the definitions, and compiles them. Throws FirnError with all problems. */
export function loadPlatform({ root, stack, publicKeys, awsAccountId, environment }: LoadOptions): Platform {
  const problems = new Problems();
  const config = readStackFile(root, stack, problems);
  if (config === undefined) throw new FirnError(problems.list);
  const deploying = environment !== undefined;
  if (deploying) requireVariables(config, environment, `Pulumi.${stack}.yaml`, problems);
  return compile({
    stack,
    config: inAwsAccount(config, awsAccountId, `Pulumi.${stack}.yaml`, problems),
    sources: SOURCES,
    models: sqlFiles(root, "sql").filter((file) => !NO_MODELS.some((folder) => file.path.startsWith(folder))),
    checks: sqlFiles(root, "sql/checks"),
    alerts: sqlFiles(root, "sql/alerts"),
    metrics: sqlFiles(root, "sql/metrics", ".yaml"),
    scores: sqlFiles(root, "sql/scores", ".yaml"),
    activations: ACTIVATIONS,
    kpis: sqlFiles(root, "sql/kpi"),
    ...adoptedBy(root, stack, problems),
    publicKeys:
      publicKeys ??
      readPublicKeys({ root, stack, config, environment: environment ?? {}, deploying, problems }),
    problems,
  });
}

/** Whether anything of the stack is on AWS; a clone of another stack has no landing zone. */
export function usesAws(root: string, stack: string): boolean {
  const problems = new Problems();
  const config = readStackFile(root, stack, problems);
  problems.throwIfAny();
  return config?.clone === undefined;
}

/** What was on the stack's account before: `infra/adopted/<stack>.yaml`, which `firn adopt` writes. */
function adoptedBy(root: string, stack: string, problems: Problems) {
  const file = adoptedFile(stack);
  const path = join(root, file);
  if (!existsSync(path)) return {};
  const adopted = readAdopted(file, readFileSync(path, "utf8"), problems);
  return adopted === undefined ? {} : { adopted };
}

/** Folders of sql/ whose files are no models. */
const NO_MODELS = ["sql/kpi/", "sql/checks/", "sql/alerts/"];

/** The credentials' own account takes the placeholder's place; a stack that names its account refuses any other. */
function inAwsAccount(
  config: StackConfig,
  actual: string | undefined,
  file: string,
  problems: Problems,
): StackConfig {
  const { awsAccountId } = config.landing;
  if (actual === undefined || actual === awsAccountId) return config;
  if (awsAccountId !== ANY_AWS_ACCOUNT)
    problems.add({
      code: "CONFIG_CONFLICT",
      file,
      path: "firn:landing.awsAccountId",
      message: "is not the account that the AWS credentials are of",
      given: JSON.stringify(awsAccountId),
      allowed: JSON.stringify(actual),
      hint: "Use that account's credentials, or leave the setting out to deploy to the account of whoever deploys.",
    });
  return { ...config, landing: { ...config.landing, awsAccountId: actual } };
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
