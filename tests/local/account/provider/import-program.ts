// Takes over objects that were made with SQL.
import * as snowflake from "@pulumi/snowflake";
import { accountProvider } from "./account-provider.ts";

const provider = accountProvider(["snowflake_table_resource", "snowflake_dynamic_table_resource"]);

const imported = (id: string) => ({ provider, import: id });
new snowflake.Warehouse(
  "warehouse",
  {
    name: "OLD",
    warehouseSize: "SMALL",
    autoSuspend: 60,
    comment: "by hand",
    warehouseType: "STANDARD",
    minClusterCount: 1,
    maxClusterCount: 1,
    scalingPolicy: "STANDARD",
    autoResume: "true",
    enableQueryAcceleration: "false",
    queryAccelerationMaxScaleFactor: 8,
  },
  imported('"OLD"'),
);
new snowflake.Database("database", { name: "OLD", comment: "by hand" }, imported('"OLD"'));
new snowflake.Schema(
  "schema",
  { name: "S", database: "OLD", comment: "by hand", isTransient: "false", withManagedAccess: "false" },
  imported('"OLD"."S"'),
);
new snowflake.AccountRole("role", { name: "OLD", comment: "by hand" }, imported('"OLD"'));
new snowflake.GrantPrivilegesToAccountRole(
  "grant",
  {
    accountRoleName: "OLD",
    privileges: ["MONITOR", "USAGE"],
    onAccountObject: { objectType: "WAREHOUSE", objectName: "OLD" },
  },
  imported('"OLD"|false|false|MONITOR,USAGE|OnAccountObject|WAREHOUSE|"OLD"'),
);
new snowflake.Task(
  "task",
  {
    name: "T",
    database: "OLD",
    schema: "S",
    warehouse: "OLD",
    schedule: { minutes: 5 },
    sqlStatement: "SELECT 1",
    started: false,
  },
  imported('"OLD"."S"."T"'),
);
const inSchema = { database: "OLD", schema: "S", comment: "by hand" };
new snowflake.DynamicTable(
  "dynamic",
  {
    ...inSchema,
    name: "DT",
    targetLag: { maximumDuration: "1 hour" },
    warehouse: "OLD",
    query: "SELECT id FROM old.s.rows",
  },
  imported("OLD|S|DT"),
);
// No materialized view: its warehouse is in the provider's state alone, so that an imported one would be replaced.
new snowflake.StreamOnView(
  "on-view",
  { ...inSchema, name: "ON_VIEW", view: '"OLD"."S"."V"' },
  imported('"OLD"."S"."ON_VIEW"'),
);
new snowflake.StreamOnDirectoryTable(
  "on-files",
  { ...inSchema, name: "ON_FILES", stage: '"OLD"."S"."FILES"' },
  imported('"OLD"."S"."ON_FILES"'),
);
