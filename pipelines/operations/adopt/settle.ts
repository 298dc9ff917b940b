/**
 * What an import leaves open in the engine's state, so that the preview that follows compares the account with the
 * program and nothing else. Pure.
 */
import type { PlannedResource } from "./import-file.ts";

type Properties = Record<string, unknown>;

/** What is read and changed of `pulumi stack export`; the rest is kept as it is. */
export interface StateResource {
  urn: string;
  type: string;
  custom?: boolean;
  id?: string;
  inputs?: Properties;
  outputs?: Properties;
  parent?: string;
  provider?: string;
  protect?: boolean;
  retainOnDelete?: boolean;
}
export interface State {
  resources?: StateResource[];
}

/**
 * What Snowflake gives where nobody asks. An import takes it over as if somebody had asked for it, and the program, which
 * leaves it to Snowflake, would take it back; a view and a mask would even be replaced. Another value than this stays,
 * and is shown as a difference. Sources: CREATE WAREHOUSE, CREATE VIEW, CREATE TASK, CREATE USER, CREATE MASKING POLICY.
 */
const UNASKED: Record<string, Record<string, (value: unknown, resource: StateResource) => boolean>> = {
  "snowflake:index/warehouse:Warehouse": {
    scalingPolicy: (value) => value === "STANDARD",
    warehouseType: (value) => value === "STANDARD",
  },
  "snowflake:index/view:View": {
    changeTracking: isFalse,
    isRecursive: isFalse,
    isSecure: isFalse,
    isTemporary: isFalse,
  },
  "snowflake:index/task:Task": { allowOverlappingExecution: isFalse },
  "snowflake:index/serviceUser:ServiceUser": { disabled: isFalse, displayName: isOwnName },
  "snowflake:index/legacyServiceUser:LegacyServiceUser": { disabled: isFalse, displayName: isOwnName },
  "snowflake:index/user:User": { disabled: isFalse, displayName: isOwnName },
  "snowflake:index/maskingPolicy:MaskingPolicy": { exemptOtherPolicies: isFalse },
};

/** Asked for at creation or for the end, and kept nowhere but in the engine's state. */
const ONLY_IN_STATE: Record<string, readonly string[]> = {
  "aws:s3/bucket:Bucket": ["forceDestroy"],
  "snowflake:index/database:Database": ["dropPublicSchemaOnCreation"],
  "snowflake:index/streamOnTable:StreamOnTable": ["showInitialRows"],
  "snowflake:index/warehouse:Warehouse": ["initiallySuspended"],
};

/** What the provider notes of a setting that nobody set and that it cannot read. */
const UNREADABLE: Record<string, Properties> = {
  "snowflake:index/serviceUser:ServiceUser": { minsToUnlock: -1 },
  "snowflake:index/legacyServiceUser:LegacyServiceUser": { minsToUnlock: -1 },
  "snowflake:index/user:User": { minsToUnlock: -1, minsToBypassMfa: -1, disableMfa: "default" },
};

function isFalse(value: unknown): boolean {
  return value === false || value === "false";
}
function isOwnName(value: unknown, { inputs, outputs }: StateResource): boolean {
  return value === (outputs?.["name"] ?? inputs?.["name"]);
}

/**
 * The state with the resources that an import cannot bring, since they are statements that were run or tags that were
 * set: `inEffect` has their ids, by URN.
 */
export function addInEffect<S extends State>(
  state: S,
  planned: readonly PlannedResource[],
  inEffect: ReadonlyMap<string, string>,
): S {
  const byUrn = new Map(planned.map((one) => [one.urn, one]));
  const known = new Map((state.resources ?? []).map((one) => [one.urn, one]));
  const add = (plan: PlannedResource | undefined, id: string | undefined): void => {
    if (plan === undefined || known.has(plan.urn)) return;
    // A state names parents before their children.
    if (plan.parent !== undefined) add(byUrn.get(plan.parent), undefined);
    const provider = known.get(plan.provider?.split("::").slice(0, -1).join("::") ?? "");
    if (id !== undefined && provider?.id === undefined) return;
    known.set(plan.urn, {
      urn: plan.urn,
      type: plan.type,
      custom: plan.custom,
      ...(plan.parent === undefined ? {} : { parent: plan.parent }),
      ...(id === undefined
        ? {}
        : {
            id,
            inputs: plan.inputs,
            outputs: {
              ...withoutDefaults(plan.inputs),
              id,
              ...(plan.type === "snowflake:index/execute:Execute" ? { queryResults: [] } : {}),
            },
            provider: `${provider!.urn}::${provider!.id}`,
          }),
    });
  };
  for (const [urn, id] of inEffect) add(byUrn.get(urn), id);
  return { ...state, resources: [...known.values()] };
}

