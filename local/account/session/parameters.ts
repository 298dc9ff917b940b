import type { Catalog } from "../catalog/catalog.ts";
import { ACCOUNT_ID, type Parameters } from "../catalog/model.ts";

export type ParameterValue = string | number | boolean;
export type ParameterLevel =
  | "ACCOUNT"
  | "USER"
  | "SESSION"
  | "WAREHOUSE"
  | "DATABASE"
  | "SCHEMA"
  | "TABLE"
  | "TASK"
  | "PIPE";

export interface ParameterDef {
  name: string;
  type: "STRING" | "NUMBER" | "BOOLEAN";
  default: ParameterValue;
  /** Where it may be set, outermost first. */
  levels: readonly ParameterLevel[];
  description: string;
}

const SESSION: readonly ParameterLevel[] = ["ACCOUNT", "USER", "SESSION"];
const CONTAINER: readonly ParameterLevel[] = ["ACCOUNT", "DATABASE", "SCHEMA"];
const STORED: readonly ParameterLevel[] = ["ACCOUNT", "DATABASE", "SCHEMA", "TABLE"];
const TASKS: readonly ParameterLevel[] = ["ACCOUNT", "DATABASE", "SCHEMA", "TASK"];

const define = (
  levels: readonly ParameterLevel[],
  rows: readonly (readonly [name: string, value: ParameterValue, description: string])[],
): ParameterDef[] =>
  rows.map(([name, value, description]) => ({
    name,
    type: typeof value === "string" ? "STRING" : typeof value === "number" ? "NUMBER" : "BOOLEAN",
    default: value,
    levels,
    description,
  }));

