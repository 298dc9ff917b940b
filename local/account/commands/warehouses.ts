import { isAccountAdmin, printIdentifier, requirePrivilege, resolveObject } from "../access/index.ts";
import type { CatalogObject, WarehouseProps } from "../catalog/model.ts";
import { errors, SnowflakeError } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { statusOutcome } from "../session/outcome.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import {
  changeCatalog,
  createObject,
  dropObject,
  EXECUTED,
  findExisting,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { overlayParameters, parameterTable, splitParameters, withoutParameters } from "./parameter-sets.ts";
import {
  flag,
  integer,
  mapped,
  nullable,
  objectName,
  oneOf,
  type PropertyValues,
  readKeys,
  readProperties,
  text,
} from "./properties.ts";
import { type CommandDef, command } from "./registry.ts";
import {
  listForShow,
  ownerColumns,
  readShowOptions,
  type ShowColumns,
  showOutcome,
  timeValue,
  yesNo,
} from "./show.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

/** Synonyms of sizes, to the form that SHOW WAREHOUSES prints. Source: "CREATE WAREHOUSE". */
const SIZES: Record<string, string> = {
  XSMALL: "X-Small",
  "X-SMALL": "X-Small",
  SMALL: "Small",
  MEDIUM: "Medium",
  LARGE: "Large",
  XLARGE: "X-Large",
  "X-LARGE": "X-Large",
  XXLARGE: "2X-Large",
  X2LARGE: "2X-Large",
  "2X-LARGE": "2X-Large",
  XXXLARGE: "3X-Large",
  X3LARGE: "3X-Large",
  "3X-LARGE": "3X-Large",
  X4LARGE: "4X-Large",
  "4X-LARGE": "4X-Large",
  X5LARGE: "5X-Large",
  "5X-LARGE": "5X-Large",
  X6LARGE: "6X-Large",
  "6X-LARGE": "6X-Large",
};

const PROPERTIES = {
  WAREHOUSE_TYPE: oneOf("STANDARD", "SNOWPARK-OPTIMIZED"),
  WAREHOUSE_SIZE: mapped(SIZES),
  MAX_CLUSTER_COUNT: integer({ min: 1, max: 10 }),
  MIN_CLUSTER_COUNT: integer({ min: 1, max: 10 }),
  SCALING_POLICY: oneOf("STANDARD", "ECONOMY"),
  AUTO_SUSPEND: nullable(integer({ min: 0 })),
  AUTO_RESUME: flag,
  RESOURCE_MONITOR: nullable(objectName),
  COMMENT: nullable(text),
  ENABLE_QUERY_ACCELERATION: flag,
  QUERY_ACCELERATION_MAX_SCALE_FACTOR: integer({ min: 0, max: 100 }),
  RESOURCE_CONSTRAINT: oneOf(
    "STANDARD_GEN_1",
    "STANDARD_GEN_2",
    "MEMORY_1X",
    "MEMORY_1X_x86",
    "MEMORY_16X",
    "MEMORY_16X_x86",
    "MEMORY_64X",
    "MEMORY_64X_x86",
  ),
  GENERATION: oneOf("1", "2"),
  ...parameterTable("WAREHOUSE"),
};
const CREATE_PROPERTIES = { ...PROPERTIES, INITIALLY_SUSPENDED: flag, TAG: readTagValues };
const SET_PROPERTIES = { ...PROPERTIES, WAIT_FOR_COMPLETION: flag };

const DEFAULTS: WarehouseProps = {
  type: "STANDARD",
  size: "X-Small",
  minClusterCount: 1,
  maxClusterCount: 1,
  scalingPolicy: "STANDARD",
  autoSuspend: 600,
  autoResume: true,
  resourceMonitorId: null,
  enableQueryAcceleration: false,
  queryAccelerationMaxScaleFactor: 8,
  resourceConstraint: null,
  generation: null,
  state: "STARTED",
  parameters: {},
};

