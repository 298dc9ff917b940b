import type { Connect, Platform } from "../../infra/platform.ts";
import type { FieldChange } from "./field.ts";
import { forcedBy, KINDS, type KnownKind } from "./kinds.ts";

export type Action = "create" | "update" | "replace" | "delete";

/** A declared thing that differs between base and head. */
export interface ResourceChange {
  /** Name of the list in Platform. */
  kind: string;
  label: string;
  key: string;
  name: string;
  action: Action;
  fields: FieldChange[];
  /** Fields that cannot change in place, where the action is `replace`. */
  forcedBy: string[];
}

export interface ResourceChanges {
  changes: ResourceChange[];
  unchanged: number;
  /** Kinds of things that this version does not know: compared as plain data only. */
  unknownKinds: string[];
}

type Entry = Record<string, unknown>;

/** Everything declared that differs, kind by kind. The older one may come from another version of the code: unknown lists are compared as data. */
export function compareResources(older: Platform, newer: Platform): ResourceChanges {
  const base = withInnerKinds(older);
  const head = withInnerKinds(newer);
  const changes: ResourceChange[] = [];
  const unknownKinds: string[] = [];
  let unchanged = 0;
  for (const kind of kindsOf(base, head)) {
    const known = KINDS[kind];
    if (known === undefined) unknownKinds.push(kind);
    if (known === "not a resource") continue;
    const before = entries(base, kind);
    const after = entries(head, kind);
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const change = compareEntry(kind, known, key, before.get(key), after.get(key));
      if (change) changes.push(change);
      else unchanged++;
    }
  }
  return { changes, unchanged, unknownKinds };
}

/** The lists of governance, of MSK Connect, and of what was on the account before, are kinds as others are. */
const withInnerKinds = (platform: Platform) => ({
  ...platform,
  ...platform.governance,
  ...(platform.connect === undefined ? {} : { connectedConnectors: connectedOf(platform.connect) }),
  ...(platform.adopted === undefined
    ? {}
    : {
        adoptedDatabases: platform.adopted.databases,
        adoptedSchemas: platform.adopted.schemas,
        adoptedUsers: platform.adopted.users,
      }),
});

/** Connectors with what is said once for all of them. */
const connectedOf = ({ connectors, ...shared }: Connect) =>
  connectors.map((connector) => ({ ...shared, ...connector }));

function compareEntry(
  kind: string,
  known: Exclude<KnownKind, string> | undefined,
  key: string,
  before: Entry | undefined,
  after: Entry | undefined,
): ResourceChange | undefined {
  const shown = after ?? before ?? {};
  const base = {
    kind,
    label: known?.label ?? kind,
    key,
    name: known?.describe?.(shown) ?? nameOf(shown, key),
  };
  if (!before) return { ...base, action: "create", fields: [], forcedBy: [] };
  if (!after) return { ...base, action: "delete", fields: [], forcedBy: [] };
  const fields = compareFields(before, after, known?.derived ?? []);
  if (fields.length === 0) return undefined;
  const forced = known ? forcedBy(known, before, after, fields) : [];
  return { ...base, action: forced.length > 0 ? "replace" : "update", fields, forcedBy: forced };
}

/** Properties that differ, by path; lists of named things (columns) by name. */
export function compareFields(before: Entry, after: Entry, ignored: readonly string[] = []): FieldChange[] {
  const left = flatten(before, ignored);
  const right = flatten(after, ignored);
  const changes: FieldChange[] = [];
  for (const path of new Set([...left.keys(), ...right.keys()])) {
    const from = left.get(path);
    const to = right.get(path);
    if (from !== to) changes.push({ path, before: from, after: to });
  }
  return changes;
}

function flatten(entry: Entry, ignored: readonly string[]): Map<string, string> {
  const flat = new Map<string, string>();
  const visit = (value: unknown, path: string): void => {
    if (value === undefined || ignored.includes(path) || ignored.includes(anyNamed(path))) return;
    if (isNamedList(value)) for (const each of value) visit(each, `${path}[${each["name"]}]`);
    else if (isEntry(value) && Object.keys(value).length > 0)
      for (const [key, inner] of Object.entries(value)) visit(inner, path === "" ? key : `${path}.${key}`);
    else flat.set(path, JSON.stringify(value));
  };
  visit(entry, "");
  return flat;
}

/** `columns[EMAIL].tags` → `columns[].tags`. */
const anyNamed = (path: string): string =>
  path
    .split("[")
    .map((part, index) => (index === 0 ? part : part.slice(part.indexOf("]"))))
    .join("[");

function kindsOf(base: Platform, head: Platform): string[] {
  const named = (platform: Platform): string[] =>
    Object.entries(platform)
      .filter(([kind, value]) => KINDS[kind] !== undefined || (Array.isArray(value) && value.some(isEntry)))
      .map(([kind]) => kind);
  return [...new Set([...named(head), ...named(base)])];
}

function entries(platform: Platform, kind: string): Map<string, Entry> {
  const value = (platform as unknown as Entry)[kind];
  const list = Array.isArray(value) ? value.filter(isEntry) : isEntry(value) ? [{ key: kind, ...value }] : [];
  return new Map(
    list.map((entry, index) => [String(entry["key"] ?? entry["logical"] ?? entry["name"] ?? index), entry]),
  );
}

/** The name that people know it by: `DATABASE.SCHEMA.NAME`, else the name, else the key. */
export function nameOf(entry: Entry, key: string): string {
  const parts = [entry["database"], entry["schema"], entry["name"]].filter(
    (part) => typeof part === "string",
  );
  if (typeof entry["name"] === "string") return parts.join(".");
  if (typeof entry["bucket"] === "string") return entry["bucket"];
  return parts.length === 2 ? parts.join(".") : key;
}

const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNamedList = (value: unknown): value is Entry[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((each) => isEntry(each) && typeof each["name"] === "string");