/** Source: Snowflake documentation, "Parameters". Those that drivers alone read are marked so in the text. */
export const PARAMETERS: ReadonlyMap<string, ParameterDef> = new Map(
  [
    ...define(SESSION, [
      ["ABORT_DETACHED_QUERY", false, "Abort statements whose client went away"],
      ["AUTOCOMMIT", true, "Each statement outside of BEGIN commits by itself"],
      ["AUTOCOMMIT_API_SUPPORTED", true, "Drivers only"],
      ["BINARY_INPUT_FORMAT", "HEX", "Format of text that becomes BINARY"],
      ["BINARY_OUTPUT_FORMAT", "HEX", "Display of BINARY"],
      ["CLIENT_DISABLE_INCIDENTS", true, "Drivers only"],
      ["CLIENT_ENABLE_LOG_INFO_STATEMENT_PARAMETERS", false, "Drivers only"],
      ["CLIENT_MEMORY_LIMIT", 1536, "Drivers only: megabytes for result chunks"],
      ["CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX", false, "Drivers only"],
      ["CLIENT_METADATA_USE_SESSION_DATABASE", false, "Drivers only"],
      ["CLIENT_PREFETCH_THREADS", 4, "Drivers only: threads that fetch result chunks"],
      ["CLIENT_RESULT_CHUNK_SIZE", 160, "Largest result chunk in megabytes"],
      ["CLIENT_RESULT_COLUMN_CASE_INSENSITIVE", false, "Drivers only"],
      ["CLIENT_SESSION_CLONE", false, "Drivers only"],
      ["CLIENT_SESSION_KEEP_ALIVE", false, "Drivers send heartbeats"],
      ["CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", 3600, "Seconds between heartbeats"],
      ["CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", 0, "Drivers only: 0 sends array binds inside the request"],
      ["CLIENT_TELEMETRY_ENABLED", false, "Drivers only"],
      ["CLIENT_TELEMETRY_SESSIONLESS_ENABLED", false, "Drivers only"],
      ["CLIENT_TIMESTAMP_TYPE_MAPPING", "TIMESTAMP_LTZ", "Type of a bound timestamp"],
      ["CLIENT_VALIDATE_DEFAULT_PARAMETERS", false, "Log-in fails when its database or warehouse is missing"],
      ["DATE_INPUT_FORMAT", "AUTO", "Format of text that becomes DATE"],
      ["DATE_OUTPUT_FORMAT", "YYYY-MM-DD", "Display of DATE"],
      ["ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION", true, "Narrow Parquet types on unload"],
      ["ERROR_ON_NONDETERMINISTIC_MERGE", true, "MERGE fails when a row matches several"],
      ["ERROR_ON_NONDETERMINISTIC_UPDATE", false, "UPDATE fails when a row matches several"],
      ["GEOGRAPHY_OUTPUT_FORMAT", "GeoJSON", "Display of GEOGRAPHY"],
      ["GEOMETRY_OUTPUT_FORMAT", "GeoJSON", "Display of GEOMETRY"],
      ["HYBRID_TABLE_LOCK_TIMEOUT", 3600, "Seconds"],
      ["JDBC_TREAT_DECIMAL_AS_INT", true, "Drivers only"],
      ["JDBC_TREAT_TIMESTAMP_NTZ_AS_UTC", false, "Drivers only"],
      ["JDBC_USE_SESSION_TIMEZONE", true, "Drivers only"],
      ["JDBC_QUERY_RESULT_FORMAT", "JSON", "How JDBC is sent rows: ARROW or JSON"],
      ["JS_TREAT_INTEGER_AS_BIGINT", false, "Drivers only"],
      ["JSON_INDENT", 2, "Spaces per level in displayed VARIANT; 0 is compact"],
      ["LOCK_TIMEOUT", 43200, "Seconds to wait for a table's lock"],
      ["LOG_LEVEL", "OFF", "Severity that is kept"],
      ["METRIC_LEVEL", "NONE", "Metrics that are kept"],
      ["MULTI_STATEMENT_COUNT", 1, "Statements in one request; 0 is any number"],
      ["NOORDER_SEQUENCE_AS_DEFAULT", true, "New sequences need not be ordered"],
      ["ODBC_TREAT_DECIMAL_AS_INT", false, "Drivers only"],
      ["ODBC_QUERY_RESULT_FORMAT", "JSON", "Drivers only"],
      ["GO_QUERY_RESULT_FORMAT", "JSON", "How gosnowflake is sent rows: ARROW or JSON"],
      ["DOTNET_QUERY_RESULT_FORMAT", "JSON", "Drivers only"],
      [
        "PYTHON_CONNECTOR_QUERY_RESULT_FORMAT",
        "ARROW",
        "How the Python connector is sent rows: ARROW or JSON",
      ],
      ["PYTHON_SNOWPARK_USE_SCOPED_TEMP_OBJECTS", false, "Drivers only"],
      ["QUERY_CONTEXT_CACHE_SIZE", 5, "Drivers only"],
      ["QUERY_RESULT_FORMAT", "JSON", "Drivers only"],
      ["QUERY_TAG", "", "Text kept with each statement in QUERY_HISTORY"],
      ["QUOTED_IDENTIFIERS_IGNORE_CASE", false, "Quoted identifiers are upper-cased"],
      ["ROWS_PER_RESULTSET", 0, "Rows of a result; 0 is all"],
      ["S3_STAGE_VPCE_DNS_NAME", "", "Drivers only"],
      ["SEARCH_PATH", "$current, $public", "Schemas searched for unqualified names"],
      ["SERVICE_NAME", "", "Drivers only"],
      ["SIMULATED_DATA_SHARING_CONSUMER", "", "Account that secure views believe in"],
      ["STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", 0, "Seconds in a warehouse's queue; 0 is no limit"],
      ["STATEMENT_TIMEOUT_IN_SECONDS", 172800, "Seconds after which a statement is cancelled; 0 is no limit"],
      ["STRICT_JSON_OUTPUT", false, "Displayed VARIANT is strict JSON"],
      ["TIMESTAMP_DAY_IS_ALWAYS_24H", false, "Days are 24 hours across clock changes"],
      ["TIMESTAMP_INPUT_FORMAT", "AUTO", "Format of text that becomes TIMESTAMP"],
      ["TIMESTAMP_LTZ_OUTPUT_FORMAT", "", "Display of TIMESTAMP_LTZ"],
      ["TIMESTAMP_NTZ_OUTPUT_FORMAT", "YYYY-MM-DD HH24:MI:SS.FF3", "Display of TIMESTAMP_NTZ"],
      ["TIMESTAMP_OUTPUT_FORMAT", "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM", "Display of timestamps"],
      ["TIMESTAMP_TYPE_MAPPING", "TIMESTAMP_NTZ", "What TIMESTAMP means"],
      ["TIMESTAMP_TZ_OUTPUT_FORMAT", "", "Display of TIMESTAMP_TZ"],
      ["TIMEZONE", "America/Los_Angeles", "Time zone of the session"],
      ["TIME_INPUT_FORMAT", "AUTO", "Format of text that becomes TIME"],
      ["TIME_OUTPUT_FORMAT", "HH24:MI:SS", "Display of TIME"],
      ["TRACE_LEVEL", "OFF", "Trace events that are kept"],
      ["TRANSACTION_ABORT_ON_ERROR", false, "A failed statement ends its transaction"],
      ["TRANSACTION_DEFAULT_ISOLATION_LEVEL", "READ COMMITTED", "Isolation of transactions"],
      ["TWO_DIGIT_CENTURY_START", 1970, "First year that two digits mean"],
      ["UNSUPPORTED_DDL_ACTION", "ignore", "What unsupported constraint properties do"],
      ["USE_CACHED_RESULT", true, "Results may come from the cache"],
      ["WEEK_OF_YEAR_POLICY", 0, "How weeks of the year are counted"],
      ["WEEK_START", 0, "First day of the week; 0 and 1 are Monday"],
    ]),
    ...define(
      ["ACCOUNT", "USER"],
      [
        ["ENABLE_UNREDACTED_QUERY_SYNTAX_ERROR", false, "Syntax errors show the statement"],
        ["ENABLE_UNREDACTED_SECURE_OBJECT_ERROR", false, "Errors show secure objects"],
        ["NETWORK_POLICY", "", "Network policy in force"],
        ["PREVENT_UNLOAD_TO_INTERNAL_STAGES", false, "No unloading to internal stages"],
      ],
    ),
    ...define(
      ["ACCOUNT"],
      [
        ["ALLOW_ID_TOKEN", false, "Cached sign-on"],
        ["CLIENT_ENCRYPTION_KEY_SIZE", 128, "Bits of the key for staged files"],
        ["ENABLE_IDENTIFIER_FIRST_LOGIN", false, "Console sign-in flow"],
        ["ENABLE_INTERNAL_STAGES_PRIVATELINK", false, "Private link"],
        ["INITIAL_REPLICATION_SIZE_LIMIT_IN_TB", "10.0", "Replication"],
        ["MIN_DATA_RETENTION_TIME_IN_DAYS", 0, "Least Time Travel retention"],
        ["OAUTH_ADD_PRIVILEGED_ROLES_TO_BLOCKED_LIST", true, "OAuth"],
        ["PERIODIC_DATA_REKEYING", false, "Encryption"],
        ["PREVENT_LOAD_FROM_INLINE_URL", false, "No COPY from an ad-hoc URL"],
        ["REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION", false, "External stages need an integration"],
        ["REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION", false, "External stages need an integration"],
        ["SSO_LOGIN_PAGE", false, "Console sign-in flow"],
      ],
    ),
    ...define(STORED, [
      ["DATA_RETENTION_TIME_IN_DAYS", 1, "Days of Time Travel"],
      ["MAX_DATA_EXTENSION_TIME_IN_DAYS", 14, "Days that a stream may extend the retention"],
      ["DEFAULT_DDL_COLLATION", "", "Collation of new columns"],
    ]),
    ...define(CONTAINER, [
      ["CATALOG", "", "Iceberg"],
      ["ENABLE_CONSOLE_OUTPUT", false, "Python output to the console"],
      ["EXTERNAL_VOLUME", "", "Iceberg"],
      ["PIPE_EXECUTION_PAUSED", false, "Pipes do not load"],
      ["REPLACE_INVALID_CHARACTERS", false, "Iceberg"],
      ["STORAGE_SERIALIZATION_POLICY", "OPTIMIZED", "Iceberg"],
    ]),
    ...define(TASKS, [
      ["SUSPEND_TASK_AFTER_NUM_FAILURES", 10, "Consecutive failures that suspend a task; 0 never"],
      ["TASK_AUTO_RETRY_ATTEMPTS", 0, "Retries of a failed graph"],
      ["USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE", "Medium", "First size of a serverless task"],
      ["USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS", 30, "Least seconds between triggered runs"],
      ["USER_TASK_TIMEOUT_MS", 3_600_000, "Milliseconds after which a run is cancelled"],
      ["SERVERLESS_TASK_MIN_STATEMENT_SIZE", "XSMALL", "Least size of a serverless task"],
      ["SERVERLESS_TASK_MAX_STATEMENT_SIZE", "XXLARGE", "Largest size of a serverless task"],
    ]),
    ...define(
      ["ACCOUNT", "WAREHOUSE"],
      [["MAX_CONCURRENCY_LEVEL", 8, "Statements that one cluster runs at once"]],
    ),
  ].map((definition) => [definition.name, definition]),
);