/** Properties as given, laid over those in force. Checks what the documentation forbids together. */
function applyProperties(
  ctx: StatementContext,
  base: WarehouseProps,
  values: PropertyValues<typeof PROPERTIES>,
): WarehouseProps {
  const { parameters, own } = splitParameters("WAREHOUSE", values);
  const props: WarehouseProps = { ...base, parameters: overlayParameters(base.parameters, parameters) };
  if (own.WAREHOUSE_TYPE !== undefined) props.type = own.WAREHOUSE_TYPE;
  if (own.WAREHOUSE_SIZE !== undefined) props.size = own.WAREHOUSE_SIZE;
  if (own.MIN_CLUSTER_COUNT !== undefined) props.minClusterCount = own.MIN_CLUSTER_COUNT;
  if (own.MAX_CLUSTER_COUNT !== undefined) props.maxClusterCount = own.MAX_CLUSTER_COUNT;
  if (own.SCALING_POLICY !== undefined) props.scalingPolicy = own.SCALING_POLICY;
  if (own.AUTO_SUSPEND !== undefined) props.autoSuspend = own.AUTO_SUSPEND === 0 ? null : own.AUTO_SUSPEND;
  if (own.AUTO_RESUME !== undefined) props.autoResume = own.AUTO_RESUME;
  if (own.ENABLE_QUERY_ACCELERATION !== undefined)
    props.enableQueryAcceleration = own.ENABLE_QUERY_ACCELERATION;
  if (own.QUERY_ACCELERATION_MAX_SCALE_FACTOR !== undefined)
    props.queryAccelerationMaxScaleFactor = own.QUERY_ACCELERATION_MAX_SCALE_FACTOR;
  if (own.RESOURCE_CONSTRAINT !== undefined) props.resourceConstraint = own.RESOURCE_CONSTRAINT;
  if (own.GENERATION !== undefined) props.generation = own.GENERATION;
  if (own.RESOURCE_MONITOR !== undefined) props.resourceMonitorId = monitorId(ctx, own.RESOURCE_MONITOR);
  if (props.minClusterCount > props.maxClusterCount)
    throw errors.compilation(
      "001008",
      "22023",
      `invalid value [${props.minClusterCount}] for property 'MIN_CLUSTER_COUNT'; it must not exceed MAX_CLUSTER_COUNT [${props.maxClusterCount}]`,
    );
  if (
    props.type === "SNOWPARK-OPTIMIZED" &&
    (props.size === "X-Small" || props.size === "Small") &&
    own.WAREHOUSE_SIZE
  )
    throw errors.invalidValue(props.size, "WAREHOUSE_SIZE");
  return props;
}

function monitorId(ctx: StatementContext, name: string[] | null): number | null {
  if (name === null || (name.length === 1 && name[0] === "NULL")) return null;
  if (!isAccountAdmin(ctx)) throw errors.insufficientPrivileges("resource monitor", name.join("."));
  return resolveObject(ctx, "RESOURCE_MONITOR", name).id;
}

async function create(ctx: StatementContext, cursor: Cursor, head: { orReplace: boolean; orAlter: boolean }) {
  const name = readCreateName(cursor, { ...head, modifiers: new Set(), terse: false });
  cursor.accept("WITH");
  const values = readProperties(cursor, CREATE_PROPERTIES);
  cursor.expectEnd();
  const { INITIALLY_SUSPENDED: suspended, TAG: tags, ...properties } = values;
  if (head.orAlter) {
    const existing = ctx.services.catalog.find("WAREHOUSE", 0, name.parts[0] ?? "");
    if (existing) return alterTo(ctx, existing, properties);
  }
  const { outcome, made } = await createObject(ctx, {
    kind: "WAREHOUSE",
    head,
    name,
    orAlter: "ELSEWHERE",
    build: () => ({
      props: {
        ...applyProperties(ctx, { ...DEFAULTS }, properties),
        state: suspended ? ("SUSPENDED" as const) : ("STARTED" as const),
      },
      comment: properties.COMMENT ?? null,
    }),
    after: (change, object) => setTags(ctx, change, object, (tags as TagValue[] | undefined) ?? []),
  });
  if (made) {
    ctx.session.warehouseId = made.id;
    if (!suspended) await ctx.services.runtime.compute.resume(made.id);
    return { ...outcome, contextChanged: true };
  }
  return outcome;
}

async function alterTo(
  ctx: StatementContext,
  warehouse: CatalogObject<"WAREHOUSE">,
  values: PropertyValues<typeof PROPERTIES>,
) {
  requirePrivilege(ctx, "MODIFY", warehouse);
  await changeCatalog(ctx, (change) => {
    const props = applyProperties(ctx, { ...DEFAULTS, state: warehouse.props.state }, values);
    change.update(updateProps(change, warehouse, props), { comment: values.COMMENT ?? null });
  });
  return statusOutcome(`${printIdentifier(warehouse.name)} successfully altered.`);
}

