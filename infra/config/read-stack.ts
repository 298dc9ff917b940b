/**
 * Pulumi.<stack>.yaml to a checked StackConfig. Text in, value or problems out: reading the file is the loader's.
 */
import { type Document, isMap, isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { didYouMean, type Problem, type Problems } from "../errors.ts";
import { type StackConfig, stackConfig } from "./schema.ts";

const NAMESPACE = "firn:";

/** Adds every problem of the file to `problems`; undefined if there was one. */
export const readStackConfig = (file: string, text: string, problems: Problems): StackConfig | undefined =>
  readSettings(stackConfig, file, text, problems);

/** The `firn:` settings of a stack's file as `schema` wants them. */
export function readSettings<T>(
  schema: z.ZodType<T>,
  file: string,
  text: string,
  problems: Problems,
): T | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    for (const error of document.errors) {
      const start = lines.linePos(error.pos[0]);
      problems.add({
        code: "CONFIG_FILE",
        file,
        line: start.line,
        column: start.col,
        message: `not YAML: ${error.message.split("\n")[0]}`,
      });
    }
    return undefined;
  }
  const settings: unknown = document.toJS();
  const config = isRecord(settings) ? settings["config"] : undefined;
  if (!isRecord(config)) {
    problems.add({ code: "CONFIG_FILE", file, message: `has no "config" section`, allowed: "a mapping" });
    return undefined;
  }
  const own = Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(NAMESPACE))
      .map(([key, value]) => [key.slice(NAMESPACE.length), asWritten(value)]),
  );
  const parsed = schema.safeParse(own);
  if (parsed.success) return parsed.data;
  const place = (path: readonly PropertyKey[]) => placeOf(document, lines, path);
  for (const issue of parsed.error.issues) {
    for (const problem of problemsOf(issue, own, schema))
      problems.add({ file, ...place(problem.at), ...problem.is });
  }
  return undefined;
}

/** Pulumi's CLI rewrites the file with quotes around switches and numbers (not those inside of mappings). */
function asWritten(value: unknown): unknown {
  if (value === "true" || value === "false") return value === "true";
  return typeof value === "string" && /^[0-9]+$/.test(value) ? Number(value) : value;
}

type Found = { at: readonly PropertyKey[]; is: Omit<Problem, "file"> };

function problemsOf(issue: z.core.$ZodIssue, own: unknown, schema: z.core.$ZodType): Found[] {
  const path = issue.path;
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => ({
      at: [...path, key],
      is: {
        code: "CONFIG_UNKNOWN_KEY",
        path: printPath([...path, key]),
        message: "is not a setting",
        allowed: known.join(", "),
        hint: didYouMean(key, known),
      },
    }));
  }
  // A union reports each branch; the branch that is not the empty text says what is wanted.
  if (issue.code === "invalid_union") {
    const inner = issue.errors.flat().find((one) => one.code === "custom") ?? issue.errors.flat().at(-1);
    if (inner !== undefined) return problemsOf({ ...inner, path: [...path, ...inner.path] }, own, schema);
  }
  const value = valueAt(own, path);
  const missing = value === undefined;
  return [
    {
      at: path,
      is: {
        code: issue.code === "custom" && !missing && path.length > 0 ? "CONFIG_VALUE" : codeOf(issue),
        path: printPath(path),
        message: missing && issue.code !== "custom" ? "is missing" : messageOf(issue),
        given: missing ? undefined : JSON.stringify(value),
        allowed: allowedOf(issue),
      },
    },
  ];
}

const codeOf = (issue: z.core.$ZodIssue) => (issue.code === "custom" ? "CONFIG_CONFLICT" : "CONFIG_VALUE");

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "custom":
      return issue.message;
    case "too_small":
      return issue.origin === "array" ? "has too few entries" : "is too small";
    case "too_big":
      return issue.origin === "array" ? "has too many entries" : "is too large";
    case "invalid_key":
      return `has a key that cannot be part of a name: ${String(issue.path.at(-1))}`;
    default:
      return "is not what is wanted here";
  }
}

function allowedOf(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case "custom":
      return typeof issue.params?.["allowed"] === "string" ? issue.params["allowed"] : undefined;
    case "invalid_value":
      return issue.values.map(String).join(", ");
    case "invalid_type":
      return article(issue.expected);
    case "too_small":
      return `${issue.origin === "array" ? "at least " : ""}${issue.inclusive ? "" : "more than "}${issue.minimum}${issue.origin === "array" ? "" : " or more"}`;
    case "too_big":
      return `${issue.maximum} or ${issue.origin === "array" ? "fewer" : "less"}`;
    case "invalid_key":
      return "lower-case letters, digits and _, starting with a letter";
    default:
      return undefined;
  }
}

const article = (expected: string): string =>
  expected === "int"
    ? "a whole number"
    : expected === "record" || expected === "object"
      ? "a mapping"
      : `a ${expected}`;

/** The settings that exist beside the given path's unknown one. */
function knownKeys(whole: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  let schema: z.core.$ZodType | undefined = whole;
  for (const part of path) schema = childSchema(schema, String(part));
  const object = unwrap(schema);
  return object !== undefined && "shape" in object ? Object.keys(object.shape as object) : [];
}

function childSchema(schema: z.core.$ZodType | undefined, key: string): z.core.$ZodType | undefined {
  const inner = unwrap(schema);
  if (inner === undefined) return undefined;
  if ("shape" in inner) return (inner.shape as Record<string, z.core.$ZodType>)[key];
  if ("valueType" in inner) return inner.valueType as z.core.$ZodType;
  return undefined;
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodTypeDef | undefined {
  let def = schema?._zod.def as
    | (z.core.$ZodTypeDef & { innerType?: z.core.$ZodType; in?: z.core.$ZodType })
    | undefined;
  while (def !== undefined && (def.innerType ?? def.in) !== undefined) {
    def = (def.innerType ?? def.in)?._zod.def as typeof def;
  }
  return def;
}

/** `firn:warehouses.transform.autoSuspend`; entries of lists by number. */
function printPath(path: readonly PropertyKey[]): string {
  return `${NAMESPACE}${path.map(String).join(".")}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (isContainer(at) ? at[key as never] : undefined), value);
}

/** Where the deepest existing part of the path stands in the file. */
function placeOf(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
): { line?: number; column?: number } {
  const keys = ["config", `${NAMESPACE}${String(path[0] ?? "")}`, ...path.slice(1).map((key) => key)];
  for (let depth = keys.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(keys.slice(0, depth - 1), true);
    const name = String(keys[depth - 1]);
    const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === name) : undefined;
    const node = pair === undefined ? document.getIn(keys.slice(0, depth), true) : pair.key;
    if (isNode(node) && node.range != null) {
      const start = lines.linePos(node.range[0]);
      return { line: start.line, column: start.col };
    }
  }
  return {};
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isContainer = (value: unknown): value is Record<never, unknown> =>
  typeof value === "object" && value !== null;
