/**
 * From checked settings, source definitions and model files to the whole platform as data.
 * Pure: no network, no disk, no clock, no Pulumi.
 */

import type { Activation } from "../pipelines/activations/activation.ts";
import { chooseActivations, planActivations } from "../pipelines/activations/plan.ts";
import { returnedModels } from "../pipelines/activations/returned.ts";
import { type PlannedAlerts, planAlerts, watchTask } from "../pipelines/alerts/plan.ts";
import { ALERT_SCHEMA } from "../pipelines/alerts/tables.ts";
import { ACCOUNT_USAGE, absentIn, readsAccountUsage } from "../pipelines/audit/account-usage.ts";
import { inboundFlows, outboundFlows } from "../pipelines/flows/plan.ts";
import { compileKpis, type KpiFile } from "../pipelines/kpis.ts";
import { type MetricFile, metricModels, parseMetrics, planMetrics } from "../pipelines/metrics/metric.ts";
import { type CompiledModels, compileModels } from "../pipelines/models/compile-models.ts";
import { planTasks } from "../pipelines/models/graph.ts";
import type { ModelFile } from "../pipelines/models/model.ts";
import { type PlannedQuality, planQuality } from "../pipelines/quality/plan.ts";
import { QUALITY_SCHEMA } from "../pipelines/quality/result-table.ts";
import { planScores, readScores } from "../pipelines/scores/plan.ts";
import { claimsOf } from "../pipelines/sources/overlap.ts";
import { planPauses } from "../pipelines/sources/pauses.ts";
import { planSources, rawRelations } from "../pipelines/sources/plan.ts";
import { QUALITY_MODELS, qualityModels } from "../pipelines/sources/quality.ts";
import {
  refuseReaders,
  retainedTables,
  retentionGrants,
  retentionTask,
  withTimeTravel,
} from "../pipelines/sources/retention.ts";
import type { Source } from "../pipelines/sources/source.ts";
import { maskedSchemas, planMasking } from "../roles/masking.ts";
import { KAFKA_LOADER, planRoles } from "../roles/plan.ts";
import { planShared } from "../roles/shared.ts";
import type { AdoptedDefinitions } from "./adopted/definitions.ts";
import { planAdopted } from "./adopted/plan.ts";
import { asClone } from "./clone.ts";
import type { StackConfig } from "./config/schema.ts";
import { planConnect } from "./connect.ts";
import { OWN_SCHEMAS, planDatabases, planSchemas, type WantedSchema } from "./databases.ts";
import { Problems } from "./errors.ts";
import {
  planDocumentStage,
  planIntegration,
  planLanding,
  planLinesFormat,
  planNotifications,
  planStage,
} from "./landing.ts";
import {
  ALERT_SCHEMA_NAME,
  type DatabaseKey,
  GOVERNANCE_SCHEMA,
  LANDING_SCHEMA,
  Names,
  PIPELINE_SCHEMA,
} from "./names.ts";
import { OUTBOUND_SCHEMA, planOutbound, planOutboundIntegration, planOutboundStage } from "./outbound.ts";
import type { ActivationPlan, Platform } from "./platform.ts";
import { planMonitors, planWarehouses } from "./warehouses.ts";

export interface CompileInput {
  /** Objects that were on the account before; none by default. */
  adopted?: AdoptedDefinitions;
  /** The stack's name, e.g. `prod`. */
  stack: string;
  config: StackConfig;
  sources: readonly Source[];
  models: readonly ModelFile[];
  /** Definitions of metrics; none by default. */
  metrics?: readonly MetricFile[];
  /** Alerts; none by default. */
  alerts?: readonly ModelFile[];
  /** Checks that are files of their own; none by default. */
  checks?: readonly ModelFile[];
  /** Definitions of scores; none by default. */
  scores?: readonly ModelFile[];
  /** Activations that a stack may switch on; none by default. */
  activations?: readonly Activation[];
  kpis: readonly KpiFile[];
  /** Public keys of service users, base64 of DER, by the user's key. */
  publicKeys: Readonly<Record<string, string>>;
  /** Gathers problems that were found before; a new list by default. */
  problems?: Problems;
}