async function alter(ctx: StatementContext, cursor: Cursor) {
  const ifExists = cursor.accept("IF", "EXISTS");
  const bare = ["SUSPEND", "RESUME", "ABORT", "SET", "UNSET", "RENAME"].some((word) => cursor.sees(word));
  const parts = bare ? null : cursor.name();
  const warehouse = parts
    ? findExisting(ctx, "WAREHOUSE", parts, ifExists)
    : ctx.services.catalog.getAs("WAREHOUSE", ctx.session.warehouseId ?? -1);
  if (!warehouse) {
    if (parts) return statusOutcome(EXECUTED);
    throw errors.noActiveWarehouse();
  }
  const { compute } = ctx.services.runtime;
  if (cursor.accept("RESUME")) {
    const ifSuspended = cursor.accept("IF", "SUSPENDED");
    cursor.expectEnd();
    requirePrivilege(ctx, "OPERATE", warehouse);
    const { state } = compute.state(warehouse.id);
    if (state !== "SUSPENDED" && state !== "SUSPENDING") {
      if (ifSuspended) return statusOutcome(EXECUTED);
      throw invalidState(warehouse.name);
    }
    await compute.resume(warehouse.id);
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("SUSPEND")) {
    cursor.expectEnd();
    requirePrivilege(ctx, "OPERATE", warehouse);
    if (compute.state(warehouse.id).state === "SUSPENDED") throw invalidState(warehouse.name);
    await compute.suspend(warehouse.id);
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("ABORT", "ALL", "QUERIES")) {
    cursor.expectEnd();
    requirePrivilege(ctx, "OPERATE", warehouse);
    await compute.abortAll(warehouse.id);
    return statusOutcome(EXECUTED);
  }
  const common = await alterCommon(ctx, cursor, warehouse, "MODIFY");
  if (common) return common;
  requirePrivilege(ctx, "MODIFY", warehouse);
  if (cursor.accept("SET")) {
    const values = readProperties(cursor, SET_PROPERTIES);
    cursor.expectEnd();
    if (Object.keys(values).length === 0) throw cursor.syntaxError();
    const { WAIT_FOR_COMPLETION: _, ...properties } = values;
    await changeCatalog(ctx, (change) => {
      const changed = updateProps(change, warehouse, applyProperties(ctx, warehouse.props, properties));
      if (properties.COMMENT !== undefined) change.update(changed, { comment: properties.COMMENT });
    });
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("UNSET")) {
    const keys = readKeys(cursor, Object.keys(SET_PROPERTIES));
    cursor.expectEnd();
    await changeCatalog(ctx, (change) => {
      const changed = updateProps(change, warehouse, unset(warehouse.props, keys));
      if (keys.includes("COMMENT")) change.update(changed, { comment: null });
    });
    return statusOutcome(EXECUTED);
  }
  throw cursor.syntaxError();
}

const UNSET_FIELDS: Record<string, keyof WarehouseProps> = {
  WAREHOUSE_TYPE: "type",
  WAREHOUSE_SIZE: "size",
  MAX_CLUSTER_COUNT: "maxClusterCount",
  MIN_CLUSTER_COUNT: "minClusterCount",
  SCALING_POLICY: "scalingPolicy",
  AUTO_SUSPEND: "autoSuspend",
  AUTO_RESUME: "autoResume",
  RESOURCE_MONITOR: "resourceMonitorId",
  ENABLE_QUERY_ACCELERATION: "enableQueryAcceleration",
  QUERY_ACCELERATION_MAX_SCALE_FACTOR: "queryAccelerationMaxScaleFactor",
  RESOURCE_CONSTRAINT: "resourceConstraint",
  GENERATION: "generation",
};

function unset(props: WarehouseProps, keys: readonly string[]): WarehouseProps {
  const next: Record<string, unknown> = { ...props, parameters: withoutParameters(props.parameters, keys) };
  for (const key of keys) {
    const field = UNSET_FIELDS[key];
    if (field) next[field] = DEFAULTS[field];
  }
  return next as unknown as WarehouseProps;
}

/** Source: "ALTER WAREHOUSE": error for a warehouse that is not in the state that the action needs. */
const invalidState = (name: string) =>
  new SnowflakeError("090064", "22000", `Invalid state. Warehouse '${name}' cannot be suspended.`);

const SHOW_COLUMNS: ShowColumns = [
  ["name", "text"],
  ["state", "text"],
  ["type", "text"],
  ["size", "text"],
  ["min_cluster_count", "number"],
  ["max_cluster_count", "number"],
  ["started_clusters", "number"],
  ["running", "number"],
  ["queued", "number"],
  ["is_default", "text"],
  ["is_current", "text"],
  ["auto_suspend", "number"],
  ["auto_resume", "text"],
  ["available", "text"],
  ["provisioning", "text"],
  ["quiescing", "text"],
  ["other", "text"],
  ["created_on", "time"],
  ["resumed_on", "time"],
  ["updated_on", "time"],
  ["owner", "text"],
  ["comment", "text"],
  ["enable_query_acceleration", "text"],
  ["query_acceleration_max_scale_factor", "number"],
  ["resource_monitor", "text"],
  ["actives", "number"],
  ["pendings", "number"],
  ["failed", "number"],
  ["suspended", "number"],
  ["uuid", "text"],
  ["scaling_policy", "text"],
  ["budget", "text"],
  ["owner_role_type", "text"],
  ["resource_constraint", "text"],
  ["generation", "text"],
];

