/** Warehouses with their monitors, databases with their schemas, as resources of what was planned. */
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import { Database } from "@pulumi/snowflake/database.js";
import { Execute } from "@pulumi/snowflake/execute.js";
import type { Provider } from "@pulumi/snowflake/provider.js";
import { ResourceMonitor } from "@pulumi/snowflake/resourceMonitor.js";
import { Schema } from "@pulumi/snowflake/schema.js";
import { Warehouse } from "@pulumi/snowflake/warehouse.js";
import { quoted, type SchemaName } from "./names.ts";
import type { Platform } from "./platform.ts";

/** All under the account role: nobody below it can lift a limit. */
export class Compute extends ComponentResource {
  private readonly warehouses = new Map<string, Warehouse>();

  constructor(
    platform: Pick<Platform, "warehouses" | "monitors">,
    provider: Provider,
    options?: ComponentResourceOptions,
  ) {
    super("firn:infra:Compute", "compute", {}, options);
    const own = { parent: this, provider };
    const monitors = new Map<string, ResourceMonitor>();
    for (const monitor of platform.monitors) {
      if (monitor.adopted === true) continue;
      const made = new ResourceMonitor(
        monitor.key,
        {
          name: monitor.name,
          creditQuota: monitor.credits,
          frequency: monitor.frequency,
          startTimestamp: "IMMEDIATELY",
          notifyTriggers: monitor.notify,
          suspendTrigger: monitor.suspend,
          suspendImmediateTrigger: monitor.suspendImmediate,
        },
        // Snowflake answers with the moment that IMMEDIATELY was.
        { ...own, ignoreChanges: ["startTimestamp"] },
      );
      monitors.set(monitor.name, made);
      if (monitor.account)
        // The provider has no resource for an account's own monitor.
        new Execute(
          `account-monitor`,
          {
            execute: `ALTER ACCOUNT SET RESOURCE_MONITOR = ${quoted(monitor.name)}`,
            revert: "ALTER ACCOUNT UNSET RESOURCE_MONITOR",
          },
          { ...own, dependsOn: [made] },
        );
    }
    for (const warehouse of platform.warehouses) {
      if (warehouse.adopted !== undefined) continue;
      const made = new Warehouse(
        warehouse.key,
        {
          name: warehouse.name,
          warehouseSize: warehouse.size,
          autoSuspend: warehouse.autoSuspend,
          autoResume: "true",
          initiallySuspended: true,
          minClusterCount: warehouse.minClusters,
          maxClusterCount: warehouse.maxClusters,
          ...(warehouse.maxClusters > 1 ? { scalingPolicy: "STANDARD" } : {}),
          ...(warehouse.queryAcceleration === undefined
            ? {}
            : {
                enableQueryAcceleration: String(warehouse.queryAcceleration.enabled),
                queryAccelerationMaxScaleFactor: warehouse.queryAcceleration.maxScaleFactor,
              }),
          statementTimeoutInSeconds: warehouse.statementTimeout,
          statementQueuedTimeoutInSeconds: warehouse.queueTimeout,
          ...(warehouse.monitor === undefined
            ? {}
            : { resourceMonitor: monitors.get(warehouse.monitor)!.name }),
          comment: warehouse.comment,
        },
        own,
      );
      this.warehouses.set(warehouse.name, made);
    }
    this.registerOutputs({});
  }

  warehouse(name: string): Warehouse {
    return found(this.warehouses, name);
  }
}

/** Databases and schemas; schemas have managed access, so that only the security role grants on what is in them. */
export class Databases extends ComponentResource {
  private readonly databases = new Map<string, Database>();
  private readonly schemas = new Map<string, Schema>();

  constructor(
    platform: Pick<Platform, "databases" | "schemas" | "protect">,
    provider: Provider,
    options?: ComponentResourceOptions,
  ) {
    super("firn:infra:Databases", "databases", {}, options);
    const own = { parent: this, provider, protect: platform.protect };
    for (const database of platform.databases) {
      this.databases.set(
        database.name,
        new Database(
          database.key,
          {
            name: database.name,
            comment: database.comment,
            dataRetentionTimeInDays: database.timeTravelDays,
            dropPublicSchemaOnCreation: true,
          },
          own,
        ),
      );
    }
    for (const schema of platform.schemas) {
      this.schemas.set(
        key(schema),
        new Schema(
          schema.key,
          {
            name: schema.schema,
            database: this.database(schema.database).name,
            // Said, since a schema that is taken over with the provider's "default" would be replaced.
            isTransient: "false",
            withManagedAccess: "true",
            comment: schema.comment,
          },
          own,
        ),
      );
    }
    this.registerOutputs({});
  }

  database(name: string): Database {
    return found(this.databases, name);
  }

  schema(name: SchemaName): Schema {
    return found(this.schemas, key(name));
  }

  /** Both parts of a schema's name, as outputs, for what is made in it. */
  place(name: SchemaName): { database: Output<string>; schema: Output<string> } {
    const schema = this.schema(name);
    return { database: schema.database, schema: schema.name };
  }
}

const key = (name: SchemaName): string => quoted(name.database, name.schema);

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`${name} is not part of the platform`);
  return value;
}