/** Throws a FirnError with every problem found. */
export function compile(input: CompileInput): Platform {
  const { stack, config } = input;
  const problems = input.problems ?? new Problems();
  const stackFile = `Pulumi.${stack}.yaml`;
  const { clone } = config;
  const names = new Names(stack, config.prefix, clone?.prefix);
  const landing = planLanding(config.landing, names);
  const integration = planIntegration(landing, names);
  const stage = planStage(landing, integration, names);
  const format = planLinesFormat(names);
  const login = { user: names.user(KAFKA_LOADER), role: names.role(KAFKA_LOADER) };
  const sources = planSources(input.sources, {
    config,
    names,
    stackFile,
    stage,
    format,
    connectorLogin: login,
    problems,
  });
  const activationContext = { config, names, stackFile, problems };
  const chosen =
    input.activations === undefined ? [] : chooseActivations(input.activations, activationContext);
  const metrics = parseMetrics(input.metrics ?? [], problems);
  const scores = readScores(input.scores ?? [], input.models, names, problems);
  const models = [
    ...input.models,
    ...scores.models,
    ...returnedModels(chosen, sources.contracted),
    ...metricModels(metrics, problems),
    ...qualityModels(sources.contracted, config.watchFields),
  ];
  const base = [...rawRelations(sources), ...scores.relations, ...ACCOUNT_USAGE];
  const derived = compileModels(models, base, names, problems, [
    ...sources.absent,
    ...absentIn(config.edition),
  ]);
  const scored = planScores(scores.scores, derived, names);
  const compiled: CompiledModels = {
    ...derived,
    models: [...derived.models, ...scored.compiled],
    tables: [...derived.tables, ...scored.tables],
  };
  const quality = planQuality({
    config,
    stackFile,
    names,
    compiled,
    contracted: sources.contracted,
    files: input.checks ?? [],
    problems,
  });
  const alerting = planAlerts({
    config,
    stackFile,
    names,
    files: input.alerts ?? [],
    catalog: compiled.catalog,
    tables: quality.tables,
    omitted: new Set([
      ...compiled.omitted,
      ...QUALITY_MODELS.filter((logical) => !compiled.catalog.has(logical)),
    ]),
    problems,
  });
  const warehouses = planWarehouses(config, names);
  const monitors = planMonitors(config, names);
  const activating = planActivations(
    // What sends from a broken model is not judged: its complaints would only repeat the first one.
    problems.list.length > 0 ? [] : chosen,
    compiled.models.map((one) => one.model),
    compiled.omitted,
    sources.contracted,
    activationContext,
  );
  const outbound = planOutboundZone(activating.activations, config, names);
  const flows = [
    ...inboundFlows(sources.files, { config, names, landing, stackFile, problems }),
    ...(outbound === undefined
      ? []
      : outboundFlows(activating.activations, outbound.zone, { config, names })),
  ];
  const tables = [
    ...withTimeTravel(sources.tables, sources.files, config),
    ...compiled.tables,
    ...quality.tables,
    ...alerting.tables,
    ...activating.tables,
  ];
  const streams = [...compiled.models.flatMap((one) => one.streams), ...quality.streams];
  const retained = retainedTables(sources.plans, sources.tables);
  refuseReaders(
    retained,
    compiled.models.map(({ model }) => model),
    stackFile,
    problems,
  );
  const graphs = planTasks(compiled.models, config, names, problems, quality, alerting.errorIntegration);
  const tasks = [
    ...graphs,
    ...watchTask(
      { tasks: graphs, streams, sources: sources.plans, tables, warehouses, monitors },
      { config, names },
    ),
    ...retentionTask(retained, { config, names }),
  ];
  const kpis = compileKpis(input.kpis, compiled, problems);
  const shared = planShared({
    edition: config.edition,
    names,
    departments: departmentsOf(compiled),
    sources: sources.plans,
    tables,
  });
  const masking = planMasking({
    edition: config.edition,
    names,
    tables,
    views: [...compiled.views, ...shared.views],
    models: compiled.models.map((one) => one.model),
    unknown: sources.loaders.map((source) => names.schema("raw", source.key)),
  });
  const schemas = planSchemas(
    [
      ...OWN_SCHEMAS,
      ...[...sources.files, ...sources.topics, ...sources.documents, ...sources.loaders].map(
        (source): WantedSchema => ({ database: "raw", schema: source.key, comment: source.description }),
      ),
      ...modelSchemas(compiled),
      { database: "ops", schema: "quality", comment: "Operations: quality." },
      ...shared.views.map(
        (view): WantedSchema => ({
          database: "mart",
          schema: view.logical.split(".")[1]!,
          comment: "What all departments read, each its own rows.",
        }),
      ),
      ...(alerting.tables.length === 0 ? [] : [ALERTS]),
      ...(outbound === undefined ? [] : [OUTBOUND_SCHEMA]),
    ],
    names,
  );
  const roles = planRoles({
    config,
    stackFile,
    names,
    schemas,
    flows: {
      loaded: sources.files.map((source) => `raw.${source.key}`),
      landing: `raw.${LANDING_SCHEMA}`,
      pipeline: `ops.${PIPELINE_SCHEMA}`,
      governance: `ops.${GOVERNANCE_SCHEMA}`,
      personal: maskedSchemas(masking),
      classifiers: scored.classifierSchemas,
      ...modelFlows(compiled, quality, config),
      ...alertFlows(alerting, config),
    },
    stage,
    format,
    integration: integration.name,
    masks: masking.governance,
    rowPolicies: shared.policies,
    connectors: sources.kafka.connectors,
    ...(outbound === undefined
      ? {}
      : {
          activator: {
            reads: activating.reads,
            warehouse: config.activation!.warehouse,
            ledger: activating.tables[0]!,
            stage: outbound.stage,
            integration: outbound.integration.name,
          },
        }),
    loaders: (clone === undefined ? sources.loaders : []).map((source) => ({
      user: source.user,
      schema: `raw.${source.key}`,
      warehouse: source.warehouse,
      comment: `The managed loader of ${source.key}: makes and fills the tables of its own schema.`,
    })),
    publicKeys: input.publicKeys,
    problems,
  });
  const pauses = planPauses({ ...sources, ...sources.kafka }, config, stackFile, problems);
  const connect = planConnect(sources.kafka.connectors, config, names);
  const adoption = input.adopted === undefined ? undefined : planAdopted(input.adopted);
  problems.throwIfAny();
  const platform: Platform = {
    stack,
    region: config.region,
    edition: config.edition,
    protect: config.protect,
    automation: {
      ...config.automation,
      loader: names.role("loader"),
      transformer: names.role("transformer"),
      alerter: names.role("alerter"),
      activator: names.role("activator"),
    },
    budgets: config.budgets,
    databases: planDatabases(config, names),
    schemas,
    warehouses: [...warehouses, ...(adoption?.warehouses ?? [])],
    monitors: [...monitors, ...(adoption?.monitors ?? [])],
    ...roles,
    grants: [
      ...roles.grants,
      ...retentionGrants(retained, names.role("transformer")),
      ...(adoption?.grants ?? []),
    ],
    roles: [...roles.roles, ...(adoption?.roles ?? [])],
    roleGrants: [...roles.roleGrants, ...(adoption?.roleGrants ?? [])],
    fileFormats: [format],
    stages: [
      stage,
      ...sources.documents.map((source) => planDocumentStage(source, landing, integration, names)),
      ...(outbound === undefined ? [] : [outbound.stage]),
    ],
    integrations: [integration, ...(outbound === undefined ? [] : [outbound.integration])],
    tables: masking.tables,
    views: masking.views.map((view) =>
      readsAccountUsage(
        compiled.models.find(({ model }) => model.logical === view.logical)?.model.reads ?? [],
      )
        ? { ...view, asAccount: true }
        : view,
    ),
    pipes: sources.pipes,
    streams,
    tasks: [...tasks, ...activating.tasks],
    landing: {
      ...landing,
      notifications: planNotifications(
        claimsOf([...sources.files, ...sources.documents]),
        config.landing.notifications,
      ),
    },
    ...sources.kafka,
    pauses,
    ...(connect === undefined ? {} : { connect }),
    ...(outbound === undefined ? {} : { outbound: outbound.zone }),
    flows,
    activations: activating.activations,
    sources: sources.plans,
    models: compiled.models.map((one) => one.model),
    checks: quality.checks,
    alerts: alerting.alerts,
    notifications: alerting.notifications,
    metrics: planMetrics(metrics, new Set(compiled.models.map(({ model }) => model.logical))),
    kpis,
    ...(adoption === undefined ? {} : { adopted: adoption.adopted }),
    ...(clone === undefined ? {} : { clone }),
  };
  return clone === undefined ? platform : asClone(platform, names.clearTextRole());
}