/** Of standard warehouses alone: 1 or 2, as set or as the constraint says. Source: "SHOW WAREHOUSES", behaviour change 2110. */
function generationOf({ type, generation, resourceConstraint }: WarehouseProps): string | null {
  if (type !== "STANDARD") return null;
  return generation ?? (resourceConstraint === "STANDARD_GEN_2" ? "2" : "1");
}

async function show(ctx: StatementContext, cursor: Cursor, head: { terse: boolean }) {
  const options = readShowOptions(cursor, head.terse);
  cursor.accept("WITH", "PRIVILEGES");
  cursor.expectEnd();
  const { catalog } = ctx.services;
  const user = catalog.getAs("USER", ctx.session.userId);
  const rows = listForShow(ctx, "WAREHOUSE", options).map((warehouse) => {
    const { props } = warehouse;
    const live = ctx.services.runtime.compute.state(warehouse.id);
    const monitor = catalog.get(props.resourceMonitorId ?? -1);
    const started = live.startedClusters;
    return {
      name: warehouse.name,
      state: live.state,
      type: props.type,
      size: props.size,
      min_cluster_count: props.minClusterCount,
      max_cluster_count: props.maxClusterCount,
      started_clusters: started,
      running: live.running,
      queued: live.queued,
      is_default: yesNo(user?.props.defaultWarehouse === warehouse.name),
      is_current: yesNo(ctx.session.warehouseId === warehouse.id),
      auto_suspend: props.autoSuspend,
      auto_resume: String(props.autoResume),
      available: started > 0 ? "100" : "",
      provisioning: started > 0 ? "0" : "",
      quiescing: started > 0 ? "0" : "",
      other: started > 0 ? "0" : "",
      created_on: timeValue(warehouse.createdOn),
      resumed_on: timeValue(live.resumedOn ?? warehouse.createdOn),
      updated_on: timeValue(warehouse.createdOn),
      ...ownerColumns(ctx, warehouse),
      comment: warehouse.comment ?? "",
      enable_query_acceleration: String(props.enableQueryAcceleration),
      query_acceleration_max_scale_factor: props.queryAccelerationMaxScaleFactor,
      resource_monitor: monitor ? printIdentifier(monitor.name) : "null",
      actives: started,
      pendings: 0,
      failed: 0,
      suspended: props.maxClusterCount - started,
      uuid: String(warehouse.id),
      scaling_policy: props.scalingPolicy,
      budget: null,
      resource_constraint:
        props.resourceConstraint ?? (props.type === "STANDARD" ? "STANDARD_GEN_1" : "MEMORY_16X"),
      generation: generationOf(props),
    };
  });
  return showOutcome(SHOW_COLUMNS, rows, options);
}

async function describe(ctx: StatementContext, cursor: Cursor) {
  const { parts } = readExistingName(cursor);
  cursor.expectEnd();
  const warehouse = resolveObject(ctx, "WAREHOUSE", parts);
  return showOutcome(
    [
      ["created_on", "time"],
      ["name", "text"],
      ["kind", "text"],
    ],
    [{ created_on: timeValue(warehouse.createdOn), name: warehouse.name, kind: "WAREHOUSE" }],
    undefined,
    "name",
    "DESCRIBE",
  );
}

const test = "tests/local/account/commands/warehouses.test.ts";
export const warehouseCommands: CommandDef[] = [
  command("CREATE", "WAREHOUSE", create, { source: "CREATE WAREHOUSE", test }),
  command("ALTER", "WAREHOUSE", alter, { source: "ALTER WAREHOUSE", test }),
  command(
    "DROP",
    "WAREHOUSE",
    (ctx, cursor) =>
      dropObject(ctx, cursor, {
        kind: "WAREHOUSE",
        before: async (warehouse) => {
          if (ctx.services.runtime.compute.state(warehouse.id).state !== "SUSPENDED")
            await ctx.services.runtime.compute.suspend(warehouse.id);
        },
      }),
    { source: "DROP WAREHOUSE", test },
  ),
  command("SHOW", "WAREHOUSES", show, { source: "SHOW WAREHOUSES", test }),
  command("DESCRIBE", "WAREHOUSE", describe, { source: "DESCRIBE WAREHOUSE", test }),
];
