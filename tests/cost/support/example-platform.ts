import type {
  Column,
  Grant,
  Model,
  Platform,
  Role,
  RoleGrant,
  Schema,
  Table,
  Task,
} from "../../../infra/platform.ts";

const column = (name: string, type = "VARCHAR(16777216)", tags: string[] = []): Column => ({
  name,
  type,
  nullable: true,
  description: `the ${name.toLowerCase()}`,
  tags,
});

const schema = (databaseKey: Schema["databaseKey"], name: string): Schema => ({
  key: `${databaseKey}.${name}`,
  databaseKey,
  database: databaseKey.toUpperCase(),
  schema: name.toUpperCase(),
  logical: `${databaseKey}.${name}`,
  comment: "",
});

const table = (logical: string, columns: Column[], over: Partial<Table> = {}): Table => {
  const [database = "", schemaName = "", name = ""] = logical.toUpperCase().split(".");
  return {
    key: logical,
    logical,
    database,
    schema: schemaName,
    name,
    columns,
    clusterBy: [],
    comment: "",
    insertOnly: false,
    ...over,
  };
};

const role = (name: string, kind: Role["kind"]): Role => ({
  key: name.toLowerCase(),
  name,
  kind,
  comment: "",
});
const member = (granted: string, to: RoleGrant["to"]): RoleGrant => ({
  key: `${granted}->${JSON.stringify(to)}`,
  role: granted,
  to,
});

const task = (name: string, over: Partial<Task>): Task => ({
  key: name,
  database: "OPS",
  schema: "PIPELINE",
  name: name.toUpperCase(),
  freshness: "fast",
  warehouse: "TRANSFORM",
  warehouseKey: "transform",
  after: [],
  statement: "SELECT 1",
  timeout: 600,
  suspendAfterFailures: 5,
  started: true,
  comment: "",
  ...over,
});

const model = (
  logical: string,
  owner: string,
  lineage: Record<string, string[]>,
  columns: Column[],
): Model => {
  const [database = "", schemaName = "", name = ""] = logical.toUpperCase().split(".");
  return {
    logical,
    file: `sql/${logical.replaceAll(".", "/")}.sql`,
    name: { database, schema: schemaName, name },
    description: `all of ${logical}`,
    owner,
    key: [columns[0]?.name ?? ""],
    grain: "one row each",
    freshness: "fast",
    warehouse: "transform",
    columns,
    reads: [
      ...new Set(
        Object.values(lineage)
          .flat()
          .map((each) => each.split(".").slice(0, 3).join(".")),
      ),
    ],
    lineage,
    shows: lineage,
    maintenance: { kind: "affected", grain: [columns[0]?.name ?? ""] },
    query: "SELECT 1",
    fullRefresh: "SELECT 1",
  };
};

const grant = (roleName: string, privileges: string[], target: Grant["target"]): Grant => ({
  key: `${roleName}:${privileges.join("+")}:${JSON.stringify(target)}`,
  role: roleName,
  privileges,
  target,
  because: "example",
});

const ACCOUNT = [column("ACCOUNT_ID"), column("NAME"), column("EMAIL", undefined, ["pii"]), column("TIER")];
const EVENT = [column("EVENT_ID"), column("ACCOUNT_ID"), column("PROPERTIES", "VARIANT")];
const CUSTOMER = [
  column("ACCOUNT_ID"),
  column("EMAIL", undefined, ["pii"]),
  column("EVENTS", "NUMBER(38,0)"),
];
const KPI = [column("DAY", "DATE"), column("ACTIVE_CUSTOMERS", "NUMBER(38,0)")];

/** A small platform with something of each kind; tests change single properties of a fresh copy. */
export function examplePlatform(over: Partial<Platform> = {}): Platform {
  // Copied by value: tests change it in place, and no part of it may be shared.
  return JSON.parse(JSON.stringify({ ...platform(), ...over })) as Platform;
}

