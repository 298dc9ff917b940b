/** The chosen activations as parts of the platform: ledger, tasks, and what the outbound flows carry. */
import type { StackConfig } from "../../infra/config/schema.ts";
import { didYouMean, type Problems } from "../../infra/errors.ts";
import { ACTIVATION_SCHEMA, type Names } from "../../infra/names.ts";
import type { ActivationPlan, Column, Model, Table, Task } from "../../infra/platform.ts";
import type { ContractedTable } from "../sources/contract.ts";
import type { Activation } from "./activation.ts";
import { checkActivation, fileOf } from "./check.ts";
import { returnedModel, returnTable } from "./returned.ts";
import { activationStatement } from "./statement.ts";

export interface ActivationContext {
  config: StackConfig;
  names: Names;
  stackFile: string;
  problems: Problems;
}

export interface PlannedActivations {
  activations: ActivationPlan[];
  tables: Table[];
  tasks: Task[];
  /** Schemas that the tasks read, as models write them. */
  reads: string[];
}

const NONE: PlannedActivations = { activations: [], tables: [], tasks: [], reads: [] };

/** The activations that the stack names, in their own order; unknown names are problems. */
export function chooseActivations(all: readonly Activation[], context: ActivationContext): Activation[] {
  const { config, stackFile, problems } = context;
  const known = all.map((one) => one.key);
  const targets = config.activation?.targets ?? [];
  targets.forEach((key, index) => {
    if (known.includes(key)) return;
    problems.add({
      code: "ACTIVATION",
      file: stackFile,
      path: `firn:activation.targets.${index}`,
      message: `there is no activation ${key}`,
      allowed: known.join(", "),
      hint: didYouMean(key, known),
    });
  });
  return all.filter((one) => targets.includes(one.key));
}

export function planActivations(
  chosen: readonly Activation[],
  models: readonly Model[],
  omitted: ReadonlySet<string>,
  contracted: readonly ContractedTable[],
  context: ActivationContext,
): PlannedActivations {
  const { config, names, problems } = context;
  const settings = config.activation;
  if (settings === undefined || chosen.length === 0) return NONE;
  const ledger = ledgerTable(names);
  const stage = outboundStage(names);
  const root = rootTask(settings, config, names);
  const plans: ActivationPlan[] = [];
  const tasks: Task[] = [];
  for (const activation of chosen) {
    if (leftOut(activation, omitted, contracted, context)) continue;
    const model = models.find((one) => one.logical === activation.model);
    const fields = checkActivation(activation, model, problems);
    if (model === undefined || fields === undefined) continue;
    const { target, key } = activation;
    plans.push({
      key,
      file: fileOf(activation),
      description: activation.description,
      owner: activation.owner,
      model: activation.model,
      connector: target.connector,
      object: target.object,
      write: target.write,
      externalId: target.externalId,
      fields: [target.externalId, ...fields.map((one) => one.field), target.version],
      returned: returnedModel(activation),
      task: taskKey(key),
    });
    tasks.push({
      ...shared(settings, config, names),
      key: taskKey(key),
      ...names.object({ database: "ops", schema: ACTIVATION_SCHEMA, name: key }),
      after: [root.key],
      statement: activationStatement({
        key,
        ledger,
        model: model.name,
        returned: models.find((one) => one.logical === returnedModel(activation))!.name,
        stage,
        column: activation.column.toUpperCase(),
        externalId: target.externalId,
        version: target.version,
        fields,
        ...(activation.optOut === undefined ? {} : { optOut: activation.optOut.toUpperCase() }),
        ...(activation.whenGone === "keep" ? {} : { cleared: activation.whenGone }),
        maxRows: settings.maxRows,
        resendAfterSeconds: settings.resendAfter,
        attempts: settings.attempts,
      }),
      comment: activation.description,
    });
  }
  const schemaOf = (logical: string) => logical.split(".").slice(0, 2).join(".");
  return {
    activations: plans,
    tables: [ledger],
    tasks: [root, ...tasks],
    reads: [...new Set(plans.flatMap((one) => [schemaOf(one.model), schemaOf(one.returned)]))].sort(),
  };
}