/** Bucket, integration and stage of the batches; undefined where nothing is sent back. */
function planOutboundZone(activations: readonly ActivationPlan[], config: StackConfig, names: Names) {
  if (activations.length === 0) return undefined;
  const zone = planOutbound(
    config,
    activations.map((one) => one.key),
    names,
  );
  const integration = planOutboundIntegration(zone, names);
  return { zone, integration, stage: planOutboundStage(zone, integration, names) };
}

const schemaOf = (logical: string): string => logical.split(".").slice(0, 2).join(".");

const departmentsOf = (compiled: CompiledModels): string[] => [
  ...new Set(
    compiled.models.flatMap(({ model }) =>
      model.logical.startsWith("mart.") ? [model.logical.split(".")[1]!] : [],
    ),
  ),
];

function modelSchemas(compiled: CompiledModels): WantedSchema[] {
  const comments: Partial<Record<string, string>> = {
    mart: "The mart of the department",
    ops: "Operations:",
    core: "The domain",
  };
  return compiled.models.map(({ model }) => {
    const [database, schema] = model.logical.split(".");
    return {
      database: database as DatabaseKey,
      schema: schema!,
      comment: `${comments[database!]} ${schema!}.`,
    };
  });
}

const ALERTS: WantedSchema = {
  database: "ops",
  schema: ALERT_SCHEMA_NAME,
  comment: "Alerts, and what they told.",
};

