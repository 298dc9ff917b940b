import { createHash } from "node:crypto";
import { type Handler, rulesOf } from "./handler.ts";
import { hasUnknown, isEmpty, isUnknown, type Json, type Properties, UNKNOWN } from "./values.ts";

export interface Failure {
  property: string;
  reason: string;
}

/** Inputs that the official provider takes and this one does not, with what to use in their place. */
const ELSEWHERE: Record<string, Record<string, string>> = {
  "aws:s3/bucket:Bucket": {
    versioning: "aws.s3.BucketVersioning",
    serverSideEncryptionConfiguration: "aws.s3.BucketServerSideEncryptionConfiguration",
    lifecycleRules: "aws.s3.BucketLifecycleConfiguration",
    policy: "aws.s3.BucketPolicy",
  },
};

/** Property names that the engine adds to the inputs of a bridged provider. */
const INTERNAL = new Set(["__defaults", "__meta"]);

/** Checks the inputs of a resource and fills in its name when none is given. */
export function checkInputs(
  handler: Handler,
  urn: string,
  olds: Properties,
  news: Properties,
  seed: Uint8Array,
): { inputs: Properties; failures: Failure[] } {
  const rules = rulesOf(handler);
  const failures: Failure[] = [];
  const inputs: Properties = {};
  for (const [name, value] of Object.entries(news)) {
    if (INTERNAL.has(name) || value === null) continue;
    if (name in rules) inputs[name] = rules[name]!.json ? documentText(value) : value;
    else failures.push({ property: name, reason: unsupported(handler, name) });
  }
  if (handler.autoname && inputs[handler.autoname.property] === undefined) {
    inputs[handler.autoname.property] = automaticName(handler, urn, olds, inputs, seed);
  }
  for (const [name, rule] of Object.entries(rules)) {
    if (rule.required && isEmpty(inputs[name]))
      failures.push({ property: name, reason: `${name} is required` });
    if (rule.json && typeof inputs[name] === "string" && !isDocument(inputs[name])) {
      failures.push({ property: name, reason: `${name} is not a JSON document` });
    }
  }
  return { inputs, failures };
}

function unsupported(handler: Handler, name: string): string {
  const other = ELSEWHERE[handler.type]?.[name];
  return (
    `the local AWS provider does not do ${handler.type}'s ${name}${other ? `; use ${other}` : ""}. ` +
    `It does: ${Object.keys(rulesOf(handler)).join(", ")}`
  );
}

/** Pulumi's own shape: the resource's name, a hyphen, seven hexadecimal digits. A name once given stays. */
function automaticName(
  handler: Handler,
  urn: string,
  olds: Properties,
  inputs: Properties,
  seed: Uint8Array,
): Json {
  const { property, maxLength, prefix = "", suffixWhen } = handler.autoname!;
  const earlier = olds[property];
  if (typeof earlier === "string" && earlier !== "") return earlier;
  const logical = urn.slice(urn.lastIndexOf("::") + 2);
  const digits = createHash("sha256").update(urn).update(seed).digest("hex").slice(0, 7);
  const suffix = suffixWhen && String(inputs[suffixWhen[0]]) === "true" ? suffixWhen[1] : "";
  const base = inputs[`${property}Prefix`] ?? `${logical}-`;
  const room = maxLength - prefix.length - suffix.length - digits.length;
  const name = `${prefix}${String(base).slice(0, room)}${digits}${suffix}`;
  return property === "bucket" ? name.toLowerCase() : name;
}

/** Policies may be given as objects; the official provider makes texts of them here. */
function documentText(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  return hasUnknown(value) ? UNKNOWN : JSON.stringify(value);
}

function isDocument(value: string): boolean {
  if (isUnknown(value)) return true;
  try {
    return typeof JSON.parse(value) === "object";
  } catch {
    return value === "";
  }
}
