/**
 * The file that `pulumi import --file` reads, from what a preview would create. Pure. Source: Pulumi documentation,
 * "Import resources", bulk import operations.
 */

/** A resource of a preview: what the engine would create, or has (`pulumi preview --json`, `newState`). */
export interface PlannedResource {
  urn: string;
  type: string;
  custom: boolean;
  parent?: string;
  /** `<urn>::<id>` of its provider. */
  provider?: string;
  inputs: Record<string, unknown>;
  op: string;
  /** What the program says of its end. */
  protect?: boolean;
  retainOnDelete?: boolean;
}

export interface ImportSpec {
  type: string;
  name: string;
  logicalName: string;
  id?: string;
  parent?: string;
  provider?: string;
  version?: string;
  component?: boolean;
}

export interface ImportFile {
  nameTable: Record<string, string>;
  resources: ImportSpec[];
  providerInputs: Record<string, Record<string, unknown>>;
}

export interface ImportRequest {
  planned: readonly PlannedResource[];
  /** Id on the account; undefined for what is not there, and so is left to be created. */
  idOf: (resource: PlannedResource) => string | undefined;
  /** Inputs of providers that a preview does not know yet, by the provider's logical name. */
  knownInputs: Record<string, Record<string, unknown>>;
}

const logicalName = (urn: string): string => urn.split("::").slice(3).join("::");
const shortType = (type: string): string => type.split(":").at(-1)!;
const isProvider = (type: string): boolean => type.startsWith("pulumi:providers:");
const ROOT = "pulumi:pulumi:Stack";

export function importFile({ planned, idOf, knownInputs }: ImportRequest): ImportFile {
  const byUrn = new Map(planned.map((one) => [one.urn, one]));
  const names = uniqueNames(planned);
  const file: ImportFile = { nameTable: {}, resources: [], providerInputs: {} };
  const creates = planned.filter((one) => one.op === "create" && one.type !== ROOT && !isProvider(one.type));
  const found = new Map(
    creates
      .filter((one) => one.custom)
      .flatMap((one) => {
        const id = idOf(one);
        return id === undefined ? [] : [[one.urn, id] as const];
      }),
  );
  const parents = new Set<string>();
  for (const one of creates)
    if (found.has(one.urn))
      for (let urn = one.parent; urn !== undefined && !parents.has(urn); urn = byUrn.get(urn)?.parent)
        parents.add(urn);
  for (const one of creates) {
    const id = found.get(one.urn);
    if (id === undefined && (one.custom || !parents.has(one.urn))) continue;
    const parent = one.parent === undefined ? undefined : known(byUrn, one.parent);
    const spec: ImportSpec = { type: one.type, name: names.get(one.urn)!, logicalName: logicalName(one.urn) };
    if (parent !== undefined && parent.type !== ROOT) {
      spec.parent = names.get(parent.urn)!;
      if (parent.op !== "create") file.nameTable[spec.parent] = parent.urn;
    }
    if (id === undefined) spec.component = true;
    else Object.assign(spec, { id }, providerOf(one, byUrn, names, knownInputs, file));
    file.resources.push(spec);
  }
  return file;
}

/** Left out, a resource would be imported under another URN or with another connection. */
function known(byUrn: ReadonlyMap<string, PlannedResource>, urn: string): PlannedResource {
  const found = byUrn.get(urn);
  if (found === undefined) throw new Error(`the preview does not show ${urn}`);
  return found;
}

/** Names are only the file's own: what parents and providers are called by. */
function uniqueNames(planned: readonly PlannedResource[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { urn, type } of planned) {
    const wanted = `${shortType(type)} ${logicalName(urn)}`;
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted} ${count}`;
    taken.add(name);
    names.set(urn, name);
  }
  return names;
}

function providerOf(
  one: PlannedResource,
  byUrn: ReadonlyMap<string, PlannedResource>,
  names: ReadonlyMap<string, string>,
  knownInputs: ImportRequest["knownInputs"],
  file: ImportFile,
): Pick<ImportSpec, "provider" | "version"> {
  const urn = one.provider?.split("::").slice(0, -1).join("::");
  if (urn === undefined) return {};
  // The engine's own provider of a package is told by its version; a preview does not show it.
  if (logicalName(urn).startsWith("default")) return defaultVersion(logicalName(urn));
  const provider = known(byUrn, urn);
  const { version } = provider.inputs;
  const ofVersion = typeof version === "string" ? { version } : {};
  const name = names.get(provider.urn)!;
  file.nameTable[name] = provider.urn;
  if (provider.op === "create")
    file.providerInputs[name] = { ...provider.inputs, ...knownInputs[logicalName(provider.urn)] };
  return { provider: name, ...ofVersion };
}

/** `default_7_48_0` is of version 7.48.0; without one in the name the engine takes what is installed. */
function defaultVersion(name: string): Pick<ImportSpec, "version"> {
  const [, ...parts] = name.split("_");
  return parts.length === 0 ? {} : { version: parts.join(".") };
}
