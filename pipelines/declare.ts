/** Tables, views, the stage and its format, pipes, streams and tasks as resources of what was planned. */
import { ComponentResource, type ComponentResourceOptions, type Output, type Resource } from "@pulumi/pulumi";
import { Execute } from "@pulumi/snowflake/execute.js";
import { FileFormat } from "@pulumi/snowflake/fileFormat.js";
import { Pipe } from "@pulumi/snowflake/pipe.js";
import type { Provider } from "@pulumi/snowflake/provider.js";
import { Stage } from "@pulumi/snowflake/stage.js";
import { StreamOnTable } from "@pulumi/snowflake/streamOnTable.js";
import { Table } from "@pulumi/snowflake/table.js";
import { Task } from "@pulumi/snowflake/task.js";
import { View } from "@pulumi/snowflake/view.js";
import { type ObjectName, quotedObject, type SchemaName } from "../infra/names.ts";
import type { Platform, Task as TaskPlan } from "../infra/platform.ts";
import { PLATFORM_EVENTS } from "./alerts/tables.ts";
import { CHECK_RESULTS } from "./quality/result-table.ts";

export interface StorageArgs {
  platform: Pick<Platform, "tables" | "views" | "stages" | "fileFormats" | "models" | "protect">;
  /** Connection of the role that owns objects. */
  provider: Provider;
  /** Connection of the account role, for views of what it alone sees. */
  account: Provider;
  /** A schema's names, as outputs. */
  place: (schema: SchemaName) => { database: Output<string>; schema: Output<string> };
  /** What must exist before an object in the schema: its future privileges. */
  before: (schema: SchemaName) => Resource[];
  /** What must exist before an object behind a policy: the policy, and the privilege to apply it. */
  beforeGoverned: Resource[];
  /** What must exist before a stage can read its bucket. */
  beforeStage: Resource[];
}

/** What holds data, and the way to the files. */
export class Storage extends ComponentResource {
  private readonly objects = new Map<string, Resource>();

  constructor(args: StorageArgs, options?: ComponentResourceOptions) {
    super("firn:pipelines:Storage", "storage", {}, options);
    const { platform, provider } = args;
    const common = (name: ObjectName) => ({ name: name.name, ...args.place(name) });
    const own = (name: ObjectName) => ({ parent: this, provider, dependsOn: args.before(name) });
    for (const format of platform.fileFormats) {
      const made = new FileFormat(
        format.key,
        { ...common(format), formatType: format.type, ...format.options, comment: format.comment },
        own(format),
      );
      this.objects.set(objectKey("file format", format), made);
    }
    for (const stage of platform.stages) {
      const made = new Stage(
        stage.key,
        {
          ...common(stage),
          url: stage.url,
          storageIntegration: stage.integration,
          ...(stage.directory === true ? { directory: "ENABLE = true AUTO_REFRESH = true" } : {}),
          comment: stage.comment,
        },
        { ...own(stage), protect: platform.protect, dependsOn: [...args.before(stage), ...args.beforeStage] },
      );
      this.objects.set(objectKey("stage", stage), made);
    }
    for (const table of platform.tables) {
      const made = new Table(
        table.key,
        {
          ...common(table),
          columns: table.columns.map((column) => ({
            name: column.name,
            type: column.type,
            nullable: column.nullable,
            comment: column.description,
          })),
          ...(table.clusterBy.length === 0 ? {} : { clusterBies: table.clusterBy }),
          // Streams are made by the role of the tasks, which does not own the table and could not switch this on.
          changeTracking: true,
          ...(table.timeTravelDays === undefined ? {} : { dataRetentionTimeInDays: table.timeTravelDays }),
          comment: table.comment,
        },
        { ...own(table), protect: platform.protect },
      );
      this.objects.set(objectKey("table", table), made);
    }
    this.createViews(args, common);
    this.registerOutputs({});
  }

  private createViews(
    { platform, provider, account, before, beforeGoverned }: StorageArgs,
    common: (name: ObjectName) => object,
  ): void {
    const byLogical = new Map<string, Resource>();
    for (const table of platform.tables) byLogical.set(table.logical, this.object("table", table));
    for (const view of platform.views) {
      const reads =
        view.reads ?? platform.models.find((model) => model.logical === view.logical)?.reads ?? [];
      const made = new View(
        view.key,
        {
          ...(common(view) as { name: string; database: Output<string>; schema: Output<string> }),
          statement: view.statement,
          ...(view.secure === true ? { isSecure: "true" } : {}),
          ...(view.rowAccess === undefined
            ? {}
            : {
                rowAccessPolicy: { policyName: quotedObject(view.rowAccess.policy), ons: view.rowAccess.on },
              }),
          comment: view.comment,
        },
        {
          parent: this,
          provider: view.asAccount === true ? account : provider,
          dependsOn: [
            ...before(view),
            ...(view.rowAccess === undefined ? [] : beforeGoverned),
            ...reads.flatMap((name) => byLogical.get(name) ?? []),
          ],
        },
      );
      this.objects.set(objectKey("view", view), made);
      byLogical.set(view.logical, made);
    }
  }

  object(kind: "table" | "view" | "stage" | "file format", name: ObjectName): Resource {
    const found = this.objects.get(objectKey(kind, name));
    if (found === undefined) throw new Error(`${kind} ${quotedObject(name)} is not part of the platform`);
    return found;
  }
}

const objectKey = (kind: string, name: ObjectName): string => `${kind} ${quotedObject(name)}`;

export interface LoadingArgs {
  platform: Pick<Platform, "pipes" | "pauses" | "stages" | "fileFormats" | "protect">;
  /** Connection of the loader role, which owns the pipes. */
  provider: Provider;
  storage: Storage;
  /** What must be there before the first row is. */
  before: Resource[];
}

