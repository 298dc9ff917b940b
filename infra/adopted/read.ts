/** `infra/adopted/<stack>.yaml`: text to definitions, and back. */
import { parseDocument, stringify } from "yaml";
import type { Problems } from "../errors.ts";
import { type AdoptedDefinitions, adoptedDefinitions } from "./definitions.ts";

/** Path of a stack's file, from the project's folder. */
export const adoptedFile = (stack: string): string => `infra/adopted/${stack}.yaml`;

/** Adds every problem of the file to `problems`; undefined if there was one. */
export function readAdopted(file: string, text: string, problems: Problems): AdoptedDefinitions | undefined {
  const document = parseDocument(text);
  for (const error of document.errors)
    problems.add({ code: "CONFIG_FILE", file, message: `not YAML: ${error.message.split("\n")[0]}` });
  if (document.errors.length > 0) return undefined;
  const parsed = adoptedDefinitions.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues)
    problems.add({
      code: issue.code === "unrecognized_keys" ? "CONFIG_UNKNOWN_KEY" : "CONFIG_VALUE",
      file,
      path: issue.path.join("."),
      message: issue.message,
    });
  return undefined;
}

const HEAD = `# Objects that were on the account before this program, as they were found. Written by \`npx firn adopt\`; from then on
# a change here is a change of the account. What is taken out is forgotten by the program, and stays on the account.
`;

/** What nobody set is left out, so that the file says what is particular. */
export const printAdopted = (definitions: AdoptedDefinitions): string =>
  HEAD + stringify(particular(definitions), { lineWidth: 0 });

function particular(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, particular(inner)] as const)
      .filter(([key, inner]) => !(LEFT_OUT_IF_EMPTY.has(key) && isEmpty(inner)) && DEFAULTS[key] !== inner),
  );
}

/** Parts of a definition; an object of whose settings nothing is particular is still there. */
const LEFT_OUT_IF_EMPTY = new Set([
  ...["databases", "monitors", "roles", "schemas", "users", "warehouses"],
  ...["grantedTo", "notify", "parameters", "privileges"],
]);

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

const DEFAULTS: Record<string, unknown> = {
  disabled: false,
  managedAccess: false,
  maxClusters: 1,
  minClusters: 1,
  scalingPolicy: "STANDARD",
  transient: false,
  type: "PERSON",
};