/** These two are set on warehouses as well as on sessions. */
export const WAREHOUSE_PARAMETERS: readonly string[] = [
  "MAX_CONCURRENCY_LEVEL",
  "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS",
  "STATEMENT_TIMEOUT_IN_SECONDS",
];

export interface ResolvedParameter {
  value: ParameterValue;
  /** Level it was set at; empty where the default holds (as SHOW PARAMETERS prints it). */
  level: ParameterLevel | "";
}

const accountParameters = (catalog: Catalog): Parameters =>
  catalog.find("ACCOUNT_SETTINGS", ACCOUNT_ID, "ACCOUNT")?.props.parameters ?? {};

/** Value of a parameter in a session: session, user, account, default. */
export function sessionParameter(
  catalog: Catalog,
  session: { userId: number; parameters: ReadonlyMap<string, ParameterValue> },
  name: string,
): ResolvedParameter {
  const own = session.parameters.get(name);
  if (own !== undefined) return { value: own, level: "SESSION" };
  return userParameter(catalog, session.userId, name);
}

/** Value of a parameter for a user: user, account, default. */
export function userParameter(catalog: Catalog, userId: number, name: string): ResolvedParameter {
  const user = catalog.getAs("USER", userId)?.props.parameters?.[name];
  if (user !== undefined) return { value: user, level: "USER" };
  const account = accountParameters(catalog)[name];
  if (account !== undefined) return { value: account, level: "ACCOUNT" };
  return { value: PARAMETERS.get(name)?.default ?? "", level: "" };
}

/** Value of a parameter for an object: itself, its schema, its database, the account, default. */
export function objectParameter(catalog: Catalog, objectId: number, name: string): ResolvedParameter {
  for (let object = catalog.get(objectId); object; object = catalog.get(object.parent)) {
    const set = (object.props as { parameters?: Parameters }).parameters?.[name];
    if (set !== undefined) return { value: set, level: object.kind as ParameterLevel };
  }
  const account = accountParameters(catalog)[name];
  if (account !== undefined) return { value: account, level: "ACCOUNT" };
  return { value: PARAMETERS.get(name)?.default ?? "", level: "" };
}