const taskKey = (key: string): string => `activation.${key}`;
export const ROOT_TASK = "start.activation";

export const outboundStage = (names: Names) =>
  names.object({ database: "ops", schema: ACTIVATION_SCHEMA, name: "outbound" });

/** What it needs is switched off in this stack: the stack's mistake, told where the stack names it. */
function leftOut(
  activation: Activation,
  omitted: ReadonlySet<string>,
  contracted: readonly ContractedTable[],
  { config, stackFile, problems }: ActivationContext,
): boolean {
  const why = omitted.has(activation.model)
    ? `needs ${activation.model}, which reads a source that this stack leaves out`
    : returnTable(activation, contracted) === undefined
      ? `needs the source ${activation.returns.source}, by whose export its sends are acknowledged`
      : undefined;
  if (why === undefined) return false;
  problems.add({
    code: "CONFIG_CONFLICT",
    file: stackFile,
    path: `firn:activation.targets.${config.activation!.targets.indexOf(activation.key)}`,
    message: `${activation.key} ${why}`,
    hint: "Enable the source in firn:sources, or take the activation out.",
  });
  return true;
}

type Settings = NonNullable<StackConfig["activation"]>;

const shared = (settings: Settings, config: StackConfig, names: Names) => ({
  freshness: "activation",
  role: "activator" as const,
  warehouse: names.warehouse(settings.warehouse),
  warehouseKey: settings.warehouse,
  timeout: config.tasks.timeout,
  started: config.tasks.started,
});

const rootTask = (settings: Settings, config: StackConfig, names: Names): Task => ({
  ...shared(settings, config, names),
  key: ROOT_TASK,
  ...names.object({ database: "ops", schema: ACTIVATION_SCHEMA, name: "start_activation" }),
  schedule: settings.schedule,
  after: [],
  statement: "SELECT 1",
  suspendAfterFailures: config.tasks.suspendAfterFailures,
  retries: config.tasks.retries,
  errorIntegration: config.tasks.errorIntegration,
  comment: "Starts the activations: what models say is sent back to the systems that it is about.",
});

const column = (name: string, type: string, description: string, nullable = false): Column => ({
  name,
  type,
  nullable,
  description,
  tags: [],
});

function ledgerTable(names: Names): Table {
  return {
    key: `ops.${ACTIVATION_SCHEMA}.ledger`,
    logical: `ops.${ACTIVATION_SCHEMA}.ledger`,
    ...names.object({ database: "ops", schema: ACTIVATION_SCHEMA, name: "ledger" }),
    columns: [
      column("ACTIVATION", "VARCHAR(16777216)", "Which activation."),
      column("EXTERNAL_ID", "VARCHAR(16777216)", "External id of the record."),
      column("OPERATION", "VARCHAR(16777216)", "upsert, or clear where the row is gone or has opted out."),
      column("PAYLOAD", "VARIANT", "What was sent, field by field."),
      column("VERSION", "VARCHAR(16777216)", "Hash of the payload; the record carries it."),
      column("ATTEMPT", "NUMBER(38,0)", "1, and one more for each time that it was sent again."),
      column("BATCH_ID", "VARCHAR(16777216)", "Its batch: a file of that name in the outbound stage."),
      column("STATUS", "VARCHAR(16777216)", "claimed, sent, confirmed, expired or failed."),
      column("CLAIMED_AT", "TIMESTAMP_LTZ(9)", "When the payload was fixed."),
      column("SENT_AT", "TIMESTAMP_LTZ(9)", "When its file was complete.", true),
      column("SETTLED_AT", "TIMESTAMP_LTZ(9)", "When it was confirmed, or given up.", true),
    ],
    clusterBy: [],
    comment: "What was sent back to which system, when, and whether it arrived.",
    insertOnly: false,
  };
}