export interface SettleRequest<S extends State> {
  state: S;
  /** Of a preview after the import: only then does the engine know all inputs. */
  planned: readonly PlannedResource[];
  /** URNs that have just been imported. */
  imported: ReadonlySet<string>;
  /** Days of Time Travel that a table inherits from its database, by the database's name. */
  timeTravelDays: ReadonlyMap<string, number>;
}

export function settleImported<S extends State>({
  state,
  planned,
  imported,
  timeTravelDays,
}: SettleRequest<S>): S {
  const byUrn = new Map(planned.map((one) => [one.urn, one]));
  return {
    ...state,
    resources: (state.resources ?? []).map((resource) => {
      const plan = byUrn.get(resource.urn);
      return plan === undefined || resource.custom !== true || !imported.has(resource.urn)
        ? resource
        : settle(resource, plan, timeTravelDays);
    }),
  };
}

function settle(
  resource: StateResource,
  { type, inputs: wanted, protect, retainOnDelete }: PlannedResource,
  timeTravelDays: ReadonlyMap<string, number>,
): StateResource {
  const outputs: Properties = { ...resource.outputs, ...UNREADABLE[type] };
  // Only what the program asks for: an import notes every parameter as if it had been asked for.
  const inputs: Properties = Object.fromEntries(
    Object.keys(wanted).flatMap((key) => {
      const actual = resource.inputs?.[key] ?? outputs[key];
      return actual === undefined ? [] : [[key, actual]];
    }),
  );
  const left = new Set((wanted["__defaults"] as string[] | undefined) ?? []);
  const give = (key: string): void => {
    if (key in wanted) {
      inputs[key] = wanted[key];
      outputs[key] = wanted[key];
    } else {
      delete inputs[key];
      delete outputs[key];
    }
  };
  for (const [key, isUnasked] of Object.entries(UNASKED[type] ?? {}))
    if ((left.has(key) || !(key in wanted)) && isUnasked(outputs[key], resource)) give(key);
  for (const key of ONLY_IN_STATE[type] ?? []) give(key);
  if (
    type === "snowflake:index/table:Table" &&
    left.has("dataRetentionTimeInDays") &&
    outputs["dataRetentionTimeInDays"] === timeTravelDays.get(String(wanted["database"]))
  )
    give("dataRetentionTimeInDays");
  for (const [key, value] of Object.entries(wanted))
    if (key === "__defaults" || saysTheSame(inputs[key], value)) inputs[key] = value;
  return {
    ...resource,
    inputs,
    outputs,
    // An import knows neither; taken out of the program before its next run, the thing itself would be dropped.
    ...(protect === true ? { protect } : {}),
    ...(retainOnDelete === true ? { retainOnDelete } : {}),
  };
}

const withoutDefaults = ({ __defaults: _, ...inputs }: Properties): Properties => inputs;

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === 0 ||
  value === false ||
  value === "false" ||
  (Array.isArray(value) && value.length === 0);

/** Whether what is there says what is wanted, and beside it only what is off. */
function saysTheSame(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(actual) && Array.isArray(wanted))
    return actual.length === wanted.length && actual.every((one, index) => saysTheSame(one, wanted[index]));
  if (isRecord(actual) && isRecord(wanted))
    return [...new Set([...Object.keys(actual), ...Object.keys(wanted)])].every((key) =>
      key in wanted ? saysTheSame(actual[key], wanted[key]) : isEmpty(actual[key]),
    );
  return actual === wanted;
}

const isRecord = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);