/** The pipes, which load files as they arrive. */
export class Loading extends ComponentResource {
  /** The queue that they listen on: one for all; undefined where there is no pipe. */
  readonly notificationChannel: Output<string> | undefined;

  constructor({ platform, provider, storage, before }: LoadingArgs, options?: ComponentResourceOptions) {
    super("firn:pipelines:Loading", "loading", {}, options);
    const files = [
      ...platform.stages.map((stage) => storage.object("stage", stage)),
      ...platform.fileFormats.map((format) => storage.object("file format", format)),
    ];
    const pipes = platform.pipes.map(
      (pipe) =>
        new Pipe(
          pipe.key,
          {
            name: pipe.name,
            database: pipe.database,
            schema: pipe.schema,
            autoIngest: true,
            copyStatement: pipe.copy,
            comment: pipe.comment,
          },
          {
            parent: this,
            provider,
            dependsOn: [...before, ...files, storage.object("table", pipe)],
            // With a pipe its load history is gone: `firn replace pipe` says how to do that.
            protect: platform.protect,
          },
        ),
    );
    for (const { key, pipe } of platform.pauses) {
      if (pipe === undefined) continue;
      // The provider's pipe has no such property, so what stands still is never a difference of the pipe's.
      const alter = (paused: string) =>
        `ALTER PIPE ${quotedObject(pipe)} SET PIPE_EXECUTION_PAUSED = ${paused}`;
      new Execute(
        key,
        { execute: alter("TRUE"), revert: alter("FALSE") },
        { parent: this, provider, dependsOn: pipes },
      );
    }
    this.notificationChannel = pipes[0]?.notificationChannel;
    this.registerOutputs({});
  }
}

export interface TransformingArgs {
  /** Name in Pulumi's state. */
  name: string;
  platform: Pick<Platform, "streams" | "tasks" | "models" | "tables">;
  /** Connection of the role that owns streams and tasks and whose privileges the tasks have. */
  provider: Provider;
  storage: Storage;
  /** What must be there before the first row is. */
  before: Resource[];
}

/** Streams and the task graphs. */
export class Transforming extends ComponentResource {
  constructor(
    { name, platform, provider, storage, before }: TransformingArgs,
    options?: ComponentResourceOptions,
  ) {
    super("firn:pipelines:Transforming", name, {}, options);
    const own = { parent: this, provider };
    const streams = new Map(
      platform.streams.map((stream) => [
        stream.key,
        new StreamOnTable(
          stream.key,
          {
            name: stream.name,
            database: stream.database,
            schema: stream.schema,
            table: quotedObject(stream.table),
            appendOnly: stream.appendOnly ? "true" : "false",
            // A model that is added later begins with the rows that are already there.
            showInitialRows: stream.initialRows === false ? "false" : "true",
            comment: stream.comment,
          },
          { ...own, dependsOn: [storage.object("table", stream.table)] },
        ),
      ]),
    );
    const tasks = new Map(platform.tasks.map((task) => [task.key, task]));
    const consumed = (task: TaskPlan) =>
      platform.streams
        .filter((stream) => stream.consumer === (task.model ?? task.key))
        .flatMap((stream) => streams.get(stream.key) ?? []);
    const results = platform.tables
      .filter((table) => table.logical === CHECK_RESULTS || table.logical === PLATFORM_EVENTS)
      .map((table) => storage.object("table", table));
    let last: Task | undefined;
    for (const task of inCreationOrder(platform.tasks)) {
      const target = platform.models.find((model) => model.logical === (task.model ?? task.checks));
      last = new Task(task.key, taskArgs(task, tasks), {
        ...own,
        dependsOn: [
          ...before,
          ...consumed(task),
          ...(target === undefined ? [] : [storage.object("table", target.name)]),
          ...(task.checks === undefined ? [] : results),
          // A child's creation suspends its root and resumes it: two at a time would resume each other's.
          ...(last === undefined ? [] : [last]),
        ],
      });
    }
    this.registerOutputs({});
  }
}

/** Predecessors first. */
function inCreationOrder(tasks: readonly TaskPlan[]): TaskPlan[] {
  const done = new Set<string>();
  const order: TaskPlan[] = [];
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const visit = (task: TaskPlan): void => {
    if (done.has(task.key)) return;
    done.add(task.key);
    for (const key of task.after) visit(byKey.get(key)!);
    order.push(task);
  };
  for (const task of tasks) visit(task);
  return order;
}

function taskArgs(task: TaskPlan, tasks: ReadonlyMap<string, TaskPlan>) {
  const root = task.schedule;
  return {
    name: task.name,
    database: task.database,
    schema: task.schema,
    warehouse: task.warehouse,
    sqlStatement: task.statement,
    started: task.started,
    userTaskTimeoutMs: task.timeout * 1_000,
    comment: task.comment,
    ...(task.when === undefined ? {} : { when: task.when }),
    ...(root === undefined
      ? { afters: task.after.map((key) => quotedObject(tasks.get(key)!)) }
      : {
          schedule: root.kind === "interval" ? { minutes: root.minutes } : { usingCron: root.cron },
          allowOverlappingExecution: "false",
        }),
    ...(task.suspendAfterFailures === undefined
      ? {}
      : { suspendTaskAfterNumFailures: task.suspendAfterFailures }),
    ...(task.retries === undefined ? {} : { taskAutoRetryAttempts: task.retries }),
    ...(task.errorIntegration === undefined ? {} : { errorIntegration: task.errorIntegration }),
  };
}
