import struct from "google-protobuf/google/protobuf/struct_pb.js";

/** A property value as the engine sends it to a provider that takes neither secrets nor resource references. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Properties = { [name: string]: Json };

/** What the engine sends in place of a value that is not known before the update (pulumi/sdk: UnknownStringValue). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function fromStruct(value: struct.Struct | undefined): Properties {
  return (value?.toJavaScript() ?? {}) as Properties;
}

/** Undefined values are left out: a Struct knows null only. */
export function toStruct(properties: Record<string, Json | undefined>): struct.Struct {
  const present = Object.entries(properties).filter(([, value]) => value !== undefined);
  return struct.Struct.fromJavaScript(
    Object.fromEntries(present) as Parameters<typeof struct.Struct.fromJavaScript>[0],
  );
}

export function isUnknown(value: Json | undefined): boolean {
  return typeof value === "string" && UNKNOWNS.has(value);
}

/** True when the value or a part of it is not known yet. */
export function hasUnknown(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (isObject(value)) return Object.values(value).some(hasUnknown);
  return isUnknown(value);
}

export function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Null, "", [], {} and objects of nothing else: what providers treat as "not given". */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every(isEmpty);
}

/**
 * True when everything that `wanted` says is so in `actual`; what `actual` has beyond it (values that AWS chose) does
 * not matter. Lists have the same length; scalars are compared as text, since configurations give "30" for 30.
 */
export function covers(actual: Json | undefined, wanted: Json | undefined): boolean {
  if (isEmpty(wanted)) return isEmpty(actual) || wanted === undefined;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((item, index) => covers(actual[index], item))
    );
  }
  if (isObject(wanted)) {
    return isObject(actual) && Object.entries(wanted).every(([name, value]) => covers(actual[name], value));
  }
  return !isObject(actual) && !Array.isArray(actual) && String(actual) === String(wanted);
}

/** As covers, for lists whose order has no meaning. */
export function coversAsSet(actual: Json | undefined, wanted: Json | undefined): boolean {
  if (!Array.isArray(actual) || !Array.isArray(wanted)) return covers(actual, wanted);
  if (actual.length !== wanted.length) return false;
  const left = [...actual];
  return wanted.every((item) => {
    const index = left.findIndex((candidate) => covers(candidate, item));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

/** True when two texts are the same JSON document for AWS: order of keys and of lists, and one-element lists, aside. */
export function sameDocument(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (isEmpty(left) && isEmpty(right)) return true;
  const one = canonical(left);
  return one !== undefined && one === canonical(right);
}

function canonical(text: Json | undefined): string | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.stringify(sorted(JSON.parse(text) as Json));
  } catch {
    return undefined;
  }
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) {
    if (value.length === 1) return sorted(value[0] ?? null);
    return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (isObject(value)) {
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((name) => [name, sorted(value[name] ?? null)]),
    );
  }
  return typeof value === "boolean" || typeof value === "number" ? String(value) : value;
}
