// Resources that follow from others: dynamic tables, materialized views, streams. STEP=2 changes each in place.
import * as snowflake from "@pulumi/snowflake";
import { accountProvider } from "./account-provider.ts";

const second = process.env["STEP"] === "2";
const comment = second ? "changed" : "made";

const provider = accountProvider([
  "snowflake_table_resource",
  "snowflake_stage_resource",
  "snowflake_dynamic_table_resource",
  "snowflake_materialized_view_resource",
]);
const options = { provider };

const warehouse = new snowflake.Warehouse("warehouse", { name: "DERIVE", initiallySuspended: true }, options);
const other = new snowflake.Warehouse("other", { name: "OTHER", initiallySuspended: true }, options);
const database = new snowflake.Database("derived", { name: "DERIVED" }, options);
const schema = new snowflake.Schema("models", { name: "MODELS", database: database.name }, options);
const inSchema = { database: database.name, schema: schema.name };

const table = new snowflake.Table(
  "orders",
  {
    ...inSchema,
    name: "ORDERS",
    changeTracking: true,
    columns: [
      { name: "ID", type: "NUMBER(38,0)" },
      { name: "AMOUNT", type: "NUMBER(18,2)" },
    ],
  },
  options,
);
const orders = '"DERIVED"."MODELS"."ORDERS"';
const afterTable = { provider, dependsOn: table };

const totals = new snowflake.DynamicTable(
  "totals",
  {
    ...inSchema,
    name: "TOTALS",
    targetLag: { maximumDuration: second ? "10 minutes" : "1 hour" },
    warehouse: second ? other.name : warehouse.name,
    query: `SELECT id, SUM(amount) AS total FROM ${orders} GROUP BY id`,
    comment,
  },
  afterTable,
);
const large = new snowflake.DynamicTable(
  "large",
  {
    ...inSchema,
    name: "LARGE",
    targetLag: second ? { maximumDuration: "1 hour" } : { downstream: true },
    warehouse: warehouse.name,
    refreshMode: "FULL",
    initialize: "ON_SCHEDULE",
    query: `SELECT id FROM "DERIVED"."MODELS"."TOTALS" WHERE total > 100`,
  },
  { provider, dependsOn: totals },
);
const view = new snowflake.View(
  "open",
  {
    ...inSchema,
    name: "OPEN",
    statement: `SELECT id FROM ${orders} WHERE amount IS NULL`,
    columns: [{ columnName: "ID" }],
    changeTracking: "true",
  },
  afterTable,
);
const onView = new snowflake.StreamOnView(
  "on-view",
  { ...inSchema, name: "OPENED", view: view.fullyQualifiedName, appendOnly: "true", comment },
  options,
);
const stage = new snowflake.Stage(
  "files",
  { ...inSchema, name: "FILES", directory: "ENABLE = true" },
  options,
);
const onFiles = new snowflake.StreamOnDirectoryTable(
  "on-files",
  { ...inSchema, name: "ARRIVED", stage: stage.fullyQualifiedName, comment },
  options,
);
// Last and alone: the provider selects the warehouse on one connection of its pool, and makes the view on whichever is free.
new snowflake.MaterializedView(
  "paid",
  {
    ...inSchema,
    name: "PAID",
    warehouse: warehouse.name,
    statement: `SELECT id, amount FROM ${orders} WHERE amount > 0`,
    // One change only: the provider refuses to make two of a materialized view at once.
    isSecure: second,
    comment: "made",
  },
  { provider, dependsOn: [large, onView, onFiles, other] },
);