function alertFlows({ alerts, notifications, tables }: PlannedAlerts, config: StackConfig) {
  if (tables.length === 0) return {};
  return {
    alerts: {
      schema: ALERT_SCHEMA,
      warehouse: config.alerts!.warehouse,
      reads: [...new Set(alerts.flatMap((alert) => alert.reads.map(schemaOf)))].sort(),
      integrations: notifications.filter((one) => one.kind !== "queue").map((one) => one.name),
      errorIntegrations: notifications.filter((one) => one.kind === "queue").map((one) => one.name),
    },
  };
}

function modelFlows(compiled: CompiledModels, quality: PlannedQuality, config: StackConfig) {
  const running = compiled.models.filter((one) => one.statement !== undefined);
  const distinct = (names: readonly string[]) => [...new Set(names)].sort();
  return {
    modelReads: distinct([
      ...running.flatMap((one) => one.inputs.map((input) => schemaOf(input.logical))),
      ...quality.checks.flatMap((check) => [check.model, ...check.reads].map(schemaOf)),
    ]),
    modelWrites: distinct([...running.map((one) => schemaOf(one.model.logical)), QUALITY_SCHEMA]),
    // One that the stack lacks is the graph's complaint.
    modelWarehouses: distinct(running.map((one) => one.model.warehouse)).filter(
      (warehouse) => config.warehouses[warehouse] !== undefined,
    ),
  };
}