function platform(): Platform {
  return {
    stack: "example",
    region: "aws.us-east-1",
    edition: "enterprise",
    protect: true,
    automation: {
      account: "ACCOUNTADMIN",
      security: "SECURITYADMIN",
      objects: "SYSADMIN",
      loader: "LOADER",
      alerter: "ALERTER",
      transformer: "TRANSFORMER",
      activator: "ACTIVATOR",
    },
    budgets: { sales: 500 },
    databases: (["raw", "core", "mart", "ops"] as const).map((key) => ({
      key,
      name: key.toUpperCase(),
      comment: "",
      timeTravelDays: 7,
    })),
    schemas: [
      schema("raw", "crm"),
      schema("raw", "product"),
      schema("core", "customer"),
      schema("mart", "sales"),
      schema("ops", "pipeline"),
    ],
    warehouses: [
      {
        key: "transform",
        name: "TRANSFORM",
        size: "SMALL",
        autoSuspend: 60,
        statementTimeout: 1800,
        queueTimeout: 600,
        minClusters: 1,
        maxClusters: 1,
        monitor: "TRANSFORM_GUARD",
        comment: "",
      },
      {
        key: "reporting",
        name: "REPORTING",
        size: "XSMALL",
        autoSuspend: 60,
        statementTimeout: 600,
        queueTimeout: 600,
        minClusters: 1,
        maxClusters: 2,
        comment: "",
      },
    ],
    monitors: [
      {
        key: "account",
        name: "ACCOUNT_GUARD",
        credits: 900,
        frequency: "MONTHLY",
        notify: [50, 80],
        suspend: 95,
        suspendImmediate: 100,
        account: true,
      },
      {
        key: "transform",
        name: "TRANSFORM_GUARD",
        credits: 400,
        frequency: "MONTHLY",
        notify: [80],
        suspend: 95,
        suspendImmediate: 100,
        account: false,
      },
    ],
    roles: [
      role("RAW_CRM_READ", "access"),
      role("CORE_CUSTOMER_READ", "access"),
      role("MART_SALES_READ", "access"),
      role("TRANSFORMER", "functional"),
      role("ANALYST_SALES", "functional"),
    ],
    roleGrants: [
      member("RAW_CRM_READ", { role: "TRANSFORMER" }),
      member("CORE_CUSTOMER_READ", { role: "TRANSFORMER" }),
      member("MART_SALES_READ", { role: "ANALYST_SALES" }),
      member("TRANSFORMER", { role: "SYSADMIN" }),
      member("ANALYST_SALES", { role: "SYSADMIN" }),
      member("TRANSFORMER", { user: "TRANSFORM_SERVICE" }),
    ],
    grants: [
      grant("RAW_CRM_READ", ["USAGE"], { on: "database", name: "RAW" }),
      grant("RAW_CRM_READ", ["USAGE"], { on: "schema", schema: { database: "RAW", schema: "CRM" } }),
      grant("RAW_CRM_READ", ["SELECT"], {
        on: "future",
        objects: "TABLES",
        schema: { database: "RAW", schema: "CRM" },
      }),
      grant("CORE_CUSTOMER_READ", ["USAGE"], { on: "database", name: "CORE" }),
      grant("CORE_CUSTOMER_READ", ["USAGE"], {
        on: "schema",
        schema: { database: "CORE", schema: "CUSTOMER" },
      }),
      grant("CORE_CUSTOMER_READ", ["SELECT"], {
        on: "future",
        objects: "TABLES",
        schema: { database: "CORE", schema: "CUSTOMER" },
      }),
      grant("MART_SALES_READ", ["USAGE"], { on: "database", name: "MART" }),
      grant("MART_SALES_READ", ["USAGE"], { on: "schema", schema: { database: "MART", schema: "SALES" } }),
      grant("MART_SALES_READ", ["SELECT"], {
        on: "future",
        objects: "TABLES",
        schema: { database: "MART", schema: "SALES" },
      }),
      grant("ANALYST_SALES", ["USAGE"], { on: "warehouse", name: "REPORTING" }),
      grant("TRANSFORMER", ["USAGE", "OPERATE"], { on: "warehouse", name: "TRANSFORM" }),
    ],
    users: [
      { key: "transform", name: "TRANSFORM_SERVICE", role: "TRANSFORMER", publicKey: "MIIB", comment: "" },
    ],
    governance: {
      masks: [],
      tags: [],
      associations: [],
      rowPolicies: [],
      networkRules: [],
      networkPolicies: [],
    },
    fileFormats: [],
    stages: [
      {
        key: "crm",
        database: "RAW",
        schema: "CRM",
        name: "LANDING",
        url: "s3://firn-example-landing/crm/",
        integration: "LANDING",
        comment: "",
      },
    ],
    integrations: [
      {
        key: "landing",
        name: "LANDING",
        roleArn: "arn:aws:iam::123456789012:role/firn-example-snowflake-landing",
        allowedLocations: ["s3://firn-example-landing/"],
        comment: "",
      },
    ],
    tables: [
      table("raw.crm.account", [column("RECORD", "VARIANT"), column("EMAIL", undefined, ["pii"])], {
        insertOnly: true,
      }),
      table("raw.product.event", [column("RECORD", "VARIANT")], { insertOnly: true }),
      table("core.customer.account", ACCOUNT),
      table("core.customer.event", EVENT),
      table("mart.sales.customer", CUSTOMER),
      table("mart.sales.kpi", KPI),
    ],
    views: [],
    pipes: [
      {
        key: "raw.crm.account",
        database: "RAW",
        schema: "CRM",
        name: "ACCOUNT_PIPE",
        copy: "COPY INTO …",
        load: {
          source: "crm",
          stage: { database: "RAW", schema: "LANDING", name: "FILES" },
          format: { database: "RAW", schema: "LANDING", name: "LINES" },
          prefix: "crm/account/",
          columns: ["RECORD"],
          selected: ["$1"],
        },
        comment: "",
      },
    ],
    streams: [
      {
        key: "core.customer.account__raw.crm.account",
        database: "OPS",
        schema: "PIPELINE",
        name: "CORE_CUSTOMER_ACCOUNT__RAW_CRM_ACCOUNT",
        table: { database: "RAW", schema: "CRM", name: "ACCOUNT" },
        source: "raw.crm.account",
        consumer: "core.customer.account",
        appendOnly: true,
        comment: "",
      },
    ],
    tasks: [
      task("start_fast", { schedule: { kind: "interval", minutes: 5 } }),
      task("core.customer.account", { model: "core.customer.account", after: ["start_fast"] }),
      task("core.customer.event", { model: "core.customer.event", after: ["start_fast"] }),
      task("mart.sales.customer", { model: "mart.sales.customer", after: ["core.customer.account"] }),
      task("mart.sales.kpi", { model: "mart.sales.kpi", after: ["mart.sales.customer"] }),
    ],
    landing: {
      bucket: "firn-example-landing",
      awsAccountId: "123456789012",
      notifications: [],
      bucketArn: "arn:aws:s3:::firn-example-landing",
      role: "firn-example-snowflake-landing",
      roleArn: "arn:aws:iam::123456789012:role/firn-example-snowflake-landing",
      infrequentAfterDays: 30,
      archiveAfterDays: 90,
      oldVersionsExpireAfterDays: 30,
      forceDestroy: false,
    },
    topics: [
      { key: "product.events", name: "product.events", partitions: 6, replicationFactor: 3, config: {} },
    ],
    acls: [
      {
        key: "connector-read",
        principal: "User:connector",
        operation: "Read",
        resourceType: "Topic",
        resourceName: "product.events",
      },
    ],
    pauses: [],
    connectors: [
      {
        key: "product.events",
        name: "firn-example-product-events",
        group: "connect-firn-example-product-events",
        topic: "product.events",
        table: { database: "RAW", schema: "PRODUCT", name: "EVENT" },
        principal: "User:connector",
        user: "TRANSFORM_SERVICE",
        role: "TRANSFORMER",
        config: {},
        suppliedByRunner: [],
      },
    ],
    models: [
      model(
        "core.customer.account",
        "data-platform",
        {
          ACCOUNT_ID: ["raw.crm.account.record"],
          NAME: ["raw.crm.account.record"],
          EMAIL: ["raw.crm.account.email"],
          TIER: ["raw.crm.account.record"],
        },
        ACCOUNT,
      ),
      model(
        "core.customer.event",
        "data-platform",
        {
          EVENT_ID: ["raw.product.event.record"],
          ACCOUNT_ID: ["raw.product.event.record"],
          PROPERTIES: ["raw.product.event.record"],
        },
        EVENT,
      ),
      model(
        "mart.sales.customer",
        "sales",
        {
          ACCOUNT_ID: ["core.customer.account.account_id"],
          EMAIL: ["core.customer.account.email"],
          EVENTS: ["core.customer.event.event_id"],
        },
        CUSTOMER,
      ),
      model(
        "mart.sales.kpi",
        "sales",
        { DAY: ["mart.sales.customer.events"], ACTIVE_CUSTOMERS: ["mart.sales.customer.account_id"] },
        KPI,
      ),
    ],
    sources: [],
    checks: [],
    alerts: [],
    notifications: [],
    metrics: [],
    flows: [],
    activations: [],
    kpis: [],
  };
}
